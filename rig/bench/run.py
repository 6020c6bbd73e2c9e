#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make bench`: ratios measured in one run, as a table and as out/bench.json; what has changed since docs/bench-baseline.json.

`--only a,d` runs parts; `--baseline` writes this run over the baseline. Exit status 0 whatever the figures are: a machine
that does other things misses bars, and no code is to blame. A program that fails ends the run with 1.
"""
import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import figure
import hashing
import launching
import paths
import planning
import share
import sizes
import verifying

BASELINE = paths.ROOT / "docs/bench-baseline.json"
BOOT = paths.OUT / "boot"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", default="a,b,c,d,e,f", help="the parts to run")
    arguments.add_argument("--baseline", action="store_true", help="keep this run as the baseline")
    options = arguments.parse_args()
    (paths.OUT / "bench").mkdir(parents=True, exist_ok=True)
    # A socket's path may have 107 bytes.
    work = Path(tempfile.mkdtemp(prefix="domb-bench-"))
    parts = {
        "a": hashing.figures, "b": lambda: launching.figures(work), "c": lambda: planning.figures(work),
        "d": lambda: verifying.figures(work), "e": lambda: sizes.figures(BOOT), "f": lambda: share.figures(BOOT),
    }
    figures = []
    try:
        for part in options.only.split(","):
            print(f"[bench] {part}", file=sys.stderr)
            figures += parts[part]()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(figure.table(figures))
    figure.write(figures, paths.OUT / "bench.json")
    if options.baseline:
        figure.write(figures, BASELINE)
    elif BASELINE.exists():
        _compare(figures, set(options.only.split(",")))
    return 0


def _compare(figures: list, parts: set) -> None:
    baseline = {name: entry for name, entry in figure.read(BASELINE).items() if name[0] in parts}
    lines = figure.changes(figures, baseline)
    print("\nagainst the baseline: " + ("\n  ".join(["", *lines]) if lines else "no ratio has moved"))


if __name__ == "__main__":
    sys.exit(main())
