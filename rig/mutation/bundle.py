# SPDX-License-Identifier: Apache-2.0
"""One test bundle with all mutants in it: the files that have some are compiled again, as SwiftPM's own manifest of the
build says, and linked with the objects of the others: a mutant changes what is in a body, never what others see. DOMB_MUTANT chooses one, and DOMB_MUTANTS_SEEN names a file of
a byte a mutant, in which those are marked that were reached.
"""
import json
import re
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paths
import tools
from mutation.candidates import Candidate

BUILD = paths.ROOT / ".build-test"
NAME = "dombPackageTests"
# Files that one process compiles.
AT_ONCE = 8
# The compiler finds errors of types first, and those of ownership when there is none.
ROUNDS = 12
SWITCH_MODULE = "MutantSwitch"
SWITCH = """import Glibc

private let activeMutant = getenv("DOMB_MUTANT").flatMap { Int(String(cString: $0)) } ?? 0
nonisolated(unsafe) private let seenMutants: UnsafeMutablePointer<UInt8>? = {
    guard let path = getenv("DOMB_MUTANTS_SEEN") else { return nil }
    let file = open(path, O_RDWR)
    let size = Int(lseek(file, 0, SEEK_END))
    return mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)?.assumingMemoryBound(to: UInt8.self)
}()

@inline(never) public func mutant(_ number: Int) -> Bool {
    if let seenMutants { seenMutants[number] = 1 }
    return activeMutant == number
}
"""


class BuildError(Exception):
    pass


class Manifest:
    """How SwiftPM builds: .build-test/debug.yaml, whose lists are JSON."""

    def __init__(self):
        self.text = (BUILD / "debug.yaml").read_text()

    def arguments(self, command: str) -> list[str]:
        start = self.text.find(f'\n  "{command}":\n')
        found = re.compile(r"^    args: (\[.*\])$", re.M).search(self.text, start) if start >= 0 else None
        if not found:
            raise BuildError(f"{BUILD}/debug.yaml has no {command}: is it another SwiftPM than 6.3's?")
        return json.loads(found.group(1))

    def module(self, name: str) -> list[str]:
        return self.arguments(f"C.{name}-x86_64-unknown-linux-gnu-debug.module")

    def bundle(self) -> list[str]:
        return self.arguments(f"C.{NAME}-x86_64-unknown-linux-gnu-debug.test")


class Rewritten:
    """A source with its mutants in it."""

    def __init__(self, path: Path, mutants: list[tuple[int, Candidate]]):
        source = path.read_bytes()
        self.ranges: list[tuple[int, int, int, Candidate]] = []
        parts, at, length = [], 0, 0
        for number, candidate in sorted(mutants, key=lambda item: item[1].start):
            switched = candidate.switched.replace("mutant(#)", f"mutant({number})").encode()
            parts += [source[at:candidate.start], switched]
            length += candidate.start - at
            self.ranges.append((length, length + len(switched), number, candidate))
            length += len(switched)
            at = candidate.end
        self.bytes = b"".join(parts) + source[at:]
        # An import may stand anywhere, and there no line moves.
        self.bytes += f"\nimport {SWITCH_MODULE}\n".encode()

    def blamed(self, line: int, column: int) -> set[int]:
        """The mutants that an error there can be of: at the place, on the line, in the declaration, in the file."""
        lines = self.bytes.split(b"\n")
        start = sum(len(text) + 1 for text in lines[:line - 1])
        at, end = start + column - 1, start + len(lines[line - 1])
        exact = {number for first, last, number, _ in self.ranges if first <= at <= last}
        near = {number for first, last, number, _ in self.ranges if first <= end and last >= start}
        before = [item for item in self.ranges if item[0] <= at]
        after = [item for item in self.ranges if item[0] > at]
        around = {(item[3].place, item[3].placeStart) for item in before[-1:] + after[:1]}
        place = {number for _, _, number, candidate in self.ranges if (candidate.place, candidate.placeStart) in around}
        return exact or near or place or {item[2] for item in self.ranges}


