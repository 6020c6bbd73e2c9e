# SPDX-License-Identifier: Apache-2.0
"""Where the boot domain's programs end: in one place, and nowhere by a way that no failure takes."""
import re
import unittest

import paths

# What may end the boot domain, or a process of it, and the files that may.
_ALLOWED = {
    r"PowerControl\.end\(": {"DomBInit/Ending.swift"},
    # Not PID 1; and the launch's own process, whose end is its report.
    r"PowerControl\.exit\(": {"DomBInit/DomBInit.swift", "DomBInit/NextInit.swift", "LinuxBindings/ProcessSplit.swift",
                              "DomBLaunch/DomBLaunch.swift"},
    r"\breboot\(": {"LinuxBindings/PowerControl.swift"},
    r"\bfatalError\(|\bpreconditionFailure\(": {"FaultInjection/FaultingTPM.swift"},
}
_FOLDERS = ("DomBInit", "DomBConstruct", "DomBLaunch", "LinuxBindings", "FaultInjection", "Sequencer", "Measurement",
            "ConfigApply", "LaunchControl", "Platform", "TPMBindings", "XenBindings", "BuilderModel")


class Endings(unittest.TestCase):
    def test_every_end_is_in_its_one_place(self):
        files = [file for folder in _FOLDERS for file in sorted((paths.ROOT / "Sources" / folder).rglob("*.swift"))]
        self.assertGreater(len(files), 100)
        for pattern, allowed in _ALLOWED.items():
            found = {str(file.relative_to(paths.ROOT / "Sources")) for file in files
                     if re.search(pattern, "".join(re.sub(r"//.*", "", line) for line in file.read_text().splitlines(True)))}
            self.assertEqual(found, allowed, pattern)
