# SPDX-License-Identifier: Apache-2.0
import tempfile
import unittest
from pathlib import Path

import checks
import console
import flask
import tools
from tests.needs import needs

XEN = ("(XEN) Flask:  Starting in enforcing mode.\n"
       "domb-construct: the boot domain's label is system_u:system_r:domb_t\n")
ONE = ("(XEN) avc:  denied  { map_read map_write } for source=d0 target=d2 scontext=system_u:system_r:domb_t "
       "tcontext=system_u:system_r:domU_t tclass=grant\n")


def confined(text: str, *expected: str) -> None:
    checks.confined(console.split(text), set(expected))


class Denials(unittest.TestCase):
    def test_each_permission_of_a_line_counts(self):
        confined(XEN + ONE, "grant:map_read", "grant:map_write")

    def test_a_denial_that_nobody_expects_fails(self):
        with self.assertRaisesRegex(checks.CheckFailed, "grant:map_write"):
            confined(XEN + ONE, "grant:map_read")

    def test_what_is_expected_and_not_denied_fails(self):
        with self.assertRaisesRegex(checks.CheckFailed, "domain:destroy"):
            confined(XEN, "domain:destroy")

    def test_a_denial_to_a_guest_fails(self):
        with self.assertRaisesRegex(checks.CheckFailed, "others"):
            confined(XEN + ONE.replace("r:domb_t", "r:domU_t"), "grant:map_read", "grant:map_write")

    def test_a_xen_that_only_logs_fails(self):
        with self.assertRaises(checks.CheckFailed):
            confined(XEN.replace("enforcing", "permissive"))

    def test_a_damaged_line_is_an_error(self):
        with self.assertRaises(flask.PolicyError):
            confined(XEN + ONE.replace("tclass=", ""))

    def test_attempts_are_read_from_what_the_program_says(self):
        lines = ["forbidden: domain:destroy EACCES", "forbidden: 1 tried, 1 denied", "domb: x: y z"]
        self.assertEqual(flask.attempts(lines), {"domain:destroy": "EACCES"})


@needs(flask.BASE)
class Policy(unittest.TestCase):
    def test_a_module_may_not_give_the_boot_domain_what_it_must_not_have(self):
        with tempfile.TemporaryDirectory() as name:
            work = Path(name)
            flask.policy(work)
            for rule in ("allow domb_t domU_t:domain destroy;", "allow domain_type xen_t:xen kexec;",
                         "allow domb_t domb_construct_t:domain2 relabelself;",
                         "allow domU_t security_t:security setenforce;"):
                with (work / "flask/guests.te").open("a") as rules:
                    rules.write(f"{rule}\n")
                with self.assertRaisesRegex(tools.ToolError, "neverallow"):
                    tools.run(work / "flask/build.sh", flask.BASE, work / "other")
                text = (work / "flask/guests.te").read_text()
                (work / "flask/guests.te").write_text(text.replace(f"{rule}\n", ""))

    def test_a_line_that_is_not_there_cannot_be_left_out(self):
        with tempfile.TemporaryDirectory() as name, self.assertRaises(flask.PolicyError):
            flask.policy(Path(name), without="allow nobody nothing;")
