# SPDX-License-Identifier: Apache-2.0
"""Options and subcommands in the documents are the program's; what commands that are run elsewhere name is there."""
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import documents
import paths
from doc_elsewhere import ELSEWHERE
from tests.needs import needs

# Options in the documents that are not domb's but domb-launch's, the rig's, GRUB's.
OTHERS = {"--lcm", "--log", "--allow-others", "--quick", "--all", "--only", "--list", "--baseline", "--nounzip"}


@needs(paths.DOMB)
class Options(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        def help(*subcommand: str) -> str:
            return subprocess.run([paths.DOMB, "help", *subcommand], capture_output=True, text=True, timeout=60, check=True).stdout

        subcommands = re.findall(r"^  ([a-z]+) ", help().partition("SUBCOMMANDS:")[2], re.M)
        cls.options = {name: set(re.findall(r"(?<![\w-])--?[a-z][a-z0-9-]*", help(name))) for name in subcommands}

    def test_every_subcommand_and_option_is_in_the_help(self):
        every = set().union(*self.options.values())
        for document in documents.current():
            for number, token in documents.tokens(document):
                words = token.split()
                with self.subTest(document=document.name, line=number, token=token):
                    if words[0] == "domb" and len(words) > 1:
                        self.assertIn(words[1], self.options)
                        used = {word.partition("=")[0] for word in words if word.startswith("-")}
                        self.assertLessEqual(used, self.options[words[1]] | {"--help"})
                    elif words[0].startswith("--") and words[0] not in OTHERS:
                        self.assertIn(words[0].partition("=")[0], every)

    def test_the_commands_of_blocks_have_such_options(self):
        for document in documents.current():
            for command in documents.commands(document):
                if command.program == "domb":
                    words = command.text.partition("|")[0].split()[1:]
                    with self.subTest(document=document.name, line=command.line, command=command.text):
                        used = {word.partition("=")[0] for word in words if re.match("--?[a-z]", word)}
                        self.assertLessEqual(used, self.options[words[0]])

    def test_every_subcommand_is_in_the_readme(self):
        named = {token for _, token in documents.tokens(paths.ROOT / "README.md")}
        self.assertLessEqual(set(self.options), named)


class Elsewhere(unittest.TestCase):
    """Commands that are not run here name what is there."""
    fuzzers = documents.fuzzers()
    tests = documents.swift_tests()
    targets = documents.make_targets()
    scenarios = documents.scenario_names()

    def test_they_name_what_is_there(self):
        count = 0
        for document in documents.current():
            for command in documents.commands(document):
                words = command.text[command.text.index(command.program):].split()
                if words[0] in ELSEWHERE:
                    with self.subTest(document=document.name, line=command.line, command=command.text):
                        self.check(words)
                    count += 1
        self.assertGreater(count, 10)

    def check(self, words: list) -> None:
        if words[0] == "make":
            self.assertIn(words[1], self.targets)
        elif words[0] == "swift" and "--filter" in words:
            self.assertIn(words[words.index("--filter") + 1], self.tests)
        elif words[0] == "python3" and "--only" in words:
            self.assertLessEqual(set(words[words.index("--only") + 1:]), self.scenarios)
        elif words[:2] == ["Fuzz/run.sh", "fuzz"]:
            self.assertIn(words[3], self.fuzzers)
        for word in words:
            if word.endswith((".py", ".sh")):
                self.assertTrue((paths.ROOT / word).exists(), word)

    @needs(paths.DOMB)
    def test_the_picture_of_the_readme_is_what_its_command_draws(self):
        with tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "launch.svg"
            subprocess.run([paths.DOMB, "replay", "examples/stages.yaml", "--svg", picture], cwd=paths.ROOT, check=True,
                           capture_output=True, timeout=60)
            self.assertEqual((paths.ROOT / "docs/launch.svg").read_text(), picture.read_text(),
                             "domb replay examples/stages.yaml --svg docs/launch.svg")
