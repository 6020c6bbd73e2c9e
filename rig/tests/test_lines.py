# SPDX-License-Identifier: Apache-2.0
"""`make lines` counts every file of PID 1."""
import importlib.util
import unittest

import paths


def counter():
    spec = importlib.util.spec_from_file_location("lines", paths.ROOT / "initramfs" / "lines.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Purposes(unittest.TestCase):
    def test_every_file_of_pid_1_has_a_purpose(self):
        lines = counter()
        files = [path for folder in lines.FOLDERS for path in lines.files(folder)]
        self.assertTrue(files)
        unknown = [str(path.relative_to(lines.SOURCES)) for path in files if lines.purpose(path) == lines.UNKNOWN]
        self.assertEqual(unknown, [])
