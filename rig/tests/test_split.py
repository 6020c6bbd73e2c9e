# SPDX-License-Identifier: Apache-2.0
"""The launch in a process of its own, confined, beside a PID 1 that is not: in a program of this machine."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import paths
import tools


@unittest.skipUnless(os.geteuid() == 0, "it takes capabilities from itself, and so has to have them")
class Split(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.program = Path(cls.folder.name) / "split"
        shim = paths.ROOT / "Sources/CLinuxShim"
        tools.run("gcc", "-std=gnu11", "-O1", "-static", "-pthread", "-Wall", "-Wextra", "-Werror", "-I", shim / "include",
                  "-o", cls.program, paths.RIG / "tests/split.c", shim / "linux_shim.c", shim / "confine.c")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def attempt(self, name: str) -> str:
        return subprocess.run([self.program, name], capture_output=True, text=True, timeout=20, check=True).stdout

    def test_the_report_comes_and_the_others_mounts_stay(self):
        for name in ("plain", "thread"):
            self.assertEqual(self.attempt(name), "done 0 sys\n", name)

    def test_a_forbidden_call_is_its_end_and_no_good_one(self):
        self.assertEqual(self.attempt("exec"), " 100 sys\n")
