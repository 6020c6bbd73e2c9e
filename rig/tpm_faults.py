#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Launches on the simulated Xen with a real swtpm behind a transport that fails: every command times every fault.

Under `require` nothing may run unless the TPM then holds what the log says, in every bank; swtpm is asked, not DomB.
Exit status 0 only if that held in every launch.
"""
import subprocess
import sys
import time
from pathlib import Path

import paths
import tcglog
import tpm_transport
from tpm_transport import EXTEND, Chip, Fault, Transport

REHEARSE = paths.OUT / "rig/domb-rehearse"
BANKS = ("sha1", "sha256")
PCR, DYNAMIC_PCR = 11, 22
# TPM_RC_INITIALIZE to the last of format zero's errors, the warnings, and some of format one's: part 2, 6.6.3.
CODES = [*range(0x100, 0x103), 0x120, 0x143, 0x144, 0x154, 0x155, *range(0x901, 0x905), *range(0x907, 0x90B), 0x920, 0x921, 0x922,
         0x923, 0x184, 0x18B, 0x1C3, 0x9A2]
PUT_OFF = (0x908, 0x90A, 0x920, 0x922)
OTHERS = ("lose", "drop", "pretend", "truncate", "garble", "stall", "reset", "vanish")


class Wrong(Exception):
    pass


def rehearse(transport: Transport, log: Path, *options: str) -> tuple:
    done = subprocess.run([REHEARSE, "launch", "--tpm", transport.path, "--log", log, *options], capture_output=True, text=True,
                          timeout=60)
    if done.returncode not in (0, 1):
        raise Wrong(f"domb-rehearse ended with {done.returncode}: {done.stderr.strip()}")
    return done.returncode == 0, done.stdout


def launch(chip: Chip, work: Path, faults: dict, *options: str, pcr: int = PCR, before=lambda: None) -> tuple:
    """Returns whether it launched, the codes of its commands, and what it said."""
    chip.reset()
    before()
    log = work / "log.bin"
    log.unlink(missing_ok=True)
    with Transport(chip, work / "way", faults) as transport:
        launched, said = rehearse(transport, log, "--pcr", str(pcr), *options)
    ran = next(line for line in said.splitlines() if line.startswith("unpaused")).split()[1:]
    if launched != bool(ran):
        raise Wrong(f"launched {launched}, and unpaused were {ran}")
    if launched:
        holds(chip, log, pcr)
    return launched, transport.commands, said


def holds(chip: Chip, log: Path, pcr: int) -> None:
    for bank, values in tcglog.replayed(log).items():
        algorithm = {"sha1": 0x0004, "sha256": 0x000B}[bank]
        actual = chip.pcr(pcr, algorithm).hex()
        if values[pcr] != actual:
            raise Wrong(f"it launched, and PCR {pcr} of the {bank} bank is {actual}, by the log {values[pcr]}")


def may_launch(fault: Fault, code: int) -> bool:
    """Where the fault did no harm, or was overcome: put off and sent again, or settled by reading."""
    if fault.kind == "refuse":
        return fault.code in PUT_OFF or (fault.code == 0x909 and code == EXTEND)
    return fault.kind == "stall" or (fault.kind in ("lose", "drop", "truncate", "garble") and code == EXTEND)


def matrix(chip: Chip, work: Path) -> int:
    launched, commands, said = launch(chip, work, {})
    if not launched:
        raise Wrong(f"nothing failed, and it did not launch: {said}")
    faults = [Fault("refuse", code) for code in CODES] + [Fault(kind) for kind in OTHERS]
    count = 0
    for place, code in enumerate(commands):
        for fault in faults:
            if fault.kind == "pretend" and code != EXTEND:
                continue
            launched, _, said = launch(chip, work, {place: fault})
            count += 1
            allowed = may_launch(fault, code)
            # A garbled answer may be one that nobody looks at, a reset before the first command does no harm.
            harmless = fault.kind == "garble" or (fault.kind == "reset" and EXTEND not in commands[:place])
            if launched and not (allowed or harmless):
                raise Wrong(f"command {place} (0x{code:x}), {fault}: it launched\n{said}")
            if not launched and fault.kind in ("stall", "refuse") and allowed:
                raise Wrong(f"command {place} (0x{code:x}), {fault}: it did not launch\n{said}")
    return count


def dynamic(chip: Chip, work: Path) -> None:
    """A PCR of the dynamic launch, through a transport that can send from locality 2."""
    launched, _, said = launch(chip, work, {}, pcr=DYNAMIC_PCR)
    if launched or "no dynamic launch has begun it" not in said:
        raise Wrong(f"PCR {DYNAMIC_PCR} holds ones, and: {said}")
    launched, _, said = launch(chip, work, {}, pcr=DYNAMIC_PCR, before=lambda: chip.begin_dynamic(DYNAMIC_PCR))
    if not launched:
        raise Wrong(f"PCR {DYNAMIC_PCR}: {said}")


def weak_policies(chip: Chip, work: Path) -> None:
    """Whatever the policy: a TPM that answers is capped, and one that fails later ends the launch."""
    for policy in ("warn", "off"):
        launched, commands, said = launch(chip, work, {}, "--policy", policy)
        if not launched:
            raise Wrong(f"policy {policy}: {said}")
        place = commands.index(EXTEND)
        launched, _, said = launch(chip, work, {place: Fault("vanish")}, "--policy", policy)
        if launched:
            raise Wrong(f"policy {policy}: the TPM vanished in mid-launch, and it launched\n{said}")
        launched, _, said = launch(chip, work, {0: Fault("refuse", 0x100)}, "--policy", policy)
        if launched:
            raise Wrong(f"policy {policy}: the TPM was not started, and it launched\n{said}")


def main() -> int:
    started = time.monotonic()
    try:
        with tpm_transport.chip(BANKS) as (chip, work):
            count = matrix(chip, work)
            dynamic(chip, work)
            weak_policies(chip, work)
    except Wrong as error:
        print(f"[tpm] {error}")
        return 1
    print(f"[tpm] {count} launches, each with one fault on the way to a real swtpm, in {time.monotonic() - started:.0f} s: "
          "none ran unmeasured; PCR 22 from locality 2; policies warn and off")
    return 0


if __name__ == "__main__":
    sys.exit(main())
