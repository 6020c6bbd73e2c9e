# SPDX-License-Identifier: Apache-2.0
"""Running programs and taking their time. A machine that does other things makes every run longer and none shorter, so of
several runs the shortest counts, and rivals take turns."""
import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Run:
    seconds: float
    # User and system time.
    cpu: float
    kibibytes: int


def command(words: list, allowed: tuple = (0,), env: dict | None = None, output: Path | None = None) -> Run:
    """One run to its end; its output goes to a file or nowhere."""
    sink = open(output, "wb") if output else subprocess.DEVNULL
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=sink,
                               stderr=subprocess.DEVNULL, env=env)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if output:
        sink.close()
    if process.returncode not in allowed:
        raise RuntimeError(f"{' '.join(map(str, words))}: exit status {process.returncode}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def in_turns(rivals: dict, rounds: int) -> dict:
    """{name: function of no arguments that returns a number}: the least number of each, with the rivals taking turns."""
    best = {}
    for _ in range(rounds):
        for name, run in rivals.items():
            value = run()
            best[name] = min(best.get(name, value), value)
    return best


def said(words: list, pattern: str, **options) -> tuple:
    """What the pattern's groups match in a program's output."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=600,
                          stdin=subprocess.DEVNULL, **options)
    match = re.search(pattern, done.stdout)
    if done.returncode != 0 or not match:
        raise RuntimeError(f"{' '.join(map(str, words))}: exit status {done.returncode}: {done.stdout}{done.stderr}")
    return match.groups()
