#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make lines`: the Swift and C of PID 1, folder by folder. Lines of code are those that are neither blank nor comment alone."""
import re
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "Sources"
# What DomBInit is linked from, by Package.swift: each target brings those that it depends on.
FOLDERS = ("DomBInit", "Sequencer", "ConfigApply", "Measurement", "LaunchControl", "Platform", "XenBindings", "CXenShim",
           "CIsoc23", "TPMBindings", "CTSSShim", "CryptoBindings", "CCryptoShim", "CHashWorkers", "LinuxBindings", "CLinuxShim",
           "CUnreached")
_COMMENT = re.compile(r"\s*(//|/?\*)")


def count(folder: str) -> tuple:
    lines = [line for path in sorted((SOURCES / folder).rglob("*")) if path.suffix in (".swift", ".c", ".h")
             for line in path.read_text().splitlines()]
    return len(lines), sum(bool(line.strip()) and not _COMMENT.match(line) for line in lines)


def main() -> None:
    counts = {folder: count(folder) for folder in FOLDERS}
    print(f"{'folder':<16}{'lines':>8}{'code':>8}")
    for folder, (lines, code) in counts.items():
        print(f"{folder:<16}{lines:>8}{code:>8}")
    print(f"{'PID 1':<16}{sum(lines for lines, _ in counts.values()):>8}{sum(code for _, code in counts.values()):>8}")


if __name__ == "__main__":
    main()
