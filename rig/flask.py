# SPDX-License-Identifier: Apache-2.0
"""FLASK in the rig: the boot domain's policy, and what Xen's console says of denials."""
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import paths
from tools import run

SOURCE = paths.ROOT / "flask"
BASE = paths.DEPS / "flask-base"
# What Xen's command line gets besides the policy.
ENFORCING = "flask=enforcing"
ENFORCES = "Flask:  Starting in enforcing mode."
# What is denied without a line (flask/linux.if).
UNAUDITED = {"xen:settime"}
LABEL = "domb-construct: the boot domain's label is system_u:system_r:domb_t"

_DENIAL = re.compile(r"avc:  denied  \{ ([\w ]+) \} .*scontext=\w+:\w+:(\w+) tcontext=\w+:\w+:(\w+) tclass=(\w+)")


class PolicyError(Exception):
    pass


@dataclass(frozen=True)
class Denial:
    # "domain:destroy"; Xen puts several permissions of one question into one line.
    permissions: tuple
    source: str
    target: str
    line: str


def policy(work: Path, words: tuple = (), without: str = "") -> Path:
    """Builds the policy into the folder, with booleans as words; `without` is a line of flask/domb.te that it lacks."""
    source = work / "flask"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(SOURCE, source)
    if without:
        rules = source / "domb.te"
        text = rules.read_text()
        if text.count(f"{without}\n") != 1:
            raise PolicyError(f"flask/domb.te has not one line {without!r}")
        rules.write_text(text.replace(f"{without}\n", "", 1))
    run(source / "build.sh", BASE, work / "xenpolicy", *words)
    return work / "xenpolicy"


def denials(xen_lines: list) -> list:
    found = []
    for line in xen_lines:
        if "avc:  denied" not in line:
            continue
        match = _DENIAL.search(line)
        if not match:
            raise PolicyError(f"a denial that cannot be read: {line}")
        permissions, source, target, kind = match.groups()
        found.append(Denial(tuple(f"{kind}:{name}" for name in permissions.split()), source, target, line))
    return found


def attempts(boot_lines: list) -> dict:
    """What rig/forbidden.c tried, and what came of it: {"domain:destroy": "EACCES"}."""
    words = [line.split() for line in boot_lines if line.startswith("forbidden: ")]
    return {word[1]: word[2] for word in words if len(word) == 3 and ":" in word[1]}
