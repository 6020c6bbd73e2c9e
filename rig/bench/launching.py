# SPDX-License-Identifier: Apache-2.0
"""b: a measured launch into a real swtpm against a C program and a shell script that do the same."""
import os
import shutil
import subprocess
import time
from pathlib import Path

import figure
import measure
import paths
from tpm_transport import Chip

HERE = Path(__file__).resolve().parent
REHEARSE = paths.OUT / "rig/domb-rehearse"
# How many launches of each kind, by the count of domains.
ROUNDS = {1: 200, 8: 100, 64: 40, 512: 12}
SHELL_ROUNDS = {1: 5, 8: 3, 64: 2, 512: 1}


def figures(work: Path) -> list:
    launcher = work / "launcher"
    tss2 = paths.DEPS / "tss2"
    subprocess.run(["gcc", "-O2", "-o", launcher, HERE / "launcher.c", f"-I{tss2}/include",
                    *[f"{tss2}/lib/libtss2-{name}.a" for name in ("sys", "mu", "tcti-swtpm")],
                    "/usr/lib/x86_64-linux-gnu/libcrypto.a"], check=True)
    chip = Chip(work, ("sha1", "sha256"))
    try:
        found = []
        for count in ROUNDS:
            found += _with(count, chip, launcher, work)
        return found
    finally:
        chip.close()


def _with(count: int, chip: Chip, launcher: Path, work: Path) -> list:
    ours = [REHEARSE, "launch", "--tpm", chip.server, "--log", work / "log.bin", "--domains", count]
    best = measure.in_turns({"domb": lambda: _took(chip, ours), "c": lambda: _took(chip, [launcher, chip.server, count])},
                            ROUNDS[count])
    processor = measure.in_turns({"domb": lambda: _took(chip, ours, "processor"),
                                  "c": lambda: _took(chip, [launcher, chip.server, count], "processor")}, ROUNDS[count])
    shell = min(_shell(count, chip, work) for _ in range(SHELL_ROUNDS[count]))
    name = f"b: launch of {count} domain{'s' if count > 1 else ''}"
    domb = best["domb"]
    faster = shell / domb
    return [
        figure.at_most(f"{name}, C", domb * 1e3, "ms", f"C program, {best['c'] * 1e3:.4g} ms", domb / best["c"], 1.1),
        # Without the TPM's process, and so without what the scheduler makes of two processes that wait for each other.
        figure.Figure(f"{name}, own processor time", processor["domb"] * 1e3, "ms",
                      f"C program, {processor['c'] * 1e3:.4g} ms", processor["domb"] / processor["c"]),
        figure.at_least(f"{name}, shell", domb * 1e3, "ms", f"shell script, {shell * 1e3:.4g} ms", faster, 20)
        if count == 64 else
        figure.Figure(f"{name}, shell", domb * 1e3, "ms", f"shell script, {shell * 1e3:.4g} ms", faster),
    ]


def _took(chip: Chip, words: list, clock: str = "took") -> float:
    """By the program's own clock, from the opening of the TPM to the end: what it takes to load is not a launch's."""
    chip.reset()
    return int(measure.said(words, rf"{clock} (\d+) ns")[0]) / 1e9


def _shell(count: int, chip: Chip, work: Path) -> float:
    images = work / "images"
    shutil.rmtree(images, ignore_errors=True)
    images.mkdir()
    for number in range(1, count + 1):
        (images / f"domain{number}").write_bytes(bytes([number & 0xFF | 1]) * (64 << 10))
    chip.reset()
    start = time.monotonic()
    subprocess.run([HERE / "launcher.sh", images], check=True, capture_output=True,
                   env=dict(os.environ, TPM2TOOLS_TCTI=f"swtpm:path={chip.server}"))
    return time.monotonic() - start
