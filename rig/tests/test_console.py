# SPDX-License-Identifier: Apache-2.0
import base64
import hashlib
import unittest

import console


def log_lines(data: bytes) -> list:
    text = base64.b64encode(data).decode()
    body = [f"domb-log: {text[at:at + 76]}" for at in range(0, len(text), 76)]
    return [f"domb-log-begin: {len(data)}", *body, f"domb-log-end: {hashlib.sha256(data).hexdigest()}"]


def split(*lines: str) -> console.Console:
    return console.split("".join(line + "\r\n" for line in lines))


class Speakers(unittest.TestCase):
    def test_lines_go_to_who_said_them(self):
        found = split("(XEN) a", "(d2) TINY alive: x", "domb: b", "(d0) domb: c")
        self.assertEqual(found.xen, ["a"])
        self.assertEqual(found.lines(2), ["TINY alive: x"])
        self.assertEqual(found.boot, ["domb: b", "domb: c"])

    def test_a_line_in_the_middle_of_another_leaves_it_whole(self):
        found = console.split("domb: on(d2) TINY tick 1\r\ne li(XEN) x\r\nne\r\n")
        self.assertEqual(found.boot, ["domb: one line"])
        self.assertEqual(found.lines(2), ["TINY tick 1"])

    def test_order_is_kept_when_the_prefix_begins(self):
        found = split("domb: 1", "domb: 2", "(d0) domb: 3")
        self.assertEqual(found.boot, ["domb: 1", "domb: 2", "domb: 3"])

    def test_an_unfinished_last_line_counts(self):
        self.assertEqual(console.split("domb: half").boot, ["domb: half"])


class Trace(unittest.TestCase):
    def line(self, number: int) -> str:
        return f'domb-trace: {{"seq":{number},"us":1,"took":1,"op":"xc_domain_unpause","domid":2,"result":0}}'

    def test_whole(self):
        self.assertEqual(len(console.trace(split(self.line(0), self.line(1), self.line(2)))), 3)

    def test_a_gap_is_an_error(self):
        for numbers in ((0, 2), (3, 4)):
            with self.assertRaises(console.ConsoleError):
                console.trace(split(*[self.line(number) for number in numbers]))

    def test_a_damaged_line_is_an_error(self):
        with self.assertRaises(console.ConsoleError):
            console.trace(split(self.line(0)[:-4]))


class EventLog(unittest.TestCase):
    data = bytes(range(256)) * 3

    def test_the_last_one_counts(self):
        found = console.event_log(split(*log_lines(b"first"), "domb: between", *log_lines(self.data)))
        self.assertEqual(found, self.data)

    def test_none(self):
        self.assertIsNone(console.event_log(split("domb: nothing")))

    def test_every_missing_line_is_noticed(self):
        lines = log_lines(self.data)
        for missing in range(1, len(lines)):
            with self.assertRaises(console.ConsoleError, msg=lines[missing]):
                console.event_log(split(*lines[:missing], *lines[missing + 1:]))

    def test_a_changed_byte_is_noticed(self):
        lines = log_lines(self.data)
        lines[2] = lines[2][:-1] + ("A" if lines[2][-1] != "A" else "B")
        with self.assertRaises(console.ConsoleError):
            console.event_log(split(*lines))


class Life(unittest.TestCase):
    def test_who_ran(self):
        found = split("(d2) TINY alive: x", "(d4) [    1.2] LINUX tick 3", "(d5) Linux version")
        self.assertEqual(console.ran(found, ""), {2, 4})
        self.assertEqual(console.ran(split(), "TINY alive: hw\n"), {"hardware domain"})
