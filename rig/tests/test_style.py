# SPDX-License-Identifier: Apache-2.0
"""`make lint` finds what it says that it finds, and nothing in what is right."""
import unittest
from pathlib import PurePosixPath

import style

HEAD = "// SPDX-License-Identifier: Apache-2.0\n"
NAMED = PurePosixPath("Makefile")


def told(name: str, text: str) -> list:
    path = PurePosixPath(name)
    files = {path: text, NAMED: path.name}
    return [why for where, _, why in style.faults(files) if where == path]


class Style(unittest.TestCase):
    def test_each_rule_finds_its_fault(self):
        core, other = "Sources/Sequencer/A.swift", "Sources/domb/A.swift"
        long = "func a() {\n" + "    b()\n" * 41 + "}\n"
        for name, text, word in (
                (other, "let a = 1\n", "SPDX"),
                (other, HEAD + "struct LaunchManager {}\n", "LaunchManager"),
                (other, HEAD + "struct RecordV2 {}\n", "RecordV2"),
                (other, HEAD + "// TODO: later\n", "later"),
                (other, HEAD + "// let a = b\n", "comment"),
                (other, HEAD + "    // if a == b {\n", "comment"),
                (other, HEAD + long, "41 lines"),
                (other, HEAD + "let a = 1\n" * 300, "301 lines"),
                (core, HEAD + "import Foundation\n", "Foundation"),
                (core, HEAD + "let a: any Error = b\n", "any"),
                (core, HEAD + "let a = try! b()\n", "traps"),
                (core, HEAD + "let a = unsafe b()\n", "bindings"),
                ("Sources/XenBindings/A.swift", HEAD + "let a = unsafe b()\n", "Safety"),
        ):
            with self.subTest(text=text[:60]):
                found = told(name, text)
                self.assertEqual(len(found), 1, found)
                self.assertIn(word, found[0])

    def test_what_is_right_is_left_alone(self):
        rows = "".join(f"        case {number}: return {number}\n" for number in range(60))
        table = f"func a() -> Int {{\n    switch b {{\n{rows}    }}\n}}\n"
        protocol = "protocol A {\n" + "    func a(\n        b: Int\n    ) throws(C)\n" * 20 + "}\n"
        for name, text in (
                ("Sources/Sequencer/A.swift", HEAD + "// any Error that Xen has, `unsafe` or not: return it later.\nlet a = 1\n"),
                ("Sources/domb/A.swift", HEAD + table), ("Sources/domb/A.swift", HEAD + protocol),
                ("Sources/XenBindings/A.swift", HEAD + "// Safety: b lives.\nlet a = unsafe b()\n"),
        ):
            with self.subTest(text=text[:60]):
                self.assertEqual(told(name, text), [])

    def test_a_file_that_nobody_names_is_dead(self):
        old = PurePosixPath("rig/old.py")
        files = {old: "# SPDX-License-Identifier: Apache-2.0\n", NAMED: "python3 rig/older.py"}
        self.assertEqual([path for path, _, _ in style.faults(files)], [old])
        files[NAMED] = "import old"
        self.assertEqual(style.faults(files), [])


if __name__ == "__main__":
    unittest.main()
