# SPDX-License-Identifier: Apache-2.0
"""Every command in the documents runs as it stands, in a folder that has the files it names, or is known here with the
reason why it does not."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import documents
import lcm
import paths
import tcglog
import tpm
from scenario_table import all_scenarios

FIXTURES = paths.ROOT / "Tests/Fixtures"
SHELL = os.environ.get("SHELL", "/bin/bash")
# Those of the fixtures' boot.
BANKS = {0x0004: "sha1", 0x000B: "sha256"}
# Exit codes other than 0, by the command's beginning.
EXPECTED = {
    "domb diff": (1,),                                  # they differ: that is what the document shows
    "domb replay lcm.dtb --fail": (1,),                 # the launch that is made to fail fails
    "domb replay lcm.dtb --seed": (0, 1),               # so it may, with what the number chooses
    "domb replay launch.yaml --scenario": (1,),         # a domain crashes on which others wait
    "domb replay lcm.dtb --trace": (1,),                # the fixture's trace is of another launch, and that is told
    "domb verify measurements.bin": (1,),               # esp/ holds stand-ins, so the launcher is unproven
}
# Too long for here, or in need of root: what they name is looked at instead.
ELSEWHERE = {
    "make": "builds and boots; its target is in the Makefile",
    "swift": "builds",
    "python3": "boots, benchmarks, or is what runs this test",
    **dict.fromkeys(("sudo", "apt", "apt-get", "dpkg", "grub-install", "grub-mkconfig", "update-grub", "systemctl", "mount",
                     "umount", "reboot", "xl", "efibootmgr", "git"), "changes a host or asks one"),
    "Fuzz/build.sh": "builds", "Fuzz/run.sh": "needs that build", ".build-fuzz/fuzz-module": "is made by that build",
}
# Options in the documents that are not domb's.
OTHERS = {"--quick", "--all", "--only", "--list", "--baseline", "--nounzip"}


class Scratch:
    """A folder in which a document's commands find what they name."""

    def __init__(self, folder: Path):
        self.folder = folder
        tools = folder / ".tools"
        tools.mkdir()
        (tools / "domb").symlink_to(paths.DOMB)
        self.environment = dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}", CMDLINE="console=hvc0", ID="00ff",
                                XEN="console=com1 hardware_dom=1")

    def put(self, place: str, content) -> None:
        target = self.folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copy(content, target)
        else:
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def run(self, text: str) -> subprocess.CompletedProcess:
        """Absolute paths of files are below the folder."""
        if match := re.match(r"(\w+)=\$\((.*)\)$", text):
            done = self.run(match.group(2))
            self.environment[match.group(1)] = done.stdout.strip()
            return done
        text = re.sub(r"(?<=[ =])/(srv|boot)/", rf"{self.folder}/\1/", text)
        return subprocess.run([SHELL, "-o", "pipefail", "-c", text], cwd=self.folder, env=self.environment, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)


def description_files(scratch: Scratch) -> None:
    """examples/hyperlaunch.yaml with its images beside it, and elsewhere."""
    scratch.put("launch.yaml", paths.EXAMPLES / "hyperlaunch.yaml")
    for place in ("tiny.elf", "srv/images/tiny.elf"):
        scratch.put(place, FIXTURES / "tiny.elf")
    if scratch.run("domb compile launch.yaml -o lcm.dtb --grub boot/grub.cfg").returncode:
        (scratch.folder / "boot/grub").mkdir(parents=True)
        scratch.run("domb compile launch.yaml -o lcm.dtb --grub boot/grub/grub.cfg")


def appliance(scratch: Scratch) -> None:
    """examples/appliance.dts, its Linux kernel stood in for by the small one."""
    scratch.put("tiny.elf", FIXTURES / "tiny.elf")
    scratch.put("vmlinux", FIXTURES / "tiny.elf")
    scratch.put("ramdisk.cpio.gz", b"a ramdisk")
    images = {1: "tiny.elf", 2: "tiny.elf", 3: "vmlinux", 4: "ramdisk.cpio.gz"}
    for index, image in images.items():
        for folder in ("DIR", "srv/images"):
            scratch.put(f"{folder}/{index}", scratch.folder / image)
    lcm.build(paths.EXAMPLES / "appliance.dts", {index: scratch.folder / image for index, image in images.items()},
              scratch.folder)
    scratch.put("measurements.bin", FIXTURES / "appliance-measurements.bin")
    # Any program with a build id.
    scratch.put("out/domb-init", paths.DOMB_INIT if paths.DOMB_INIT.exists() else Path("/bin/true"))


