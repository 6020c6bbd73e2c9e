# SPDX-License-Identifier: Apache-2.0
"""PID 1's filter of Linux calls, in a program of this machine instead of a boot domain."""
import os
import signal
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


@unittest.skipUnless(os.geteuid() == 0, "only root gives itself another root folder")
class StoreFilter(unittest.TestCase):
    """xenstored's own list, and the folder that is all it sees."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name) / "root"
        (self.root / "var/run/xenstored").mkdir(parents=True)
        self.program = Path(self.folder.name) / "store-filter"
        shim = paths.ROOT / "Sources/CLinuxShim"
        tools.run("gcc", "-std=gnu11", "-O1", "-static", "-Wall", "-Wextra", "-Werror", "-I", shim, "-I", shim / "include",
                  "-o", self.program, paths.RIG / "tests/store-filter.c",
                  *[shim / f"{name}.c" for name in ("confine", "store_filter", "linux_shim")])

    def stand_in(self, *words: str) -> Path:
        program = Path(self.folder.name) / "stand-in"
        tools.run("gcc", "-std=gnu11", "-static", *words, "-o", program, paths.RIG / "stand-in-store.c")
        return program

    def test_a_call_outside_of_the_list_ends_it(self):
        done = subprocess.run([self.program, self.root, self.stand_in()], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, -signal.SIGSYS, done.stderr)
        self.assertIn("stand-in: /dev/console: ENOENT\nstand-in: /proc/1/mem: ENOENT\n", done.stdout)
        self.assertTrue(done.stdout.endswith("stand-in: another family of sockets\n"), done.stdout)

    def test_it_may_listen_and_wait(self):
        with subprocess.Popen([self.program, self.root, self.stand_in("-DSILENT")], stdout=subprocess.PIPE, text=True) as store:
            lines = [store.stdout.readline() for _ in range(6)]
            self.assertEqual(lines[-1], "stand-in: listens, and never answers\n")
            self.assertIsNone(store.poll())
            status = Path(f"/proc/{store.pid}/status").read_text()
            for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"):
                self.assertIn(f"{name}:\t{0:016x}\n", status)
            self.assertIn("NoNewPrivs:\t1\n", status)
            self.assertEqual(sorted(path.name for path in Path(f"/proc/{store.pid}/fd").iterdir())[:3], ["0", "1", "2"])
            store.kill()
