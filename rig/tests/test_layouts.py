# SPDX-License-Identifier: Apache-2.0
"""What DomB and its libraries send to Xen and read from it is laid out alike in every release that one program serves:
compared with the public headers that are at hand. Those of the rig's own Xens are; more can be named by DOMB_XEN_HEADERS,
folders with colons between, each as Xen's installation has it in include/."""
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import paths

HERE = Path(__file__).resolve().parent
# Of Xen 4.20.
GOLDEN = (HERE / "layouts.txt").read_text().splitlines()
NUMBERS = ("XEN_DOMCTL_INTERFACE_VERSION", "XEN_SYSCTL_INTERFACE_VERSION")
RELEASES = paths.ROOT / "Sources/Platform/XenRelease.swift"
# What came in 4.20; an older Xen refuses it by itself.
SINCE_420 = "gsi_permission", "XEN_DOMCTL_GSI_GRANT"
# What 4.17 and 4.18 have four bytes earlier, behind a field that they have not.
EARLIER = "vmtrace_size", "cpupool_id", "arch.emulation_flags", "arch.misc_flags"


def folders() -> list:
    named = [Path(folder) for folder in os.environ.get("DOMB_XEN_HEADERS", "").split(":") if folder]
    own = sorted(paths.DEPS.glob("xen-own-*/usr/include"))
    return [*named, *(folder for folder in (paths.XEN_INCLUDE, paths.DEPS / "xen417/usr/include", *own) if folder.exists())]


def printed(headers: Path) -> list:
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "layouts"
        subprocess.run(["gcc", "-w", "-isystem", headers, "-o", program, HERE / "layouts.c"], check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()


def numbers(lines: list) -> tuple:
    found = dict(line.split(": ", 1) for line in lines if line.startswith(NUMBERS))
    return tuple(int(found[name], 16) for name in NUMBERS)


def property_of(name: str) -> dict:
    """{release: the expression} of one property of XenRelease: its switch has a line for each value."""
    text = RELEASES.read_text()
    body = text.split(f"public var {name}:", 1)[1].split("\n    }\n", 1)[0]
    return {int(minor): value for cases, value in re.findall(r"case ([^:]+): (\S+)", body)
            for minor in re.findall(r"\.xen4(\d+)", cases)}


class Layouts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.found = {folder: printed(folder) for folder in folders()}
        domctl, sysctl = property_of("domctl"), property_of("sysctl")
        cls.table = {minor: (int(domctl[minor], 16), int(sysctl[minor], 16)) for minor in domctl}
        cls.compared = {minor for minor, value in property_of("hasComparedLayouts").items() if value == "true"}

    def releases(self, lines: list) -> set:
        return {minor for minor, both in self.table.items() if both == numbers(lines)}

    def test_the_rigs_own_headers_are_at_hand_and_known(self):
        self.assertEqual(numbers(self.found[paths.XEN_INCLUDE]), self.table[20])
        self.assertEqual(self.compared, {19, 20, 21, 22})

    def test_releases_that_one_program_serves_are_laid_out_alike(self):
        for folder, lines in self.found.items():
            if not self.releases(lines) & self.compared:
                continue
            with self.subTest(folder=str(folder)):
                golden = GOLDEN
                if not any("gsi_permission" in line for line in lines):
                    golden = [line for line in GOLDEN if not any(word in line for word in SINCE_420)]
                self.assertEqual([line for line in lines if not line.startswith(NUMBERS)], golden)

    def test_releases_that_are_not_served_differ(self):
        for folder, lines in self.found.items():
            if not self.releases(lines) or self.releases(lines) & self.compared:
                continue
            with self.subTest(folder=str(folder)):
                for line in GOLDEN:
                    expected = line not in lines
                    self.assertEqual(any(word in line for word in SINCE_420 + EARLIER) and expected, expected, line)
                    if any(f"createdomain.{word}:" in line for word in EARLIER):
                        self.assertNotIn(line, lines)
