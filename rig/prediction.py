# SPDX-License-Identifier: Apache-2.0
"""What a boot has to lead to, asked of `domb predict` before the machine is switched on, with what is known by then:
the LCM, the images, the programs and the command lines."""
import gzip
import json
import re
from pathlib import Path

import paths
import qemu
from tools import run

# xen.efi carries its GNU build id in a CodeView record (xen/arch/x86/xen.lds.S, xen/common/version.c), age 1.
_BUILD_ID = re.compile(rb"RSDS(.{16})\x01\x00\x00\x00\x00", re.DOTALL)
# The multiboot image is an ELF file with the build id in a note: name's size, 20 bytes, type 3, "GNU".
_BUILD_NOTE = re.compile(rb"\x04\x00\x00\x00\x14\x00\x00\x00\x03\x00\x00\x00GNU\x00(.{20})", re.DOTALL)
# XEN_EXTRAVERSION, what follows "4.20" in Xen's own version. Between releases it ends in -pre or -rc.
_EXTRA_VERSION = {"4.20": re.compile(rb"\x00(\.\d+-(?:pre|rc\d*))\x00"), "4.17": re.compile(rb"\x00(\.[1-9]\d*)\x00")}


class CannotTell(Exception):
    pass


def identity(machine: qemu.Machine, init: Path = paths.DOMB_INIT, is_command: bool = False) -> list:
    """Options of `domb predict`: who will launch, and on what. Xen's own boot loader (xen.efi) puts the kernel's file
    name before a PVH kernel's command line, and a space after it where the machine adds nothing; GRUB does neither."""
    xen = machine.xen.read_bytes()
    lines = [f"{qemu.LINUX_OPTIONS} {machine.linux_options}", f"{machine.xen_base} {machine.xen_options}"]
    build_id = _BUILD_ID
    version = "4.17" if "4.17" in machine.xen.name else "4.20"
    if machine.xen.suffix == ".gz":
        xen, build_id = gzip.decompress(xen), _BUILD_NOTE
        lines = [line.strip() for line in lines]
    elif "dom0=pvh" in machine.xen_base:
        lines[0] = f"vmlinuz {lines[0]}"
    return [*(["--as-command"] if is_command else []), "--domb-init", init,
            "--xsm", "enforcing" if machine.policy else "none", "--command-line", lines[0], "--xen-command-line", lines[1],
            "--xen-version", version + _only(_EXTRA_VERSION[version], xen, machine.xen).decode(),
            "--xen-build-id", _only(build_id, xen, machine.xen).hex()]


def _only(pattern: re.Pattern, data: bytes, name: Path) -> bytes:
    found = set(pattern.findall(data))
    if len(found) != 1:
        raise CannotTell(f"{name}: {len(found)} places that look like {pattern.pattern!r}")
    return found.pop()


def predict(machine: qemu.Machine, lcm: Path, images: dict, init: Path = paths.DOMB_INIT, is_command: bool = False,
            next_init: Path | None = None) -> Path:
    """Leaves predicted.json and predicted.bin (the log, with every bank) in the machine's folder; returns the former."""
    options = identity(machine, init, is_command)
    if next_init:
        options += ["--next-init", next_init]
    for index, image in images.items():
        options += ["--image", f"{index}={image}"]
    values = machine.work / "predicted.json"
    run(paths.DOMB, "predict", lcm, *options, "--format", "json", "--output", values)
    run(paths.DOMB, "predict", lcm, *options, "--format", "log", "--output", machine.work / "predicted.bin")
    return values


def values(predicted: Path) -> dict:
    """{bank: hex}"""
    return json.loads(predicted.read_text())["values"]
