# SPDX-License-Identifier: Apache-2.0
"""A folder in which the commands of the documents find what they name."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import documents
import lcm
import paths

FIXTURES = paths.ROOT / "Tests/Fixtures"


class Scratch:
    """A folder in which a document's commands find what they name."""

    def __init__(self, folder: Path):
        self.folder = folder
        tools = folder / ".tools"
        tools.mkdir()
        (tools / "domb").symlink_to(paths.DOMB)
        self.environment = dict(os.environ, HOME=str(folder), PATH=f"{tools}:{os.environ['PATH']}", CMDLINE="console=hvc0", ID="00ff",
                                XEN="console=com1 hardware_dom=1")

    def put(self, place: str, content) -> None:
        target = self.folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copy(content, target)
        else:
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def run(self, text: str) -> subprocess.CompletedProcess:
        """Absolute paths are below the folder: no command of a document reaches the machine that runs this."""
        if match := re.match(r"(\w+)=\$\((.*)\)$", text):
            done = self.run(match.group(2))
            self.environment[match.group(1)] = done.stdout.strip()
            return done
        text = re.sub(r"(?<=[ =])/(?=\w)", f"{self.folder}/", text)
        return subprocess.run(["/bin/bash", "-o", "pipefail", "-c", text], cwd=self.folder, env=self.environment, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)


def description_files(scratch: Scratch) -> None:
    """examples/hyperlaunch.yaml with its images beside it, and elsewhere."""
    scratch.put("launch.yaml", paths.EXAMPLES / "hyperlaunch.yaml")
    for place in ("tiny.elf", "srv/images/tiny.elf"):
        scratch.put(place, FIXTURES / "tiny.elf")
    if scratch.run("domb compile launch.yaml -o lcm.dtb --grub boot/grub.cfg").returncode:
        (scratch.folder / "boot/grub").mkdir(parents=True)
        scratch.run("domb compile launch.yaml -o lcm.dtb --grub boot/grub/grub.cfg")


def machine(scratch: Scratch) -> None:
    """The same as a machine has it where domb install has put it."""
    scratch.put("launch.yaml", paths.EXAMPLES / "hyperlaunch.yaml")
    scratch.put("images/tiny.elf", FIXTURES / "tiny.elf")
    for folder in ("boot/domb", "boot/grub"):
        (scratch.folder / folder).mkdir(parents=True)
    scratch.run("domb compile launch.yaml --images images -o boot/domb/lcm.dtb --grub boot/grub/grub.cfg")


def classic(scratch: Scratch) -> None:
    """A launch of domains that xl knows by their handles."""
    scratch.put("tiny.elf", FIXTURES / "tiny.elf")
    scratch.put("launch.yaml", "launch: {handoff: park}\nbuilder: construct\ndomains:\n  - name: first\n    memory: 8M\n"
                "    uuid: 7d444840-9dc0-11d1-b245-5ffdce74fa01\n    kernel: tiny.elf\n")
    scratch.run("domb compile launch.yaml -o lcm.dtb")
    (scratch.folder / "xl").mkdir()


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
    scratch.put("launch.yaml", "launch: {handoff: park}\nbuilder: construct\nxen: {path: xen.gz, options: dom0=pvh}\n"
                "boot_domain: {kernel: vmlinuz, cmdline: rdinit=/init}\n"
                "domains:\n  - name: first\n    memory: 8M\n    kernel: tiny.elf\n")
    if paths.XEN_STOCK_MULTIBOOT.exists():
        scratch.put("xen.gz", paths.XEN_STOCK_MULTIBOOT)
    # Any program with a build id.
    scratch.put("out/domb-init", paths.DOMB_INIT if paths.DOMB_INIT.exists() else Path("/bin/true"))


def rehearsal(scratch: Scratch) -> None:
    """The scenario file is the one that the document shows."""
    appliance(scratch)
    scratch.put("launch.yaml", paths.EXAMPLES / "stages.yaml")
    scratch.put("trace.jsonl", FIXTURES / "appliance-console.log")
    blocks = ["\n".join(lines) for _, lines in documents.blocks(paths.ROOT / "docs/replay.md")]
    scratch.put("rehearsal.yaml", next(block for block in blocks if block.startswith("domains:")))


def from_xl(scratch: Scratch) -> None:
    """Two configuration files of xl, Debian's kernel with its modules, and Xen."""
    document = [lines for _, lines in documents.blocks(paths.ROOT / "docs/quickstart.md")]
    web = next(lines for lines in document if lines[0] == "$ cat web.cfg")[1:]
    scratch.put("web.cfg", "\n".join(web) + "\n")
    scratch.put("db.cfg", "name = 'db'\ntype = 'pvh'\nmemory = 128\nkernel = 'vmlinuz'\nextra = 'console=hvc0'\n")
    scratch.put("vmlinuz", paths.boot_kernel())
    scratch.put("xen.gz", paths.XEN_STOCK_MULTIBOOT)
    for name in ("xen-privcmd", "xen-evtchn"):
        for module in (paths.DEPS / "kernel/lib/modules").rglob(f"{name}.ko*"):
            scratch.put(f"modules/{module.name}", module)


def fixtures(scratch: Scratch) -> None:
    for file in FIXTURES.glob("appliance*"):
        scratch.put(file.name, file)


def booted_by_grub(scratch: Scratch) -> None:
    scratch.put("measurements.bin", FIXTURES / "grub-measurements.bin")
    scratch.put("firmware.bin", FIXTURES / "grub-firmware.bin")
    for file in ("EFI/BOOT/BOOTX64.EFI", "xen.gz", "vmlinuz", "initrd.gz", "boot/grub/grub.cfg", "lcm1.aml"):
        scratch.put(f"esp/{file}", b"a stand-in for " + file.encode())


PREPARED = {"docs/quickstart.md": from_xl, "docs/hardware.md": machine, "docs/lcm-yaml.md": description_files, "docs/predict.md": appliance,
            "docs/classic-dom0.md": classic, "docs/replay.md": rehearsal, "docs/diff-and-export.md": fixtures, "docs/verify.md": booted_by_grub, "docs/tpm-access.md": booted_by_grub}
