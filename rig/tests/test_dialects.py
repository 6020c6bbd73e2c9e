# SPDX-License-Identifier: Apache-2.0
"""The trees that `domb compile` writes for a hypervisor, by the rules of its own reader. Tests/DombTests holds `domb` to the
same files."""
import unittest

import dialects
import paths

GOLDEN = paths.ROOT / "Tests/Fixtures/dialects"


class Trees(unittest.TestCase):
    def read(self, dialect: str, name: str | None = None) -> list:
        return dialects.READERS[dialect]((GOLDEN / f"{name or dialect}.dtb").read_bytes())

    def test_every_dialect_is_read_by_its_hypervisor(self):
        for dialect in dialects.READERS:
            with self.subTest(dialect):
                boot, *initial = self.read(dialect)
                self.assertEqual((boot.domid, boot.kernel, boot.ramdisk, boot.pages), (0, 1, 2, 65536))
                self.assertEqual(boot.mode & 3, 1)
                self.assertEqual([(domain.domid, domain.name, domain.kernel, domain.ramdisk) for domain in initial],
                                 [(1, "first", 3, None), (2, "second", 4, 5), (7, "rescue", 6, None)])
                self.assertEqual([domain.pages for domain in initial], [2048, 2250, 2048])
                self.assertEqual([domain.cpus for domain in initial], [2, 1, 1])
                self.assertEqual([domain.roles for domain in initial], [0, 1, 0])
                self.assertEqual([domain.mode for domain in initial], [0, 0, 0])

    def test_only_the_boot_domain_starts(self):
        for dialect in dialects.READERS:
            self.assertEqual([domain.name for domain in self.read(dialect) if domain.starts], ["boot-domain"])

    def test_no_reader_takes_the_others_tree(self):
        for dialect, other in (("xen-2024", "xen-2025"), ("xen-2025", "xen-2024")):
            with self.assertRaises(dialects.Crash):
                self.read(dialect, other)

    def test_sizes_are_those_of_the_hypervisor(self):
        for text, size in ((b"8M\0", 8 << 20), (b"9000K\0", 9000 << 10), (b"1g", 1 << 30), (b"64", 64 << 10), (b"\0", 0),
                           (b"0x10", 16 << 10), (b"\0\0\0\0\0\0\x20\0", 0)):
            self.assertEqual(dialects.size(text), size)

    def test_what_the_page_says_crashes_it_does(self):
        # Each a change of the tree that was seen to crash the hypervisor, or to make it pass over the tree.
        blob = (GOLDEN / "xen-2024.dtb").read_bytes()
        for word in (b"xen,x86", b"module,index", b"hypervisor,xen"):
            self.assertIn(word, blob)
            with self.assertRaises(dialects.Crash):
                dialects.read_2024(blob.replace(word, word[:-1] + b"_"))
        # Numbers for memory are a text of no digits there: nothing.
        number = blob.replace(b"8M\0\0", b"\0\x20\0\0")
        self.assertNotEqual(number, blob)
        self.assertEqual(dialects.read_2024(number)[1].pages, 0)


if __name__ == "__main__":
    unittest.main()
