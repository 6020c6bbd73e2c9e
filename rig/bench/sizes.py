# SPDX-License-Identifier: Apache-2.0
"""e: what ships, beside other first programs and the ordinary Swift build of the same sources."""
import os
import re
import subprocess
from pathlib import Path

import figure
import paths

MEBIBYTE_BARS = 1_300_000
RIVALS = {"tini-static": Path("/usr/bin/tini-static"), "busybox (static)": Path("/bin/busybox")}


def figures(boot: Path) -> list:
    ours = paths.DOMB_INIT.stat().st_size
    found = [figure.at_most("e: domb-init, stripped", ours / 1e6, "MB", "1.3 MB", ours / MEBIBYTE_BARS, 1)]
    image = (paths.OUT / "domb.cpio.gz").stat().st_size
    found.append(figure.Figure("e: domb.cpio.gz", image / 1e6, "MB", "domb-init", image / ours))
    for name, path in {**RIVALS, "domb-init as ordinary Swift": ordinary()}.items():
        size = path.stat().st_size
        found.append(figure.Figure(f"e: {name}", size / 1e6, "MB", "domb-init", size / ours))
    return found + [_resident(boot)]


def ordinary() -> Path:
    """The same program with the whole Swift runtime, stripped."""
    environment = dict(os.environ, DOMB_DEPS=str(paths.DEPS))
    subprocess.run(["swift", "build", "-c", "release", "--scratch-path", ".build-static", "--traits", "StaticInit",
                    "--product", "domb-init"], cwd=paths.ROOT, env=environment, check=True, capture_output=True)
    target = paths.OUT / "bench/domb-init-ordinary"
    subprocess.run(["strip", "-o", target, paths.ROOT / ".build-static/release/domb-init"], check=True)
    return target


def _resident(boot: Path) -> figure.Figure:
    """By PID 1's own word at the end of a launch in the rig. Foreign mappings are not resident memory of the boot domain's:
    the window of 1 MiB is not in it."""
    text = (boot / "console.log").read_text(errors="replace")
    kibibytes = int(re.findall(r"domb: peak memory (\d+) KiB", text)[-1])
    return figure.at_most("e: peak resident set in the rig", kibibytes / 1024, "MiB", "4 MB", kibibytes * 1024 / 4e6, 1)
