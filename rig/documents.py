# SPDX-License-Identifier: Apache-2.0
"""The repository's documents as their readers use them: links, named things, commands."""
import re
from dataclasses import dataclass
from pathlib import Path

import paths
import scenarios
from scenario_table import all_scenarios

# decisions.md and CHANGELOG.md tell of the past: what they name need not be there any more.
HISTORY = ("docs/decisions.md", "CHANGELOG.md")
DOCUMENTS = sorted(paths.ROOT.glob("*.md")) + sorted((paths.ROOT / "docs").glob("*.md")) + [paths.RIG / "README.md"]

_PROGRAMS = (r"(?:domb|make|python3|swift|dtc|openssl|tpm2_\w+|[\w.-]+/[\w./-]+\.sh|\.build-fuzz/\S+|sudo|apt|apt-get|dpkg|"
             r"grub-\w+|update-grub|systemctl|mount|umount|cp|mkdir|install|reboot|xl|sha256sum|efibootmgr|git)")
_COMMAND = re.compile(rf"(?:\$ )?((?:[A-Za-z_]+=\S* )*{_PROGRAMS} \S.*|\w+=\$\(.*\))$")
_TOKEN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Command:
    document: str
    line: int
    text: str
    # What the document shows below a command that stands behind "$ ".
    output: tuple = ()

    @property
    def program(self) -> str:
        return next(word for word in self.text.split() if not re.match(r"[A-Za-z_]+=", word))


def name(document: Path) -> str:
    return str(document.relative_to(paths.ROOT))


def current() -> list:
    return [document for document in DOCUMENTS if name(document) not in HISTORY]


def blocks(document: Path) -> list:
    """The indented blocks, each with the number of its first line."""
    found, block, before = [], None, ""
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if line.startswith("    ") and (block is not None or not before.strip()):
            block = block or (number, [])
            block[1].append(line[4:])
        elif line.strip() or block is None:
            if block:
                found.append(block)
            block = None
        else:
            block[1].append("")
        before = line
    return found + ([block] if block else [])


def commands(document: Path) -> list:
    """The commands of the blocks. One that goes on behind a backslash is one, and a comment behind it is none of it."""
    found = []
    for first, lines in blocks(document):
        index = 0
        while index < len(lines):
            start, text = index, lines[index]
            while text.endswith("\\") and index + 1 < len(lines):
                index += 1
                text = text[:-1] + lines[index].strip()
            index += 1
            match = _COMMAND.match(text)
            if not match or text.startswith(("domb: ", "domb,")):
                continue
            output = []
            while text.startswith("$ ") and index < len(lines) and lines[index]:
                output.append(lines[index])
                index += 1
            command = re.sub(r"\s+#.*", "", match.group(1))
            found.append(Command(name(document), first + start, command, tuple(output)))
    return found


def tokens(document: Path) -> list:
    """What stands in backquotes, with its line's number, outside of blocks."""
    return [(number, token) for number, line in enumerate(document.read_text().splitlines(), 1)
            if not line.startswith("    ") for token in _TOKEN.findall(line)]


def links(document: Path) -> list:
    return _LINK.findall(document.read_text())


def anchors(document: Path) -> set:
    """The anchors that a code host makes of headings."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def table_rows(document: Path) -> list:
    """(heading above it, line number, cells) of every row of every table but the titles."""
    found, heading, in_table = [], "", False
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if not line.startswith("|"):
            in_table = False
            continue
        if in_table and not re.fullmatch(r"[|\-: ]+", line):
            found.append((heading, number, [cell.strip() for cell in line.strip("|").split("|")]))
        in_table = True
    return found


def make_targets() -> set:
    return set(re.findall(r"^([a-z][a-z-]*):", (paths.ROOT / "Makefile").read_text(), re.M))


def swift_tests() -> set:
    """The names of all Swift tests and of their suites' types."""
    found = set()
    for file in (paths.ROOT / "Tests").rglob("*.swift"):
        text = file.read_text()
        found |= set(re.findall(r"@Test\b(?:(?!@Test\b).)*?\bfunc (\w+)", text, re.S))
        found |= set(re.findall(r"(?:struct|enum|class) (\w+Tests)\b", text)) | {file.stem}
    return found


def scenario_names() -> set:
    return {row.name for row in all_scenarios()} | {row[0] for row in scenarios.WHOLE}


def fuzzers() -> set:
    match = re.search(r"for target in ([a-z ]+); do", (paths.ROOT / "Fuzz/run.sh").read_text())
    return set(match.group(1).split())


def manifest() -> dict:
    """{target: those of this package that it may import} of Package.swift."""
    text = (paths.ROOT / "Package.swift").read_text()
    found = {}
    heads = list(re.finditer(r'\.(?:target|executableTarget)\(\s*name: "(\w+)"(?!, condition)', text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends):
        body = re.split(r"\.testTarget\(|\bswiftSettings:|\bcSettings:|\blinkerSettings:", text[head.end():end])[0]
        body = re.sub(r"\.product\([^)]*\)", "", body)
        found[head.group(1)] = re.findall(r'"(\w+)"', body)
    return {name: [use for use in uses if use in found] for name, uses in found.items()}
