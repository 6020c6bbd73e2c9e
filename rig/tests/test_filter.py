# SPDX-License-Identifier: Apache-2.0
"""PID 1's filter of Linux calls, in a program of this machine instead of a boot domain."""
import subprocess
import tempfile
import unittest
from pathlib import Path

import paths
import tools

STOPPED = "domb: stopped: Linux call {:04} is not allowed\n"


class Filter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.program = Path(cls.folder.name) / "filter"
        shim = paths.ROOT / "Sources/CLinuxShim"
        tools.run("gcc", "-std=gnu11", "-O1", "-static", "-pthread", "-Wall", "-Wextra", "-Werror", "-I", shim,
                  "-I", shim / "include", "-o", cls.program, paths.RIG / "tests/filter.c")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def attempt(self, name: str) -> tuple:
        done = subprocess.run([self.program, name], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
        return done.returncode, done.stderr

    def test_what_a_launch_needs_works(self):
        for name in ("thread", "sleep", "open", "socket"):
            self.assertEqual(self.attempt(name), (0, ""), name)

    def test_what_it_does_not_need_ends_it_with_the_call_s_number(self):
        for name, number in (("create", 257), ("inet", 41), ("executable", 9), ("fork", 56), ("exec", 59), ("mount", 165),
                             ("kexec", 169), ("handler", 13), ("typing", 16)):
            self.assertEqual(self.attempt(name), (1, STOPPED.format(number)), name)
