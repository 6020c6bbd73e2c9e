# SPDX-License-Identifier: Apache-2.0
"""Man pages against the program, and the list of what is inside PID 1 against the linker's maps."""
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import paths

PACKAGING = paths.ROOT / "packaging"
sys.path.insert(0, str(PACKAGING))
import components  # noqa: E402
import linkmap  # noqa: E402
import man  # noqa: E402
import roff  # noqa: E402
from tests.needs import needs  # noqa: E402

PROSE = paths.ROOT / "docs/man"
SOURCES = paths.ROOT / "Sources"


def spoken(page: str) -> str:
    """A page's text without fonts and escapes."""
    return re.sub(r"\\f[BIR]|\\&", "", page).replace("\\-", "-").replace("\\(aq", "'").replace("\\(dq", '"')


class Roff(unittest.TestCase):
    def test_what_a_reader_copies_is_ascii(self):
        self.assertEqual(roff.code("domb --fail 'a' ~ ^"), "domb \\-\\-fail \\(aqa\\(aq \\(ti \\(ha")

    def test_no_text_begins_a_macro(self):
        for text in (".dts is a source", "'quoted'", "`.dts` is a source"):
            self.assertNotIn(roff.marked(text)[0], ".'")
        self.assertTrue(all(not line.startswith(".x") for line in roff.paragraphs("    .x\n")))

    def test_blocks(self):
        self.assertEqual(roff.paragraphs("# A\ntext\nmore\n\n    code\n\n    code\nend\n"),
                         [".SH A", ".PP", "text more", ".PP", ".RS 4", ".nf", "code", "", "code", ".fi", ".RE",
                          ".PP", "end"])

    def test_a_colon_in_code_does_not_end_the_word(self):
        self.assertEqual(roff.paragraphs("- `a: b`: meaning"), [".TP", "\\fBa: b\\fR", "meaning"])
        with self.assertRaises(ValueError):
            roff.paragraphs("- no meaning")


