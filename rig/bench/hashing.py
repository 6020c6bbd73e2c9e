# SPDX-License-Identifier: Apache-2.0
"""a: hashing as PID 1 does it against `openssl speed`, on one core and on two."""
import re
import subprocess

import figure
import measure
import paths

REHEARSE = paths.OUT / "rig/domb-rehearse"
ROUNDS = 5
_OPENSSL = ["openssl", "speed", "-mr", "-seconds", "1", "-bytes", "1048576", "-evp", "sha256"]


def figures() -> list:
    # The user's processor time on both sides, openssl speed's own measure: another process on the machine counts for neither.
    best = measure.in_turns({"domb": lambda: -_domb("user"), "cpu": lambda: -_domb("cpu"), "openssl": lambda: -_openssl()},
                            ROUNDS)
    domb, cpu, openssl = -best["domb"], -best["cpu"], -best["openssl"]
    return [
        figure.at_least("a: SHA-256 in 1 MiB mappings, one core", domb / 1e9, "GB/s",
                        f"openssl speed, {openssl / 1e9:.3f} GB/s", domb / openssl, 0.95),
        figure.Figure("a: the same, with this kernel's mapping and unmapping", cpu / 1e9, "GB/s", "openssl speed",
                      cpu / openssl),
    ] + _two_cores()


def _domb(clock: str) -> float:
    return float(measure.said([REHEARSE, "hash"], rf"bytes-per-{clock}-second (\S+)")[0])


def _openssl() -> float:
    return float(measure.said(_OPENSSL, r"\+F:\d+:sha256:(\S+)")[0])


def _two_cores() -> list:
    """Real time here: what two do at once. The control is openssl against itself; where two of it do not give 1.8 times
    one, there are no two free cores."""
    single = max(_openssl_at_once(1) for _ in range(ROUNDS))
    double = max(_openssl_at_once(2) for _ in range(ROUNDS))
    domb, mapping = (max(_domb_elapsed(mapped) for _ in range(ROUNDS)) for mapped in (1, 0))
    control, ratio = double / single, domb / single
    free = control >= 1.8
    return [
        figure.Figure("a: control, two openssl processes", double / 1e9, "GB/s",
                      f"one openssl process, {single / 1e9:.3f} GB/s", control),
        figure.Figure("a: SHA-256 on two cores", domb / 1e9, "GB/s", "one openssl process", ratio, ">= 1.8",
                      ratio >= 1.8 if free else None),
        figure.Figure("a: the same on two cores, with this kernel's mapping and unmapping", mapping / 1e9, "GB/s",
                      "one openssl process", mapping / single),
    ]


def _domb_elapsed(mapped: int) -> float:
    return float(measure.said([REHEARSE, "hash", "--threads", "2", "--mapped", str(mapped)], r"bytes-per-second (\S+)")[0])


def _openssl_at_once(count: int) -> float:
    started = [subprocess.Popen([*_OPENSSL, "-elapsed"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
               for _ in range(count)]
    return sum(float(re.search(r"\+F:\d+:sha256:(\S+)", process.communicate()[0]).group(1)) for process in started)
