# SPDX-License-Identifier: Apache-2.0
"""What a boot has to lead to, asked of `domb predict` before the machine is switched on, with what is known by then:
the LCM, the images, the programs and the command lines."""
import json
import re
from pathlib import Path

import paths
import qemu
from tools import run

# xen.efi carries its GNU build id in a CodeView record (xen/arch/x86/xen.lds.S, xen/common/version.c), age 1.
_BUILD_ID = re.compile(rb"RSDS(.{16})\x01\x00\x00\x00\x00", re.DOTALL)
# XEN_EXTRAVERSION, what follows "4.20" in Xen's own version. Between releases it ends in -pre or -rc.
_EXTRA_VERSION = re.compile(rb"\x00(\.\d+-(?:pre|rc\d*))\x00")
_MAJOR_MINOR = "4.20"


class CannotTell(Exception):
    pass


def identity(machine: qemu.Machine, init: Path = paths.DOMB_INIT, is_command: bool = False) -> list:
    """Options of `domb predict`: who will launch, and on what. Xen's own boot loader (xen.efi) puts the kernel's file
    name before its command line, and a space after it where the machine adds nothing."""
    xen = machine.xen.read_bytes()
    return [*(["--dom0-command"] if is_command else []), "--domb-init", init, "--xsm", "none",
            "--command-line", f"vmlinuz {qemu.LINUX_OPTIONS} {machine.linux_options}",
            "--xen-command-line", f"{qemu.XEN_OPTIONS} {machine.xen_options}",
            "--xen-version", _MAJOR_MINOR + _only(_EXTRA_VERSION, xen, machine.xen).decode(),
            "--xen-build-id", _only(_BUILD_ID, xen, machine.xen).hex()]


def _only(pattern: re.Pattern, data: bytes, name: Path) -> bytes:
    found = set(pattern.findall(data))
    if len(found) != 1:
        raise CannotTell(f"{name}: {len(found)} places that look like {pattern.pattern!r}")
    return found.pop()


def predict(machine: qemu.Machine, lcm: Path, images: dict, is_command: bool = False) -> Path:
    """Leaves predicted.json and predicted.bin (the log, with every bank) in the machine's folder; returns the former."""
    options = identity(machine, is_command=is_command)
    for index, image in images.items():
        options += ["--image", f"{index}={image}"]
    values = machine.work / "predicted.json"
    run(paths.DOMB, "predict", lcm, *options, "--format", "json", "--output", values)
    run(paths.DOMB, "predict", lcm, *options, "--format", "log", "--output", machine.work / "predicted.bin")
    return values


def values(predicted: Path) -> dict:
    """{bank: hex}"""
    return json.loads(predicted.read_text())["values"]
