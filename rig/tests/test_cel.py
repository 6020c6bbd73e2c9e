# SPDX-License-Identifier: Apache-2.0
"""What `domb export` writes, read by rig/cel.py and tpm2_eventlog."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import cel
import paths
import tcglog
from tests.needs import needs

LOG = paths.ROOT / "Tests/Fixtures/appliance-measurements.bin"
# What `swift test` has built, then what `make` has.
PROGRAMS = [Path(os.environ["DOMB"])] if "DOMB" in os.environ else [paths.ROOT / ".build-test/debug/domb", paths.DOMB]
# From systemd 255 on: Debian 13 has it, Debian 12 not.
PCRLOCK = Path(os.environ.get("SYSTEMD_PCRLOCK", "/usr/lib/systemd/systemd-pcrlock"))


def domb() -> Path | None:
    return next((program for program in PROGRAMS if program.exists()), None)


@needs(domb() or paths.DOMB)
class Export(unittest.TestCase):
    def export(self, form: str, *options: str) -> bytes:
        done = subprocess.run([domb(), "export", "--to", form, *options, LOG], capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout

    def records(self, form: str, *options: str) -> list:
        return cel.FORMS[form](self.export(form, *options))

    @needs("tpm2_eventlog")
    def test_every_form_replays_to_what_tpm2_eventlog_makes_of_the_log(self):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "log"
            log.write_bytes(self.export("tcg"))
            values = tcglog.replayed(log)
        self.assertEqual(len(values), 4)
        for form in cel.FORMS:
            replayed = cel.replay(self.records(form))
            self.assertEqual(list(replayed), [11])
            self.assertEqual(replayed[11], {bank: pcrs[11] for bank, pcrs in values.items()})

    def test_tcg_is_the_log_itself(self):
        self.assertEqual(self.export("tcg"), LOG.read_bytes())

    def test_nothing_is_lost(self):
        for form in cel.FORMS:
            self.assertEqual(cel.tcg(self.records(form)), LOG.read_bytes())

    def test_both_forms_say_the_same(self):
        self.assertEqual(self.records("cel-tlv"), self.records("cel-json"))

    def test_numbers(self):
        for form in cel.FORMS:
            self.assertEqual([record.number for record in self.records(form)], list(range(9)))
            self.assertEqual([record.number for record in self.records(form, "--recnum", "global")],
                             list(range(1, 10)))

    @unittest.skipUnless(PCRLOCK.exists(), f"{PCRLOCK} is not there: systemd 255 or later has it")
    def test_systemd_pcrlock_writes_the_same_cel(self):
        environment = {**os.environ, "SYSTEMD_MEASURE_LOG_FIRMWARE": str(LOG),
                       "SYSTEMD_MEASURE_LOG_USERSPACE": os.devnull}
        done = subprocess.run([PCRLOCK, "cel", "--json=short"], capture_output=True, timeout=60, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        ours, theirs = json.loads(self.export("cel-json", "--recnum", "global")), json.loads(done.stdout)
        # Its digests stand the other way round.
        for record in ours + theirs:
            record["digests"].sort(key=lambda digest: digest["hashAlg"])
        self.assertEqual(ours, theirs)


class Reader(unittest.TestCase):
    def test_damaged_tlv_is_an_error(self):
        whole = bytes.fromhex("0000000008" + "00" * 8 + "01000000010b" "0300000000" "050000000e"
                              "000000000400000004" "0100000000")
        self.assertEqual(cel.parse_tlv(whole)[0].pcr, 11)
        for length in range(1, len(whole)):
            with self.assertRaises((cel.CELError, ValueError)):
                cel.parse_tlv(whole[:length])


if __name__ == "__main__":
    unittest.main()
