# SPDX-License-Identifier: Apache-2.0
"""The rig's own small programs for the boot domain: the saboteur and the next init of an exec handoff."""
from pathlib import Path

import paths
from tools import run

FOLDER = paths.OUT / "rig"
SABOTEUR = FOLDER / "saboteur"
NEXT_INIT = FOLDER / "next-init"

_FLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static"]
_ARCHIVES = ["ctrl", "foreignmemory", "call", "evtchn", "gnttab", "devicemodel", "toolcore", "toollog"]


def _archive(name: str) -> Path:
    return paths.XEN_LIBRARIES / f"libxen{name}.a"


def build() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    run("gcc", *_FLAGS, "-o", NEXT_INIT, paths.RIG / "next-init.c")
    run("gcc", *_FLAGS, "-isystem", paths.XEN_INCLUDE, "-o", SABOTEUR, paths.RIG / "saboteur.c",
        paths.RIG / "isoc23.c", "-Wl,--start-group", *[_archive(name) for name in _ARCHIVES], "-Wl,--end-group")
