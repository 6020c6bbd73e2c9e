# SPDX-License-Identifier: Apache-2.0
"""The boot domain's initramfs of a boot. initramfs/build.sh makes what ships; what a scenario adds comes as a second
archive behind it, which Linux unpacks over the first."""
from pathlib import Path

import paths
from tools import run

BUILD = paths.ROOT / "initramfs/build.sh"


def stock(output: Path, images: dict, init: Path | None = None, extra: dict | None = None,
          xenstored: Path | None = None, construct: Path = paths.DOMB_CONSTRUCT) -> Path:
    """The construct stage, domb-init (or what stands in its place), kernel modules and images."""
    words = [f"{index}={image}" for index, image in sorted(images.items())]
    if xenstored:
        words.append(f"xenstored={xenstored}")
    run(BUILD, "stock", output, construct, init or paths.DOMB_INIT, paths.kernel_modules(), *words)
    return _with(output, extra)


def bare(output: Path, extra: dict | None = None) -> Path:
    """domb-init alone, as on a hypervisor that builds the initial domains; only its kernel module is added, because
    this Xen's drivers are modules in Debian's kernel."""
    run(BUILD, "domb", output, paths.DOMB_INIT)
    module = next(paths.kernel_modules().rglob("xen-privcmd.ko*"))
    return _with(output, {"/lib/domb/modules/10-xen-privcmd.ko": module, **(extra or {})})


def put_before(output: Path, archive: Path) -> None:
    output.write_bytes(archive.read_bytes() + output.read_bytes())


def _with(output: Path, extra: dict | None) -> Path:
    if extra:
        addition = output.with_suffix(".extra")
        run("python3", paths.PACK, addition, *[f"{inside}={file}" for inside, file in sorted(extra.items())])
        with open(output, "ab") as archive:
            archive.write(addition.read_bytes())
        addition.unlink()
    return output
