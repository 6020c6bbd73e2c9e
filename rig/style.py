#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The part of `make lint` that formatting does not see: CONTRIBUTING.md's style, where a program can tell it.

Names that say nothing, notes for later, code in comments, long files and functions, what the core may not use, `unsafe`
without its reason, and files that no other file names.
"""
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import paths

CODE = (".swift", ".py", ".sh", ".c", ".h")
# The targets that PID 1, the simulation and the host tool have in common.
CORE = ("Platform", "LaunchControl", "BuilderModel", "Measurement", "ConfigApply", "Sequencer", "LaunchCommand")
BINDINGS = ("XenBindings", "TPMBindings", "CryptoBindings", "LinuxBindings")
FILE_LINES = 300
FUNCTION_LINES = 40
EMPTY_NAME = re.compile(r"\b(?:class|struct|enum|protocol|actor|typealias|def)\s+(\w*(?:Manager|Helpers?|Utils?|Utility|Service|Impl|V\d))\b")
LATER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
CODE_IN_COMMENT = re.compile(r"^\s*(?://|#)\s*(?:(?:let|var) \w+(?:: \w+)? = |func \w+\(|return \w+\(|import \w+$|\}$|(?:if|guard|for|while) .*\{$)")
NOT_IN_CORE = ((re.compile(r"^\s*import Foundation\b"), "no Foundation in the core"),
               (re.compile(r"\bany [A-Z]\w*"), "no `any` in the core"),
               (re.compile(r"\btry!|\bfatalError\("), "nothing traps in the core"),
               (re.compile(r"\bunsafe\b"), "`unsafe` is in bindings only"))
FUNCTION = re.compile(r"^( *)(?:@\w+(?:\([^)]*\))? )*(?:[a-z]+(?:\([a-z]+\))? )*(?:func \S+|init[?(<]|subscript\()")
SAFETY = re.compile(r"// Safety:")
# They have what they look for.
QUOTING = ("rig/style.py", "rig/tests/test_style.py")
# Read by a tool that looks for them under that name.
FOUND_BY_NAME = ("LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "README.md", "Makefile", "Package.swift",
                 ".gitignore", ".swift-format", ".editorconfig", "__init__.py", "module.modulemap")
# Whole folders that a program reads: what lies there is named by nobody.
READ_WHOLE = ("Sources", "Tests", "Fuzz/Seeds", "Fuzz/Findings", "Fuzz/Targets", "rig/tests", "docs/man", "packaging/debian",
              "guests", "docs/DomB.docc", "rig/mutation/finder", ".ci", ".github", ".githooks")


def of_core(path: PurePosixPath) -> bool:
    return len(path.parts) > 2 and path.parts[0] == "Sources" and path.parts[1] in CORE


def lines_of(path: PurePosixPath, text: str) -> list:
    """(line, what is wrong) for each line that breaks a rule by itself."""
    found = []
    if "SPDX-License-Identifier" not in "".join(text.splitlines(keepends=True)[:3]):
        found.append((1, "no SPDX-License-Identifier"))
    for number, line in enumerate(text.splitlines(), 1):
        if name := EMPTY_NAME.search(line):
            found.append((number, f"{name[1]} says nothing of what it is"))
        if LATER.search(line):
            found.append((number, "a note for later: do it, or write it down in docs/decisions.md"))
        if CODE_IN_COMMENT.match(line):
            found.append((number, "code in a comment"))
        if of_core(path):
            code = line.split("//")[0]
            found += [(number, why) for pattern, why in NOT_IN_CORE if pattern.search(code)]
    return found


def opens(lines: list, start: int) -> bool:
    """Whether the declaration that begins there has a body, and that on lines of its own."""
    depth = 0
    for line in lines[start:]:
        depth += line.count("(") - line.count(")")
        if depth <= 0:
            return line.endswith("{")
    return False


def long_functions(text: str) -> list:
    """A table written as one switch may be as long as it has rows."""
    found, lines = [], text.splitlines()
    for start, line in enumerate(lines):
        match = FUNCTION.match(line)
        if not match or not opens(lines, start):
            continue
        indent = match[1]
        end = next((at for at in range(start + 1, len(lines)) if lines[at].startswith(f"{indent}}}")), start)
        body = lines[start + 1:end]
        table = any(re.match(rf"{indent}    (?:switch|for) ", inner) for inner in body) and any(
            re.match(r" *switch ", inner) for inner in body)
        if len(body) > FUNCTION_LINES and not table:
            found.append((start + 1, f"{len(body)} lines in one function, {FUNCTION_LINES} at most"))
    return found


def without_reason(text: str) -> list:
    """Uses of `unsafe` in a file of a binding that has not one `// Safety:`."""
    unsafe = [number for number, line in enumerate(text.splitlines(), 1) if re.search(r"\bunsafe\b", line.split("//")[0])]
    return [(unsafe[0], "`unsafe` and no `// Safety:` in the file")] if unsafe and not SAFETY.search(text) else []


def dead(files: dict) -> list:
    """The files that no other names: by their name, or by their stem where that is how it is imported."""
    found = []
    for path in files:
        if path.name in FOUND_BY_NAME or any(path.is_relative_to(folder) for folder in READ_WHOLE):
            continue
        names = [path.name] + ([path.stem] if path.suffix in (".py", ".sh", ".swift") else [])
        pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(re.escape(name) for name in names)})(?![\w-])")
        if not any(pattern.search(text) for other, text in files.items() if other != path):
            found.append((path, 1, "no other file names it"))
    return found


def tracked() -> dict:
    listed = subprocess.run(["git", "-C", paths.ROOT, "ls-files", "-z"], capture_output=True, text=True, check=True).stdout
    return {PurePosixPath(name): (paths.ROOT / name).read_text(errors="replace")
            for name in listed.split("\0") if name and (paths.ROOT / name).is_file()}


def of_sources(path: PurePosixPath, text: str) -> list:
    found = long_functions(text)
    if (count := text.count("\n")) > FILE_LINES:
        found.append((count, f"{count} lines, {FILE_LINES} at most"))
    return found + (without_reason(text) if path.parts[1] in BINDINGS else [])


def faults(files: dict) -> list:
    """(path, line, what is wrong)"""
    found = []
    for path, text in files.items():
        if path.suffix not in CODE or str(path) in QUOTING:
            continue
        here = lines_of(path, text)
        if path.suffix == ".swift" and path.parts[0] == "Sources":
            here += of_sources(path, text)
        found += [(path, number, why) for number, why in here]
    return found + dead(files)


def main() -> int:
    found = faults(tracked())
    for path, number, why in found:
        print(f"{path}:{number}: {why}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
