# SPDX-License-Identifier: Apache-2.0
"""One test bundle with all mutants in it: the modules that have some are compiled again, as SwiftPM's own manifest of
the build says, and linked with the objects of the others. DOMB_MUTANT chooses one, and DOMB_MUTANTS_SEEN names a file of
a byte a mutant, in which those are marked that were reached.
"""
import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paths
import tools
from mutation.candidates import Candidate

BUILD = paths.ROOT / ".build-test"
NAME = "dombPackageTests"
SWITCH = """
import Glibc

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
        if mutants and "/Platform/" not in str(path):
            self.bytes += b"\nimport Platform\n"

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
        modules = {candidate.module for candidate in self.mutants.values()} - {"Platform"}
        # All others need its function `mutant`.
        self.compile("Platform")
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(self.compile, sorted(modules)))
        self.link(modules | {"Platform"})

    def compile(self, module: str) -> None:
        for _ in range(12):
            mine = {number: mutant for number, mutant in self.mutants.items() if mutant.module == module}
            sources = self.rewrite(module, mine)
            done = subprocess.run(self.command(module, sources), capture_output=True, text=True)
            if done.returncode == 0:
                return
            blamed: set[int] = set()
            for file, line, column in re.findall(r"^(/.*?\.swift):(\d+):(\d+): error:", done.stderr, re.M):
                if Path(file) in sources:
                    blamed |= sources[Path(file)].blamed(int(line), int(column))
            if not blamed:
                raise BuildError(f"{module} with its mutants: {done.stderr[-3000:]}")
            for number in blamed:
                del self.mutants[number]
        raise BuildError(f"{module}: after twelve rounds there are still mutants that do not compile")

    def rewrite(self, module: str, mine: dict[int, Candidate]) -> dict[Path, Rewritten]:
        folder = self.work / "sources" / module
        folder.mkdir(exist_ok=True)
        result = {}
        for path in sorted((paths.ROOT / "Sources" / module).rglob("*.swift")):
            name = str(path.relative_to(paths.ROOT))
            rewritten = Rewritten(path, [item for item in mine.items() if item[1].file == name])
            copy = folder / path.name
            copy.write_bytes(rewritten.bytes)
            result[copy] = rewritten
        if module == "Platform":
            (folder / "Mutant.swift").write_text(SWITCH)
        return result

    def command(self, module: str, sources: dict) -> list[str]:
        dropped = {"-emit-dependencies", "-emit-module", "-incremental", "-enable-batch-mode", "-serialize-diagnostics",
                   "-parseable-output", "-emit-objc-header", "-warnings-as-errors"}
        with_value = {"-emit-module-path", "-output-file-map", "-index-store-path", "-emit-objc-header-path", "-Werror"}
        arguments, kept = iter(self.manifest.module(module)), []
        for argument in arguments:
            if argument in with_value:
                next(arguments)
            elif argument not in dropped and not argument.startswith("@"):
                kept.append(argument)
        more = ["-wmo", "-suppress-warnings", "-I", self.work / "modules", "-o", self.work / f"objects/{module}.o"]
        if module == "Platform":
            more += ["-emit-module", "-emit-module-path", self.work / "modules/Platform.swiftmodule"]
            sources = [*sources, self.work / "sources/Platform/Mutant.swift"]
        # Before the folder of the modules as they are.
        return [str(word) for word in kept[:1] + more + kept[1:] + list(sources)]

    def link(self, modules: set[str]) -> None:
        arguments = self.manifest.bundle()
        listed = next(Path(argument[1:]) for argument in arguments if argument.startswith("@"))
        objects = [line for line in listed.read_text().splitlines()
                   if line.strip("'\"").split("/")[-2] not in {f"{module}.build" for module in modules}]
        own = self.work / "objects.list"
        own.write_text("\n".join(objects + [str(self.work / f"objects/{module}.o") for module in sorted(modules)]) + "\n")
        arguments[arguments.index("-o") + 1] = str(self.program)
        tools.run(*[f"@{own}" if argument.startswith("@") else argument for argument in arguments], timeout=900)
