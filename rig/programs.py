# SPDX-License-Identifier: Apache-2.0
"""The rig's own small programs for the boot domain: the saboteur, the one that tries what FLASK forbids, and the next init
of an exec handoff."""
from pathlib import Path

import paths
from tools import run

FOLDER = paths.OUT / "rig"
SABOTEUR = FOLDER / "saboteur"
FORBIDDEN = FOLDER / "forbidden"
NEXT_INIT = FOLDER / "next-init"
FORBIDDEN_STORE = FOLDER / "forbidden-store"
SILENT_STORE = FOLDER / "silent-store"

_FLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static"]
# What Debian 13's static libraries lack on Debian 12, as PID 1 has it.
_ISOC23 = paths.ROOT / "Sources/CIsoc23"
_ARCHIVES = ["ctrl", "foreignmemory", "call", "evtchn", "gnttab", "devicemodel", "toolcore", "toollog"]


def _archive(name: str) -> Path:
    return paths.XEN_LIBRARIES / f"libxen{name}.a"


def build() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    run("gcc", *_FLAGS, "-o", NEXT_INIT, paths.RIG / "next-init.c")
    for store, words in ((FORBIDDEN_STORE, []), (SILENT_STORE, ["-DSILENT"])):
        run("gcc", *_FLAGS, *words, "-o", store, paths.RIG / "stand-in-store.c")
    for program in (SABOTEUR, FORBIDDEN):
        run("gcc", *_FLAGS, "-isystem", paths.XEN_INCLUDE, "-I", _ISOC23 / "include", "-o", program,
            paths.RIG / f"{program.name}.c", _ISOC23 / "isoc23.c", "-Wl,--start-group",
            *[_archive(name) for name in _ARCHIVES], "-Wl,--end-group")
