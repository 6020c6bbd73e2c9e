# SPDX-License-Identifier: Apache-2.0
"""The guests that the examples launch, built once a run."""
from pathlib import Path

import paths
from tools import run

FOLDER = paths.OUT / "guests"
TINY = FOLDER / "tiny.elf"
TINY_PV = FOLDER / "tiny-pv.elf"
PROBE = FOLDER / "probe.elf"
LINUX_RAMDISK = FOLDER / "linux-ramdisk.cpio.gz"
STORAGE_RAMDISK = FOLDER / "storage-ramdisk.cpio.gz"
APP_RAMDISK = FOLDER / "app-ramdisk.cpio.gz"


def build() -> None:
    run(paths.ROOT / "guests/build.sh", FOLDER, paths.kernel_modules(), paths.XEN_INCLUDE)


def linux_kernel() -> Path:
    """The uncompressed kernel: the builder takes 6 s for it under TCG, and 29 s for the bzImage."""
    return paths.DEPS / "kernel/boot/vmlinux"


def appliance_images() -> dict:
    """Boot modules of examples/appliance.dts."""
    return {1: TINY, 2: TINY, 3: linux_kernel(), 4: LINUX_RAMDISK}


def paravirtual_images() -> dict:
    """Boot modules of examples/paravirtual.dts."""
    return {1: TINY, 2: TINY_PV, 3: linux_kernel(), 4: LINUX_RAMDISK}


def pv_images() -> dict:
    """Boot modules of examples/pv.dts."""
    return {1: linux_kernel(), 2: STORAGE_RAMDISK, 3: APP_RAMDISK}


def minimal_images() -> dict:
    """Boot modules of examples/minimal.dts."""
    return {1: TINY}
