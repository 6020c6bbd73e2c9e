# SPDX-License-Identifier: Apache-2.0
import unittest

import lcm
import paths
from scenario_table import all_scenarios


class Sources(unittest.TestCase):
    def text(self, name: str) -> str:
        return (paths.EXAMPLES / name).read_text()

    def test_domains_of_the_appliance(self):
        found = lcm.domains(self.text("appliance.dts"))
        self.assertEqual([(domain.domid, domain.name, domain.is_hardware, domain.needs) for domain in found],
                         [(1, "hw", True, []), (2, "broker", False, []), (3, "sensor", False, [2]),
                          (4, "app", False, [3])])

    def test_every_scenario_patches_what_is_there(self):
        for row in all_scenarios():
            if row.source:
                lcm.patched(self.text(row.source), row.patches)

    def test_a_patch_that_fits_nothing_is_an_error(self):
        with self.assertRaises(lcm.PatchError):
            lcm.patched("a b b", [("b", "c")])


class Rows(unittest.TestCase):
    def test_names_are_unique(self):
        names = [row.name for row in all_scenarios()]
        self.assertEqual(len(names), len(set(names)))

    def test_every_number_of_the_issue_is_there(self):
        # Scenario 1 is `make boot` itself.
        self.assertEqual({row.number for row in all_scenarios()}, set(range(2, 14)))


class Damage(unittest.TestCase):
    table = bytes(range(250))

    def test_only_the_checksum_damage_leaves_a_wrong_sum(self):
        self.assertEqual(sum(lcm.cut_short(self.table)) & 0xFF, 0)
        self.assertEqual(sum(lcm.flipped_payload(self.table)) & 0xFF, 0)
        good = lcm.flipped_payload(lcm.flipped_payload(self.table))
        self.assertEqual(sum(good) & 0xFF, 0)
        self.assertNotEqual(sum(lcm.wrong_checksum(good)) & 0xFF, 0)
