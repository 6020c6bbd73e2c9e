#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Size budget of what ships: domb-init static and at most 1.3 MB, domb.cpio.gz at most 0.7 MB."""
import subprocess
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "out"
BUDGET = {"domb-init": 1_300_000, "domb.cpio.gz": 700_000}


def main() -> int:
    failed = False
    for name, most in BUDGET.items():
        size = (OUT / name).stat().st_size
        failed |= size > most
        print(f"{name}: {size} bytes, at most {most}: {'ok' if size <= most else 'TOO LARGE'}")
    for name in ("domb-init", "domb-construct", "domb-launch"):
        kind = subprocess.run(["file", "-b", str(OUT / name)], capture_output=True, text=True, check=True).stdout
        static = "statically linked" in kind
        failed |= not static
        print(f"{name}: {'static' if static else 'NOT STATIC: ' + kind.strip()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