class Bundle:
    """The mutants by their numbers, from 1; those that do not compile are taken out."""

    def __init__(self, work: Path, candidates: list[Candidate]):
        self.work = work
        self.manifest = Manifest()
        self.mutants = dict(enumerate(candidates, 1))
        self.highest = len(candidates)
        self.program = work / f"{NAME}.xctest"
        for folder in ("sources", "objects", "modules"):
            shutil.rmtree(work / folder, ignore_errors=True)
            (work / folder).mkdir(parents=True)

    def build(self, jobs: int) -> None:
        switch = self.work / "sources" / f"{SWITCH_MODULE}.swift"
        switch.write_text(SWITCH)
        tools.run("swiftc", "-O", "-swift-version", "6", "-parse-as-library", "-module-name", SWITCH_MODULE, "-emit-module",
                  "-emit-module-path", self.work / f"modules/{SWITCH_MODULE}.swiftmodule", "-c", switch, "-o",
                  self.work / f"objects/{SWITCH_MODULE}.o")
        chunks = []
        for module in sorted({candidate.module for candidate in self.mutants.values()}):
            flags = self.frontend(module)
            files = sorted({candidate.file for candidate in self.mutants.values() if candidate.module == module})
            chunks += [(module, flags, files[start:start + AT_ONCE]) for start in range(0, len(files), AT_ONCE)]
        with ThreadPoolExecutor(jobs) as pool:
            objects = [item for part in pool.map(lambda chunk: self.compile(*chunk), chunks) for item in part]
        self.link(objects)
        # Tests that run the host tool look for it beside themselves. It is the one without mutants.
        tool = self.work / "domb"
        tool.unlink(missing_ok=True)
        tool.symlink_to(BUILD / "debug/domb")

    def frontend(self, module: str) -> list[str]:
        """The compiler's own arguments for one file of the module, without that file and what is made of it."""
        with_value = {"-emit-module-path", "-output-file-map", "-index-store-path", "-emit-objc-header-path", "-Werror"}
        without = {"-emit-dependencies", "-emit-module", "-incremental", "-enable-batch-mode", "-serialize-diagnostics",
                   "-parseable-output", "-emit-objc-header", "-warnings-as-errors"}
        arguments, kept = iter(self.manifest.module(module)), []
        for argument in arguments:
            if argument in with_value:
                next(arguments)
            elif argument not in without and not argument.startswith("@"):
                kept.append(argument)
        some = self.work / "sources/some.swift"
        some.touch()
        job = shlex.split(tools.run(*kept, some, "-I", self.work / "modules", "-suppress-warnings", "-driver-print-jobs"))
        for word in ("-primary-file", "-o"):
            del job[job.index(word):job.index(word) + 2]
        return job

    def compile(self, module: str, flags: list[str], files: list[str]) -> list[tuple[str, Path]]:
        """The objects of these files, by the names of those that they take the place of."""
        for _ in range(ROUNDS):
            rewritten = self.rewrite(module, files)
            if not rewritten:
                return []
            others = [path for path in sorted((paths.ROOT / "Sources" / module).rglob("*.swift"))
                      if path.name not in {copy.name for copy in rewritten}]
            objects = {copy: self.work / f"objects/{module}.build/{copy.name}.o" for copy in rewritten}
            done = subprocess.run(
                flags + [word for copy in rewritten for word in ("-primary-file", str(copy))] + [str(path) for path in others]
                + [word for copy in rewritten for word in ("-o", str(objects[copy]))], capture_output=True, text=True)
            if done.returncode == 0:
                return [(f"{module}.build/{copy.name}.o", path) for copy, path in objects.items()]
            self.take_out(module, rewritten, done.stderr)
        raise BuildError(f"{module}: after {ROUNDS} rounds there are still mutants that do not compile")

    def take_out(self, module: str, rewritten: dict, diagnostics: str) -> None:
        blamed: set[int] = set()
        for file, line, column in re.findall(r"^(/.*?\.swift):(\d+):(\d+): error:", diagnostics, re.M):
            if Path(file) in rewritten:
                blamed |= rewritten[Path(file)].blamed(int(line), int(column))
        if not blamed:
            raise BuildError(f"{module} with its mutants: {diagnostics[-3000:]}")
        for number in blamed:
            self.mutants.pop(number, None)

    def rewrite(self, module: str, files: list[str]) -> dict[Path, Rewritten]:
        folder = self.work / "sources" / module
        folder.mkdir(exist_ok=True)
        (self.work / f"objects/{module}.build").mkdir(exist_ok=True)
        result = {}
        for file in files:
            mine = [(number, mutant) for number, mutant in list(self.mutants.items()) if mutant.file == file]
            if mine:
                copy = folder / Path(file).name
                result[copy] = Rewritten(paths.ROOT / file, mine)
                copy.write_bytes(result[copy].bytes)
        return result

    def link(self, objects: list[tuple[str, Path]]) -> None:
        arguments = self.manifest.bundle()
        listed = next(Path(argument[1:]) for argument in arguments if argument.startswith("@"))
        instead = dict(objects)
        lines = []
        for line in listed.read_text().splitlines():
            name = "/".join(line.strip("'\"").split("/")[-2:])
            lines.append(f"'{instead.pop(name)}'" if name in instead else line)
        if instead:
            raise BuildError(f"{listed} has no {', '.join(instead)}: is it another SwiftPM than 6.3's?")
        own = self.work / "objects.list"
        own.write_text("\n".join(lines + [f"'{self.work}/objects/{SWITCH_MODULE}.o'"]) + "\n")
        arguments[arguments.index("-o") + 1] = str(self.program)
        tools.run(*[f"@{own}" if argument.startswith("@") else argument for argument in arguments], timeout=900)
