#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""apidocs.py FOLDER: looks through symbol graphs for public symbols without documentation; exit status 1 if there are.

A case may go without where its enumeration's documentation or its text says it, and an initialiser that only takes what
the properties say. Whatever else is public needs a line of its own, or one that it inherits from a protocol.
"""
import json
import sys
from pathlib import Path

EXCUSED = {"swift.enum.case", "swift.init"}


def undocumented(graph: dict) -> list:
    inherited = {relation["source"] for relation in graph["relationships"] if "sourceOrigin" in relation}
    found = []
    for symbol in graph["symbols"]:
        if "location" not in symbol or "docComment" in symbol or symbol["kind"]["identifier"] in EXCUSED:
            continue
        if symbol["identifier"]["precise"] in inherited:
            continue
        place = symbol["location"]
        found.append(f"{place['uri'].removeprefix('file://')}:{place['position']['line'] + 1}: "
                     f"{'.'.join(symbol['pathComponents'])} has no documentation")
    return found


def main() -> int:
    graphs = sorted(Path(sys.argv[1]).glob("*.symbols.json"))
    read = [json.loads(file.read_text()) for file in graphs]
    missing = [line for graph in read for line in undocumented(graph)]
    for line in missing:
        print(line, file=sys.stderr)
    count = sum("location" in symbol for graph in read for symbol in graph["symbols"])
    print(f"[docs] {count} public symbols, {len(missing)} without documentation")
    return 1 if missing or not count else 0


if __name__ == "__main__":
    sys.exit(main())
