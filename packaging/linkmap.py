# SPDX-License-Identifier: Apache-2.0
"""Which files a program was linked from, by the linker's own map (gold's -Map)."""
import re
from collections import defaultdict
from pathlib import Path

# Address, size, and the file that the bytes come from; a long section name stands on the line before. What the linker
# made itself has ** in place of a file.
_PLACED = re.compile(r"^ (?:\S+)?\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+(?!\*\*)(\S.*)$")
_MEMBER = re.compile(r"(.*\.a)\((.+)\)")


class MapError(Exception):
    pass


def linked(text: str) -> dict[str, dict[str, int]]:
    """Archives and object files with the bytes that each of their members has in the program. Members whose sections were
    all discarded are not there. An object file is its own only member."""
    _, found, memory = text.partition("\nMemory map\n")
    if not found:
        raise MapError("no memory map: not a map of gold's")
    out: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in memory.splitlines():
        placed = _PLACED.match(line)
        if not placed or int(placed[1], 16) == 0:
            continue
        member = _MEMBER.fullmatch(placed[2])
        if member:
            out[member[1]][member[2]] += int(placed[1], 16)
        else:
            out[placed[2]][Path(placed[2]).name] += int(placed[1], 16)
    if not any(name.endswith(".a") for name in out):
        raise MapError("no archive has a byte in the program: the map cannot be read")
    return {name: dict(members) for name, members in out.items()}


def module(name: str) -> str | None:
    """The SwiftPM module that an object file of a build folder belongs to."""
    found = re.search(r"/release/([^/]+)\.build/", name)
    return found[1] if found else None
