# SPDX-License-Identifier: Apache-2.0
"""The words that documents say one may write are those that the readers know: properties, keys, errors, options."""
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import documents
import paths
from tests.needs import needs

SOURCES = paths.ROOT / "Sources"
LCM, YAML, CONSOLE = (paths.ROOT / "docs" / name for name in ("lcm.md", "lcm-yaml.md", "console.md"))


def in_sources(pattern: str, folder: str = ".") -> set:
    return {word for file in (SOURCES / folder).rglob("*.swift") for word in re.findall(pattern, file.read_text(), re.S)}


def cells(document: Path, column: int, heading: str = "") -> list:
    return [cells[column] for title, _, cells in documents.table_rows(document) if title.startswith(heading)]


class Words(unittest.TestCase):
    def test_properties_are_those_of_the_reader(self):
        documented = {word for cell in cells(LCM, 0) for word in re.findall(r"`(domb,[a-z-]+)`", cell)}
        written = in_sources(r'"(domb,[a-z-]+)"', "domb") | in_sources(r'"(domb,[a-z-]+)"', "LaunchControl")
        rows = in_sources(r'\bSchema\(\s*("[a-z-]+".*?)\n        (?:case|//|\})', "LaunchControl")
        keys = {row.split('"')[1] for row in rows if "property:" not in row and "in: .text" not in row}
        self.assertGreater(len(keys), 25)
        self.assertEqual(documented, written | {f"domb,{key}" for key in keys})

    def test_errors_are_those_of_the_reader(self):
        source = (SOURCES / "LaunchControl/ParseError.swift").read_text()
        names = set(re.findall(r'case (\w+) =', source))
        self.assertGreater(len(names), 30)
        text = LCM.read_text()
        self.assertEqual({name for name in names if f"`{name}`" not in text}, set())

    def test_words_of_the_command_line_are_those_of_the_reader(self):
        # domb.fault= is for the rig's test build alone.
        self.assertEqual({word for cell in cells(CONSOLE, 0) for word in re.findall(r"`(domb\.[a-z]+)=", cell)},
                         in_sources(r'"(domb\.[a-z]+)=?"') - {"domb.fault"})

    @needs(paths.DOMB)
    def test_keys_of_the_description_are_those_of_its_reader(self):
        sections = {heading: {key for cell in cells(YAML, 0, heading) for key in re.findall(r"`([a-z_.]+)`", cell)}
                    for heading in ("launch", "boot_domain", "domains", "Images", "xen and grub")}
        self.assertGreater(sum(map(len, sections.values())), 60)
        lines = ["launch:", *(f"  {key}: x" for key in sections["launch"]),
                 "boot_domain:", *(f"  {key}: x" for key in sections["boot_domain"])]
        for name in ("xen", "grub"):
            lines += [f"{name}:", *(f"  {key.partition('.')[2]}: x" for key in sections["xen and grub"] if key.startswith(name))]
        lines += ["domains:", "  - name: first", *(f"    {key}: x" for key in sections["domains"] - {"name", "kernel", "ramdisk"}),
                  "    kernel:", *(f"      {key}: x" for key in sections["Images"] - {"size"}),
                  "    ramdisk:", *(f"      {key}: x" for key in sections["Images"] - {"load"})]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "launch.yaml"
            file.write_text("\n".join(lines) + "\n")
            done = subprocess.run([paths.DOMB, "check", file], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 65)
        self.assertEqual([line for line in done.stderr.splitlines() if "unknown key" in line], [])
