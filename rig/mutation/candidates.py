# SPDX-License-Identifier: Apache-2.0
"""Which mutants the sources permit, and which of them are tried."""
import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import paths
import tools

FINDER = paths.RIG / "mutation/finder"
# What is measured, launched, read, predicted and installed. Commands' own words are not among it.
SCOPE = [
    "Measurement", "Sequencer", "ConfigApply", "LaunchControl", "Platform", "LogReading", "Verification", "Prediction",
    "domb/Formats/Tree", "domb/Formats/XLCM", "domb/Formats/Description", "domb/Log", "domb/Grub", "domb/Install",
]
# Of one declaration, so that a long function is not all that is tried.
MOST_OF_A_PLACE = 2


@dataclass(frozen=True)
class Candidate:
    """What finder/Candidate.swift writes; the file is relative to the project."""
    file: str
    place: str
    placeStart: int
    placeEnd: int
    start: int
    end: int
    line: int
    kind: str
    before: str
    after: str
    switched: str

    @property
    def module(self) -> str:
        return self.file.split("/")[1]

    @property
    def key(self) -> tuple:
        """What names it wherever its lines have gone."""
        return self.file, self.place, self.before, self.after

    def rank(self, seed: int) -> bytes:
        """Every mutant's own, so that a change elsewhere chooses no others."""
        text = "\0".join((str(seed), self.place, self.file, self.before, self.after))
        return hashlib.sha256(text.encode()).digest()

    def excludes(self, other: "Candidate") -> bool:
        return self.file == other.file and self.start <= other.end and other.start <= self.end


def finder(work: Path) -> Path:
    """The program that lists the candidates. swift-syntax is the toolchain's own: it need not be built."""
    program = work / "finder"
    sources = sorted(FINDER.glob("*.swift"))
    if program.exists() and all(source.stat().st_mtime < program.stat().st_mtime for source in sources):
        return program
    info = json.loads(tools.run("swiftc", "-print-target-info"))
    host = Path(info["paths"]["runtimeResourcePath"]) / "host"
    work.mkdir(parents=True, exist_ok=True)
    tools.run(
        "swiftc", "-O", "-swift-version", "6", "-parse-as-library", "-warnings-as-errors", "-I", host, "-L", host,
        "-lSwiftSyntax", "-lSwiftParser", "-lSwiftOperators", "-Xlinker", "-rpath", "-Xlinker", host, "-o", program,
        *sources, timeout=600)
    return program


def found(work: Path) -> list[Candidate]:
    """Every candidate of SCOPE."""
    files = sorted(file.relative_to(paths.ROOT) for folder in SCOPE
                   for file in (paths.ROOT / "Sources" / folder).rglob("*.swift"))
    done = subprocess.run([finder(work), *files], cwd=paths.ROOT, capture_output=True, check=True)
    return [Candidate(**json.loads(line)) for line in done.stdout.splitlines()]


def chosen(candidates: list[Candidate], seed: int, count: int) -> list[Candidate]:
    """Up to `count` that exclude none of each other, in the order in which the seed ranks them."""
    result: list[Candidate] = []
    of_file: dict[str, list[Candidate]] = {}
    of_place: dict[tuple, int] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.rank(seed)):
        if len(result) == count:
            break
        place = (candidate.file, candidate.placeStart)
        neighbours = of_file.setdefault(candidate.file, [])
        if of_place.get(place, 0) == MOST_OF_A_PLACE or any(candidate.excludes(other) for other in neighbours):
            continue
        of_place[place] = of_place.get(place, 0) + 1
        neighbours.append(candidate)
        result.append(candidate)
    return result