@needs(paths.DOMB)
class ManPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        said = subprocess.run([paths.DOMB, "--experimental-dump-help"], capture_output=True, text=True, check=True)
        cls.dump = json.loads(said.stdout)
        cls.commands = man.command_pages(cls.dump)
        cls.pages = man.pages_of(cls.dump, PROSE, "0", "2026-01-01")

    def test_every_option_is_on_its_page(self):
        for name, command in self.commands.items():
            page = spoken(self.pages[f"{name}.1"])
            for argument in man.shown_arguments(command):
                for option in argument.get("names", []):
                    self.assertIn(man.spelling(option), page, name)
                if argument["kind"] == "positional":
                    self.assertIn(f"\n{argument['valueName']}\n", page, name)

    def test_prose_belongs_to_a_command_and_names_only_its_options(self):
        for file in PROSE.glob("domb*.md"):
            if not file.name.endswith(".8.md"):
                self.assertIn(file.stem, list(self.commands))
            for line in file.read_text().replace("\\\n", " ").splitlines():
                used = re.match(r"    (domb)(?: ([a-z]+))? ", line + " ")
                if not used:
                    continue
                command = self.commands["-".join(filter(None, used.groups()))]
                known = {man.spelling(option) for argument in command["arguments"]
                         for option in argument.get("names", [])}
                self.assertLessEqual(set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", line)), known, f"{file.name}: {line}")

    @needs("groff")
    def test_groff_has_no_complaint(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, page in self.pages.items():
                file = Path(folder) / name
                file.write_text(page)
                said = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", file], capture_output=True, text=True)
                self.assertEqual((said.returncode, said.stderr), (0, ""), name)

    def test_version_is_the_package_s(self):
        said = subprocess.run([paths.DOMB, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        changes = (PACKAGING / "debian/changelog").read_text()
        self.assertEqual(said, re.match(r"domb \((.*?)\)", changes)[1])


class InitPage(unittest.TestCase):
    page = (PROSE / "domb-init.8.md").read_text()

    def test_the_words_of_the_boot_domain_s_command_line(self):
        source = (SOURCES / "Sequencer/LaunchArguments.swift").read_text()
        self.assertEqual(set(re.findall(r'Line\("(domb\.[a-z]+)"\)', source)), set(re.findall(r"`(domb\.[a-z]+)=", self.page)))

    def test_diagnostics_are_said_by_the_sources(self):
        source = "".join(file.read_text() for folder in ("DomBInit", "Sequencer")
                         for file in sorted((SOURCES / folder).rglob("*.swift")))
        lines = re.findall(r"^- `domb: (.*?) *(?:[A-Z]{2,}|\bN\b)", self.page, re.M)
        self.assertGreater(len(lines), 3)
        for line in lines:
            self.assertTrue(f'"{line}' in source, line)


class LaunchPage(unittest.TestCase):
    page = (PROSE / "domb-launch.8.md").read_text()

    def test_the_options_of_the_command(self):
        source = (SOURCES / "LaunchCommand/CommandArguments.swift").read_text()
        self.assertEqual(set(re.findall(r'Line\("(--[a-z-]+)"\)', source)), set(re.findall(r"^- `(--[a-z-]+)`", self.page, re.M)))

    def test_the_exit_status_of_the_command(self):
        source = (SOURCES / "LaunchCommand/CommandStatus.swift").read_text()
        self.assertEqual(re.findall(r"case \w+ = (\d+)", source), re.findall(r"^- `(\d+)`:", self.page, re.M))


class LinkMap(unittest.TestCase):
    head = "Discarded input sections\n\n .text.gone\n                0x0000000000000000       0x90 /a/libgone.a(gone.o)\n"
    memory = """
Memory map

.text           0x0000000000400000      0x100
 .text          0x0000000000400000       0x10 /a/libx.a(one.o)
 .text.a_name_that_is_longer_than_the_column
                0x0000000000400010       0x20 /a/libx.a(two.o)
 ** fill        0x0000000000400030        0x8
 .text.empty    0x0000000000400038        0x0 /a/libempty.a(none.o)
 .text          0x0000000000400038        0x4 /b/.build-init/release/Core.build/a.swift.o
"""

    def test_only_what_has_bytes_in_the_program(self):
        found = linkmap.linked(self.head + self.memory)
        self.assertEqual(found, {"/a/libx.a": {"one.o": 16, "two.o": 32},
                                 "/b/.build-init/release/Core.build/a.swift.o": {"a.swift.o": 4}})
        self.assertEqual([linkmap.module(name) for name in found], [None, "Core"])

    def test_another_linker_s_map_is_an_error(self):
        for text in (self.head, self.head + "\nMemory map\n"):
            with self.assertRaises(linkmap.MapError):
                linkmap.linked(text)


BILL = paths.OUT / "domb.spdx.json"
PROGRAMS = ("domb-init", "domb-construct", "domb-launch")
MAPS = [paths.OUT / f"{program}.map" for program in PROGRAMS]


@needs(BILL, *MAPS)
class BillOfMaterials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if any(map.stat().st_mtime > BILL.stat().st_mtime for map in MAPS):
            raise AssertionError("make sbom has not been run since the last build")
        cls.document = json.loads(BILL.read_text())
        cls.packages = {package["SPDXID"]: package for package in cls.document["packages"]}
        cls.links = {(relation["spdxElementId"], relation["relatedSpdxElement"])
                     for relation in cls.document["relationships"] if relation["relationshipType"] == "STATIC_LINK"}

    def test_every_linked_archive_is_there_with_its_digest(self):
        files = {file["SPDXID"]: file for file in self.document["files"]}
        for map_file in MAPS:
            for path, members in linkmap.linked(map_file.read_text()).items():
                if linkmap.module(path):
                    continue
                digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
                entries = [key for key, file in files.items()
                           if {"algorithm": "SHA256", "checksumValue": digest} in file["checksums"]]
                self.assertTrue(any((f"SPDXRef-{map_file.stem}", key) in self.links for key in entries), path)
                said = " ".join(files[key]["comment"] for key in entries)
                for member in members:
                    self.assertIn(member, said)

    def test_the_programs_are_those_that_ship(self):
        for program in PROGRAMS:
            digest = hashlib.sha256((paths.OUT / program).read_bytes()).hexdigest()
            self.assertEqual(self.packages[f"SPDXRef-{program}"]["checksums"][0]["checksumValue"], digest)

    def test_every_package_has_version_and_licence(self):
        for package in self.packages.values():
            self.assertTrue(package["versionInfo"])
            self.assertNotIn(package["licenseConcluded"], ("", "NOASSERTION"))

    def test_every_relation_is_of_things_that_are_there(self):
        known = {*self.packages, *(file["SPDXID"] for file in self.document["files"]), "SPDXRef-DOCUMENT"}
        self.assertEqual(len(known), len(self.packages) + len(self.document["files"]) + 1)
        for relation in self.document["relationships"]:
            self.assertLessEqual({relation["spdxElementId"], relation["relatedSpdxElement"]}, known)

    def test_what_the_libraries_are_is_told(self):
        names = {package["name"] for package in self.packages.values()}
        self.assertLessEqual({"libxen-dev", "tpm2-tss", "libssl-dev", "libc6-dev", "swift"}, names)

    def test_a_library_without_a_known_licence_is_an_error(self):
        stranger = components.Component("x", "1", "no-such-source", "1", None, None)
        with self.assertRaises(components.UnknownComponent):
            _ = stranger.licence