def rehearsal(scratch: Scratch) -> None:
    appliance(scratch)
    scratch.put("launch.yaml", paths.EXAMPLES / "stages.yaml")
    scratch.put("trace.jsonl", FIXTURES / "appliance-console.log")


def fixtures(scratch: Scratch) -> None:
    for file in FIXTURES.glob("appliance*"):
        scratch.put(file.name, file)


def booted_by_grub(scratch: Scratch) -> None:
    scratch.put("measurements.bin", FIXTURES / "grub-measurements.bin")
    scratch.put("firmware.bin", FIXTURES / "grub-firmware.bin")
    for file in ("EFI/BOOT/BOOTX64.EFI", "xen.gz", "vmlinuz", "initrd.gz", "boot/grub/grub.cfg", "lcm1.aml"):
        scratch.put(f"esp/{file}", b"a stand-in for " + file.encode())


PREPARED = {"docs/lcm-yaml.md": description_files, "docs/predict.md": appliance, "docs/replay.md": rehearsal,
            "docs/diff-and-export.md": fixtures, "docs/verify.md": booted_by_grub, "docs/tpm-access.md": booted_by_grub}


@unittest.skipUnless(paths.DOMB.exists(), "out/domb is not built: make build")
class Commands(unittest.TestCase):
    def check(self, document: Path, scratch: Scratch) -> int:
        count = 0
        for command in documents.commands(document):
            program = command.program
            if program in ELSEWHERE:
                continue
            with self.subTest(document=command.document, line=command.line, command=command.text):
                done = scratch.run(command.text)
                expected = next((codes for start, codes in EXPECTED.items() if command.text.startswith(start)), (0,))
                self.assertIn(done.returncode, expected, done.stdout[-2000:] + done.stderr[-2000:])
                if program == "domb" and " verify " in command.text:
                    self.only_the_launcher_fails(done.stdout)
                if command.output:
                    said = done.stdout.replace(str(scratch.folder), "")
                    self.same(said.splitlines(), list(command.output))
                count += 1
        return count

    def only_the_launcher_fails(self, said: str) -> None:
        self.assertIn("ok   quote    the signature is the key's", said)
        self.assertEqual([line for line in said.splitlines() if line.startswith("FAIL") and "launcher" not in line], [])

    def same(self, said: list, shown: list) -> None:
        """A line "..." of a document stands for any lines."""
        parts, part = [], []
        for line in shown:
            if line == "...":
                parts.append(part)
                part = []
            else:
                part.append(line)
        parts.append(part)
        place = 0
        for index, part in enumerate(parts):
            if index == 0:
                self.assertEqual(said[:len(part)], part)
                place = len(part)
            elif part:
                found = next((at for at in range(place, len(said)) if said[at:at + len(part)] == part), None)
                self.assertIsNotNone(found, f"{part} is not in {said[place:]}")
                place = found + len(part)
        if parts[-1]:
            self.assertEqual(place, len(said))

    def run_document(self, name: str, environment: dict = {}) -> int:
        with tempfile.TemporaryDirectory(prefix="domb-docs-") as folder:
            scratch = Scratch(Path(folder))
            scratch.environment |= environment
            PREPARED.get(name, lambda _: None)(scratch)
            self.prepared(scratch, name)
            return self.check(paths.ROOT / name, scratch)

    def prepared(self, scratch: Scratch, name: str) -> None:
        if name == "docs/replay.md":
            blocks = ["\n".join(lines) for _, lines in documents.blocks(paths.ROOT / name)]
            scratch.put("rehearsal.yaml", next(block for block in blocks if block.startswith("domains:")))

    def test_every_command_runs(self):
        for document in documents.current():
            name = documents.name(document)
            if not any(command.program.startswith("tpm2_") for command in documents.commands(document)):
                self.run_document(name)

    @unittest.skipUnless(shutil.which("swtpm") and shutil.which("tpm2_quote"), "swtpm and tpm2-tools are not installed")
    def test_every_command_runs_on_the_tpm_of_that_boot(self):
        with tempfile.TemporaryDirectory(prefix="domb-tpm-") as folder, tpm.served(Path(folder), tuple(BANKS.values())) as environment:
            for log in ("grub-firmware.bin", "grub-measurements.bin"):
                extend_all(FIXTURES / log, environment)
            for name in ("docs/verify.md", "docs/tpm-access.md"):
                self.assertGreater(self.run_document(name, environment), 1)


