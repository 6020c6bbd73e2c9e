# SPDX-License-Identifier: Apache-2.0
"""The prose of docs/man as man(7) macros.

Of Markdown this takes: "# SECTION", "## Subsection", paragraphs, lists of "- `word`: meaning", four spaces before what
is to be shown as it is, and `code` in a text. Comments in <!-- --> are left out.
"""
import re

_TEXT = {"\\": "\\e", "~": "\\(ti", "^": "\\(ha", "`": "\\(ga"}
_CODE = {**_TEXT, "-": "\\-", "'": "\\(aq", '"': "\\(dq"}


def code(text: str) -> str:
    """Characters that a reader may copy to a shell: groff would make typographic ones of some."""
    return _guarded("".join(_CODE.get(character, character) for character in text))


def plain(text: str) -> str:
    """A text without markup. What begins with a hyphen or looks like a file's name is meant literally."""
    words = [code(word) if re.search(r"^[(\"']*-|\w-\w*\.\w|/\w", word) else
             "".join(_TEXT.get(character, character) for character in word) for word in text.split(" ")]
    return _guarded(" ".join(words))


def bold(text: str) -> str:
    return f"\\fB{code(text).removeprefix(chr(92) + '&')}\\fR"


def italic(text: str) -> str:
    return f"\\fI{code(text).removeprefix(chr(92) + '&')}\\fR"


def marked(text: str) -> str:
    """A text with `code` in it."""
    parts = re.split(r"`([^`]*)`", text)
    return _guarded("".join(bold(part) if index % 2 else plain(part).removeprefix("\\&")
                            for index, part in enumerate(parts)))


def shown(lines: list[str]) -> list[str]:
    return [".PP", ".RS 4", ".nf", *(code(line) for line in lines), ".fi", ".RE"]


def paragraphs(source: str) -> list[str]:
    """The macros of a whole prose file."""
    out: list[str] = []
    for block in _blocks(re.sub(r"<!--.*?-->\n?", "", source, flags=re.S)):
        first = block[0]
        if first.startswith("## "):
            out.append(f".SS {plain(first[3:])}")
        elif first.startswith("# "):
            out.append(f".SH {plain(first[2:].upper())}")
        elif all(line.startswith("    ") or not line for line in block):
            out += shown([line[4:] for line in block])
        elif first.startswith("- "):
            out += _list(block)
        else:
            out += [".PP", marked(" ".join(line.strip() for line in block))]
    return out


def _list(block: list[str]) -> list[str]:
    out = []
    for item in re.split(r"^- ", "\n".join(block), flags=re.M)[1:]:
        text = " ".join(line.strip() for line in item.splitlines())
        found = re.fullmatch(r"((?:`[^`]*`|[^:`])+): (.*)", text)
        if not found:
            raise ValueError(f"a list's item needs a word and a meaning: {text}")
        out += [".TP", marked(found[1]), marked(found[2])]
    return out


def _blocks(source: str):
    """Headings alone, and what empty lines part; what is shown as it is keeps its empty lines."""
    block: list[str] = []
    for line in source.splitlines():
        is_shown = bool(block) and block[0].startswith("    ")
        ends = line.strip() and not line.startswith("    ") if is_shown else not line.strip() or line.startswith("#")
        if ends and block:
            yield _trimmed(block)
            block = []
        if line.startswith("#") and not block:
            yield [line]
        elif line.strip() or block:
            block.append(line)
    if block:
        yield _trimmed(block)


def _trimmed(block: list[str]) -> list[str]:
    while block and not block[-1].strip():
        block = block[:-1]
    return block


def _guarded(text: str) -> str:
    """A line that begins with . or ' would be a macro."""
    return "\\&" + text if text[:1] in (".", "'") else text
