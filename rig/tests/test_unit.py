# SPDX-License-Identifier: Apache-2.0
"""packaging/domb-launch.service as systemd reads it."""
import subprocess
import tempfile
import unittest
from pathlib import Path

import paths
from tests.needs import needs

UNIT = paths.ROOT / "packaging/domb-launch.service"
PROGRAM = "/usr/sbin/domb-launch"


@needs("systemd-analyze")
class UnitTest(unittest.TestCase):
    def test_systemd_has_nothing_to_say(self):
        text = UNIT.read_text()
        self.assertIn(f"ExecStart={PROGRAM} ", text)
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / UNIT.name
            # The program need not be installed here.
            copy.write_text(text.replace(PROGRAM, "/bin/true"))
            done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
