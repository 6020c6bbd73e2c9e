# SPDX-License-Identifier: Apache-2.0
"""Every shell script, as shellcheck reads it."""
import subprocess
import unittest

import paths
from tests.needs import needs


@needs("shellcheck")
class Shell(unittest.TestCase):
    def test_shellcheck_has_nothing_to_say(self):
        scripts = subprocess.run(["git", "ls-files", "*.sh", ".githooks"], cwd=paths.ROOT, capture_output=True, text=True,
                                 check=True, timeout=60).stdout.split()
        self.assertGreater(len(scripts), 20)
        done = subprocess.run(["shellcheck", "--format", "gcc", *scripts], cwd=paths.ROOT, capture_output=True, text=True,
                              timeout=300)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