@unittest.skipUnless(paths.DOMB.exists(), "out/domb is not built: make build")
class Options(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        def help(*subcommand: str) -> str:
            return subprocess.run([paths.DOMB, "help", *subcommand], capture_output=True, text=True, timeout=60, check=True).stdout

        subcommands = re.findall(r"^  ([a-z]+) ", help().partition("SUBCOMMANDS:")[2], re.M)
        cls.options = {name: set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", help(name))) for name in subcommands}

    def test_every_subcommand_and_option_is_in_the_help(self):
        every = set().union(*self.options.values())
        for document in documents.current():
            for number, token in documents.tokens(document):
                words = token.split()
                with self.subTest(document=document.name, line=number, token=token):
                    if words[0] == "domb" and len(words) > 1:
                        self.assertIn(words[1], self.options)
                        used = {word.partition("=")[0] for word in words if word.startswith("-")}
                        self.assertLessEqual(used, self.options[words[1]] | {"--help"})
                    elif words[0].startswith("--") and words[0] not in OTHERS:
                        self.assertIn(words[0].partition("=")[0], every)

    def test_every_subcommand_is_in_the_readme(self):
        named = {token for _, token in documents.tokens(paths.ROOT / "README.md")}
        self.assertLessEqual(set(self.options), named)


class Elsewhere(unittest.TestCase):
    """Commands that are not run here name what is there."""
    fuzzers = documents.fuzzers()
    tests = documents.swift_tests()
    targets = documents.make_targets()
    scenarios = {row.name for row in all_scenarios()}

    def test_they_name_what_is_there(self):
        count = 0
        for document in documents.current():
            for command in documents.commands(document):
                words = command.text[command.text.index(command.program):].split()
                if words[0] in ELSEWHERE:
                    with self.subTest(document=document.name, line=command.line, command=command.text):
                        self.check(words)
                    count += 1
        self.assertGreater(count, 10)

    def check(self, words: list) -> None:
        if words[0] == "make":
            self.assertIn(words[1], self.targets)
        elif words[0] == "swift" and "--filter" in words:
            self.assertIn(words[words.index("--filter") + 1], self.tests)
        elif words[0] == "python3" and "--only" in words:
            self.assertLessEqual(set(words[words.index("--only") + 1:]), self.scenarios)
        elif words[:2] == ["Fuzz/run.sh", "fuzz"]:
            self.assertIn(words[3], self.fuzzers)
        for word in words:
            if word.endswith((".py", ".sh")):
                self.assertTrue((paths.ROOT / word).exists(), word)

    @unittest.skipUnless(paths.DOMB.exists(), "out/domb is not built: make build")
    def test_the_picture_of_the_readme_is_what_its_command_draws(self):
        with tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "launch.svg"
            subprocess.run([paths.DOMB, "replay", "examples/stages.yaml", "--svg", picture], cwd=paths.ROOT, check=True,
                           capture_output=True, timeout=60)
            self.assertEqual((paths.ROOT / "docs/launch.svg").read_text(), picture.read_text(),
                             "domb replay examples/stages.yaml --svg docs/launch.svg")


def extend_all(log: Path, environment: dict) -> None:
    """What the log says was extended: all but EV_NO_ACTION (3)."""
    for event in tcglog.parse(log.read_bytes()):
        if event.type != 3:
            digests = ",".join(f"{BANKS[algorithm]}={value.hex()}" for algorithm, value in event.digests.items())
            subprocess.run(["tpm2_pcrextend", f"{event.pcr}:{digests}"], env=dict(os.environ) | environment, check=True,
                           timeout=60)
