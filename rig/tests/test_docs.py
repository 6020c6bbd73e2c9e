# SPDX-License-Identifier: Apache-2.0
"""What documents name is there: files, links, make targets, tests, scenarios, fuzzers, modules."""
import re
import unittest

import documents
import paths
from scenario_table import all_scenarios

SOURCES = paths.ROOT / "Sources"
# Not Xen's files, and not what a command leaves in out/.
_FILE = re.compile(r"(?<![\w/.-])(?!xen/|include/|docs/features/|docs/misc/|out/|pkg/)"
                   r"[\w.+-]+(?:/[\w.+-]+)+\.(?:swift|c|h|py|sh|md|dts|yaml)\b")


class Documents(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for document in documents.DOCUMENTS:
            for link in documents.links(document):
                target, _, anchor = link.partition("#")
                if target.startswith(("https://", "http://")):
                    continue
                with self.subTest(document=document.name, link=link):
                    file = document.parent / target if target else document
                    self.assertTrue(file.exists())
                    if anchor:
                        self.assertIn(anchor, documents.anchors(file))

    def test_source_files_are_there(self):
        for document in documents.current():
            for file in _FILE.findall(document.read_text()):
                with self.subTest(document=document.name, file=file):
                    self.assertTrue(any((place / file).exists() for place in (paths.ROOT, SOURCES)))

    def test_every_document_is_linked_from_the_readme(self):
        linked = {paths.ROOT / link for link in documents.links(paths.ROOT / "README.md")}
        for document in documents.DOCUMENTS:
            if document.parent == paths.ROOT / "docs":
                with self.subTest(document=document.name):
                    self.assertIn(document, linked)

    def test_every_file_of_the_rig_is_in_its_readme(self):
        text = (paths.RIG / "README.md").read_text()
        for file in [*paths.RIG.glob("*.py"), *paths.RIG.glob("*.sh"), *paths.RIG.glob("*.c")]:
            with self.subTest(file=file.name):
                self.assertIn(file.name, text)

    def test_texts_are_plain(self):
        for document in documents.DOCUMENTS:
            with self.subTest(document=document.name):
                self.assertNotIn("\u2014", document.read_text())

    def test_make_targets_are_there(self):
        targets = documents.make_targets()
        for document in documents.current():
            for _, token in documents.tokens(document):
                if match := re.match(r"make ([a-z-]+)$", token):
                    with self.subTest(document=document.name, target=token):
                        self.assertIn(match.group(1), targets)


class Named(unittest.TestCase):
    """What the last column of a table says that an attack or an invariant is covered by."""
    scenarios = documents.scenario_names()
    tests = documents.swift_tests()
    fuzzers = documents.fuzzers()
    targets = {f"make {target}" for target in documents.make_targets()}

    def check(self, file: str, headings: tuple) -> int:
        document, count = paths.ROOT / "docs" / file, 0
        for heading, number, cells in documents.table_rows(document):
            if not heading.startswith(headings):
                continue
            _, colon, fuzzers = cells[-1].partition("fuzzer")
            named = re.findall(r"`([^`]+)`", cells[-1])
            self.assertTrue(named or cells[-1] == "not covered", f"{file}:{number} names nothing")
            for name in named:
                with self.subTest(document=file, line=number, name=name):
                    known = self.fuzzers if colon and f"`{name}`" in fuzzers else self.scenarios | self.tests | self.targets
                    self.assertTrue(name in known, f"{name}: there is no such test, scenario, fuzzer or target")
                count += 1
        return count

    def test_everything_in_the_threat_model_exists(self):
        headings = tuple(line.lstrip("# ") for line in (paths.ROOT / "docs/threat-model.md").read_text().splitlines()
                         if line.startswith("### "))
        self.assertGreater(self.check("threat-model.md", headings), 100)

    def test_everything_that_shows_an_invariant_exists(self):
        self.assertGreater(self.check("architecture.md", ("The invariants",)), 30)

    def test_every_attack_scenario_is_in_the_threat_model(self):
        text = (paths.ROOT / "docs/threat-model.md").read_text()
        # 3 changed images, 4 TPM, 5 LCM, 6 refusals, 7 processes, 8 faults, 9 measurement, 12 confinement.
        for row in all_scenarios():
            if row.number in (*range(3, 10), 12) and row.fails:
                with self.subTest(scenario=row.name):
                    self.assertIn(f"`{row.name}`", text)


class Modules(unittest.TestCase):
    def test_the_table_of_modules_is_the_manifests(self):
        written = {cells[0]: {word for word in cells[1].split(", ") if word}
                   for heading, _, cells in documents.table_rows(paths.ROOT / "docs/architecture.md")
                   if heading == "The modules" and len(cells) == 2 and re.fullmatch(r"\w*(, \w+)*", cells[1])}
        real = {name: set(uses) for name, uses in documents.manifest().items() if any((SOURCES / name).rglob("*.swift"))}
        self.assertEqual(written, real)

    def test_every_swift_target_is_in_the_manifest(self):
        folders = {folder.name for folder in SOURCES.iterdir() if any(folder.rglob("*.swift"))}
        self.assertEqual(folders, {name for name in documents.manifest() if name in folders})
