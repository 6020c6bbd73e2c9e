#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Launches on the simulated Xen with a real swtpm, their images hashed by no thread, by one, two and more: each must give
the same log, byte for byte, and the same PCRs. Image sizes are random; a failure names the seed.
"""
import random
import subprocess
import sys
from pathlib import Path

import paths
import tpm_transport
from tpm_transport import Chip

REHEARSE = paths.OUT / "rig/domb-rehearse"
BANKS = {"sha1": 0x0004, "sha256": 0x000B}
PCR = 11
DOMAINS = (1, 2, 7, 24)
THREADS = (1, 2, 3, 8)
ROUNDS = 3


class Wrong(Exception):
    pass


def launch(chip: Chip, log: Path, domains: int, seed: int, threads: int) -> tuple:
    """The log, and what the TPM then holds."""
    chip.reset()
    log.unlink(missing_ok=True)
    done = subprocess.run(
        [REHEARSE, "launch", "--tpm", chip.server, "--log", log, "--domains", str(domains), "--seed", str(seed), "--threads",
         str(threads)], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise Wrong(f"it did not launch: {done.stdout}{done.stderr}")
    if threads and f"hashed by threads {domains}" not in done.stdout.splitlines():
        raise Wrong(f"not each image was hashed by a thread: {done.stdout}")
    return log.read_bytes(), [chip.pcr(PCR, algorithm) for algorithm in BANKS.values()]


def compare(chip: Chip, log: Path, domains: int, seed: int) -> int:
    first = launch(chip, log, domains, seed, 0)
    for threads in THREADS:
        if launch(chip, log, domains, seed, threads) != first:
            raise Wrong(f"with {threads} threads log or PCRs are others than without")
    return 1 + len(THREADS)


def main() -> int:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(1, 1 << 32)
    launches = 0
    with tpm_transport.chip(tuple(BANKS)) as (chip, work):
        for number in range(ROUNDS):
            for domains in DOMAINS:
                try:
                    launches += compare(chip, work / "log.bin", domains, seed + number)
                except Wrong as error:
                    print(f"[threads] seed {seed + number}, {domains} domains: {error}")
                    return 1
    print(f"[threads] seed {seed}: {launches} launches of {', '.join(map(str, DOMAINS))} domains, hashed by 0, "
          f"{', '.join(map(str, THREADS))} threads: the same log and PCRs each time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
