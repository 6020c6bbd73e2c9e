# SPDX-License-Identifier: Apache-2.0
"""Every command in the documents runs as it stands, in a folder that has the files it names, or is known in
doc_elsewhere.py with the reason why it does not."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import documents
import paths
import tcglog
import tpm
from doc_elsewhere import is_elsewhere
from doc_scratch import FIXTURES, PREPARED, Scratch
from tests.needs import needs

# Those of the fixtures' boot.
BANKS = {0x0004: "sha1", 0x000B: "sha256"}
# Exit codes other than 0, by the command's beginning.
EXPECTED = {
    "domb diff": (1,),                                  # they differ: that is what the document shows
    "domb replay lcm.dtb --fail": (1,),                 # the launch that is made to fail fails
    "domb replay lcm.dtb --seed": (0, 1),               # so it may, with what the number chooses
    "domb replay launch.yaml --scenario": (1,),         # a domain crashes on which others wait
    "domb replay lcm.dtb --trace": (1,),                # the fixture's trace is of another launch, and that is told
    "domb verify measurements.bin": (1,),               # esp/ holds stand-ins, so the launcher is unproven
}


@needs(paths.DOMB)
class Commands(unittest.TestCase):
    def check(self, document: Path, scratch: Scratch) -> int:
        count = 0
        for command in documents.commands(document):
            if is_elsewhere(command):
                continue
            with self.subTest(document=command.document, line=command.line, command=command.text):
                done = scratch.run(command.text)
                expected = next((codes for start, codes in EXPECTED.items() if command.text.startswith(start)), (0,))
                self.assertIn(done.returncode, expected, done.stdout[-2000:] + done.stderr[-2000:])
                if command.text.startswith("domb verify "):
                    self.only_the_launcher_fails(done.stdout)
                if command.output:
                    said = done.stdout.replace(str(scratch.folder), "")
                    self.same(said.splitlines(), list(command.output))
                count += 1
        return count

    def only_the_launcher_fails(self, said: str) -> None:
        self.assertIn("ok   quote    the signature is the key's", said)
        self.assertEqual([line for line in said.splitlines() if line.startswith("FAIL") and "launcher" not in line], [])

    def same(self, said: list, shown: list) -> None:
        """A line "..." of a document stands for any lines."""
        parts, part = [], []
        for line in shown:
            if line == "...":
                parts.append(part)
                part = []
            else:
                part.append(line)
        parts.append(part)
        place = 0
        for index, part in enumerate(parts):
            if index == 0:
                self.assertEqual(said[:len(part)], part)
                place = len(part)
            elif part:
                found = next((at for at in range(place, len(said)) if said[at:at + len(part)] == part), None)
                self.assertIsNotNone(found, f"{part} is not in {said[place:]}")
                place = found + len(part)
        if parts[-1]:
            self.assertEqual(place, len(said))

    def run_document(self, name: str, environment: dict = {}) -> int:
        with tempfile.TemporaryDirectory(prefix="domb-docs-") as folder:
            scratch = Scratch(Path(folder))
            scratch.environment |= environment
            PREPARED.get(name, lambda _: None)(scratch)
            return self.check(paths.ROOT / name, scratch)

    def documents(self, needs_tpm: bool) -> list:
        return [documents.name(document) for document in documents.current()
                if needs_tpm == any(command.program.startswith("tpm2_") for command in documents.commands(document))]

    def test_every_command_runs(self):
        self.assertGreater(sum(map(self.run_document, self.documents(needs_tpm=False))), 15)

    @needs("swtpm", "tpm2_quote")
    def test_every_command_runs_on_the_tpm_of_that_boot(self):
        with (tempfile.TemporaryDirectory(prefix="domb-tpm-") as folder,
              tpm.served(Path(folder), tuple(BANKS.values())) as environment):
            for log in ("grub-firmware.bin", "grub-measurements.bin"):
                extend_all(FIXTURES / log, environment)
            for name in self.documents(needs_tpm=True):
                self.assertGreater(self.run_document(name, environment), 1)


def extend_all(log: Path, environment: dict) -> None:
    """What the log says was extended: all but EV_NO_ACTION (3)."""
    for event in tcglog.parse(log.read_bytes()):
        if event.type != 3:
            digests = ",".join(f"{BANKS[algorithm]}={value.hex()}" for algorithm, value in event.digests.items())
            subprocess.run(["tpm2_pcrextend", f"{event.pcr}:{digests}"], env=dict(os.environ) | environment, check=True,
                           timeout=60)
