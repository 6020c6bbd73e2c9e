# SPDX-License-Identifier: Apache-2.0
"""The initramfs of a classic dom0: domb-launch there, once against domains that xl created paused,
once against those of domb-construct."""
import re
from pathlib import Path

import initramfs
import paths
from tools import run

TOOLSTACK = paths.DEPS / "toolstack"
LIBRARIES = TOOLSTACK / "usr/lib/x86_64-linux-gnu"
PROGRAMS = TOOLSTACK / "usr/lib/xen-4.20/bin"
BUSYBOX = TOOLSTACK / "usr/bin/busybox"
SCRIPTS = paths.RIG / "dom0-scripts"
SHELL = paths.OUT / "rig/dom0-shell"
# In this order: each needs what is before it.
MODULES = ("xen-privcmd", "xen-evtchn", "xenfs", "xen-gntdev")
_LIBRARY = re.compile(r"=> (\S+)")


def _libraries(program: Path) -> set:
    """What the toolstack's own loader finds; the loader itself comes besides."""
    listed = run(LIBRARIES / "ld-linux-x86-64.so.2", "--library-path", LIBRARIES, "--list", program)
    return {Path(found) for found in _LIBRARY.findall(listed) if found.startswith(str(LIBRARIES))}


def _calls(work: Path, calls: tuple, lcms: dict) -> dict:
    (work / "calls").write_text("".join(f"{call}\n" for call in calls))
    return {"/calls": work / "calls", "/launch.sh": SCRIPTS / "launch.sh", "/bin/busybox": BUSYBOX,
            **{f"/{name}": file for name, file in lcms.items()}}


def with_toolstack(work: Path, images: dict, lcms: dict, calls: tuple) -> Path:
    """xl and its services create the domains of lcms["lcm.dtb"]."""
    configurations = work / "xl"
    configurations.mkdir()
    options = [word for index in images for word in ("--image", f"{index}=/images/{index}")]
    run(paths.DOMB, "export", "--xl", *options, "--output", configurations, lcms["lcm.dtb"])
    files = {f"/images/{index}": image for index, image in images.items()}
    files |= {f"/xl/{number}-{path.name}": path
              for number, path in enumerate(sorted(configurations.glob("*.cfg")), 1)}
    for name in ("xl", "xenstored", "xenconsoled", "xen-init-dom0"):
        files[f"/usr/lib/xen-4.20/bin/{name}"] = PROGRAMS / name
        files |= {f"/usr/lib/x86_64-linux-gnu/{library.name}": library for library in _libraries(PROGRAMS / name)}
    files["/lib64/ld-linux-x86-64.so.2"] = LIBRARIES / "ld-linux-x86-64.so.2"
    # Nothing is linked with it: the C library opens it where a thread is cancelled, as xl's is at its end.
    files["/usr/lib/x86_64-linux-gnu/libgcc_s.so.1"] = LIBRARIES / "libgcc_s.so.1"
    for number, name in enumerate(MODULES):
        files[f"/lib/domb/modules/{number}-{name}.ko"] = next(paths.kernel_modules().rglob(f"{name}.ko"))
    ramdisk = work / "initramfs.cpio.gz"
    words = [f"{inside}={file}" for inside, file in sorted((files | _calls(work, calls, lcms)).items())]
    run("python3", paths.PACK, ramdisk, f"/init={SCRIPTS / 'init.sh'}:755", f"/domb-init={paths.DOMB_INIT}:755",
        f"/domb-launch={paths.DOMB_LAUNCH}:755", *words)
    return ramdisk


def with_construct(work: Path, images: dict, lcms: dict, calls: tuple) -> Path:
    """domb-construct creates the domains, by the LCM that ACPI has, and gives way to a shell in domb-init's place."""
    extra = _calls(work, calls, lcms) | {"/shell.sh": SCRIPTS / "shell.sh", "/domb-launch": paths.DOMB_LAUNCH}
    ramdisk = work / "initramfs.cpio.gz"
    return initramfs.stock(ramdisk, images, SHELL, extra)


def build() -> None:
    SHELL.parent.mkdir(parents=True, exist_ok=True)
    run("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-o", SHELL, SCRIPTS / "shell.c")
