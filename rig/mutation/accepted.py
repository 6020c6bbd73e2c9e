# SPDX-License-Identifier: Apache-2.0
"""Survivors that are accepted, each with its reason: accepted.txt.

A file and the declaration in it stand alone; below them each mutant has its line as it is ("- "), as the mutant has it
("+ "), and why nobody could notice it ("because "). Lines may move; who changes one has to look again.
"""
import paths
from mutation.candidates import Candidate

FILE = paths.RIG / "mutation/accepted.txt"


class AcceptedError(Exception):
    pass


def read(text: str) -> dict[tuple, str]:
    """The reasons by the mutants' keys."""
    result: dict[tuple, str] = {}
    where = before = after = None
    for number, line in enumerate(text.splitlines(), 1):
        mark, rest = line.strip()[:2], line.strip()[2:]
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            where, before, after = tuple(line.split(": ", 1)), None, None
        elif mark == "- " and where and len(where) == 2:
            before, after = rest, None
        elif line.strip() == "+" and before is not None:
            after = ""
        elif mark == "+ " and before is not None:
            after = rest
        elif line.strip().startswith("because ") and after is not None:
            result[(*where, before, after)] = line.strip().removeprefix("because ")
            before = after = None
        else:
            raise AcceptedError(f"{FILE.name}, line {number}: not a file, \"- \", \"+ \" or \"because \" in its turn")
    return result


def written(candidate: Candidate) -> str:
    """As it stands in the file, without its reason."""
    return f"{candidate.file}: {candidate.place}\n    - {candidate.before}\n    + {candidate.after}".rstrip() + "\n    because "
