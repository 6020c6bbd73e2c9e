# SPDX-License-Identifier: Apache-2.0
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "bench"))

import figure
import measure
import planning
import share
import tcglog
import verifying


class Figures(unittest.TestCase):
    def test_a_bar_is_met_or_missed_by_the_ratio(self):
        self.assertTrue(figure.at_least("n", 5, "u", "", 10.0, 10).ok)
        self.assertFalse(figure.at_least("n", 50, "u", "", 9.9, 10).ok)
        self.assertTrue(figure.at_most("n", 50, "u", "", 1.1, 1.1).ok)
        self.assertFalse(figure.at_most("n", 0, "u", "", 1.11, 1.1).ok)

    def test_the_table_says_what_missed(self):
        text = figure.table([figure.at_most("slow", 3, "ms", "C", 1.5, 1.1), figure.Figure("told", 1, "MB", "", 1)])
        lines = text.splitlines()
        self.assertEqual(lines[1].split()[:2], ["MISS", "slow"])
        self.assertTrue(lines[2].startswith(" "))

    def test_changes_beyond_the_tolerance_are_told(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "baseline.json"
            figure.write([figure.Figure("same", 1, "", "", 1), figure.Figure("moved", 1, "", "", 1),
                          figure.Figure("gone", 1, "", "", 1)], path)
            lines = figure.changes([figure.Figure("same", 1, "", "", 1.1), figure.Figure("moved", 1, "", "", 2),
                                    figure.Figure("new", 1, "", "", 1)], figure.read(path))
        self.assertEqual([line.split(":")[0] for line in lines], ["moved", "new", "gone"])


class Measuring(unittest.TestCase):
    def test_rivals_take_turns_and_the_least_counts(self):
        order, numbers = [], iter([3, 1, 2, 5])
        best = measure.in_turns({name: lambda name=name: (order.append(name), next(numbers))[1] for name in "ab"}, 2)
        self.assertEqual((order, best), (["a", "b", "a", "b"], {"a": 2, "b": 1}))

    def test_an_exit_status_that_was_not_allowed_ends_the_run(self):
        self.assertGreater(measure.command(["false"], (1,)).kibibytes, 0)
        with self.assertRaises(RuntimeError):
            measure.command(["false"])

    def test_growth(self):
        self.assertAlmostEqual(planning.exponent({10: 5.0, 100: 1.0, 1000: 10.0}), 1)
        self.assertAlmostEqual(planning.exponent({10: 1.0, 100: 100.0}), 2)

    def test_a_blob_has_the_size_that_it_says(self):
        blob = planning.blob(12)
        self.assertEqual(blob[:8], (0xD00DFEED).to_bytes(4, "big") + len(blob).to_bytes(4, "big"))

    def test_a_trace_is_split_without_a_rest(self):
        entries = [{"op": "TPM2_PCR_Extend", "us": 10, "took": 5}, {"op": "xenforeignmemory_map", "us": 20, "took": 7},
                   {"op": "xc_domain_unpause", "us": 30, "took": 1}]
        parts = share.split(entries)
        self.assertEqual(sum(parts.values()), 31)
        self.assertEqual((parts["TPM commands"], parts["DomB and the console"]), (5, 18))


class Logs(unittest.TestCase):
    def test_a_written_log_is_one_that_others_read(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log.bin"
            verifying.write(path, 12)
            events = tcglog.parse(path.read_bytes())
        self.assertEqual(tcglog.kinds(events), [1, 2, *[4] * 7, 8, 5])
        self.assertEqual(len(events), 12)
        self.assertEqual(tcglog.wrong_digests(events), [])


if __name__ == "__main__":
    unittest.main()
