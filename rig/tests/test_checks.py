# SPDX-License-Identifier: Apache-2.0
import unittest

import checks
import tcglog
import xenkeys


def entry(seq: int, op: str, domid=None, result: int = 0) -> dict:
    return {"seq": seq, "op": op, "domid": domid, "result": result}


GOOD = [entry(0, checks.EXTEND), entry(1, checks.READ), entry(2, checks.UNPAUSE, 2), entry(3, checks.UNPAUSE, 3)]


class Order(unittest.TestCase):
    def test_dependencies_come_first(self):
        checks.in_order([2, 3], {2: [], 3: [2]})
        for order in ([3, 2], [2], [2, 3, 3], [2, 3, 4]):
            with self.assertRaises(checks.CheckFailed, msg=str(order)):
                checks.in_order(order, {2: [], 3: [2]})

    def test_a_failed_unpause_is_none(self):
        self.assertEqual(checks.unpaused(GOOD + [entry(4, checks.UNPAUSE, 4, -22)]), [2, 3])

    def test_the_pcr_is_closed_first(self):
        checks.closed_before_unpause(GOOD)
        for bad in (GOOD[1:], GOOD[:2], [GOOD[0], *GOOD[2:]], [*GOOD, entry(9, checks.EXTEND)],
                    [GOOD[0], entry(1, checks.READ, None, 256), *GOOD[2:]]):
            with self.assertRaises(checks.CheckFailed, msg=str(bad)):
                checks.closed_before_unpause(bad)


class States(unittest.TestCase):
    def dump(self, domain_pauses: int, vcpu_pauses: int, running: str = "F") -> dict:
        return xenkeys.parse([
            "General information for domain 7:", f"    refcnt=3 dying=0 pause_count={domain_pauses}",
            "    nr_pages=2056 xenheap_pages=2", "VCPU information and callbacks for domain 7:",
            f"    VCPU0: CPU0 [has={running}] poll=0 upcall_pend=00 upcall_mask=00 ",
            f"    pause_count={vcpu_pauses} pause_flags=0"])

    def test_shut_down_is_told_from_never_unpaused(self):
        self.assertTrue(self.dump(0, 1)[7].stopped_by_shutdown)
        for built, paused, running in ((1, 0, "F"), (0, 0, "F"), (0, 1, "T")):
            self.assertFalse(self.dump(built, paused, running)[7].stopped_by_shutdown)

    def test_held(self):
        checks.held(self.dump(1, 0), [7, 8])
        with self.assertRaises(checks.CheckFailed):
            checks.held(self.dump(0, 0), [7])


class Banks(unittest.TestCase):
    def test_both_tools(self):
        found = tcglog.banks("  sha1:\n  sha256:\n    0 : 0xAB\n    11: 0xCD\n")
        self.assertEqual(found, {"sha256": {0: "ab", 11: "cd"}})

    def test_nothing_but_a_log_is_a_log(self):
        for data in (b"", b"\0" * 31, b"\0" * 400):
            with self.assertRaises(tcglog.LogError):
                tcglog.parse(data)
