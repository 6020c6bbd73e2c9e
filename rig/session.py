# SPDX-License-Identifier: Apache-2.0
"""One boot from power on to the reading of the PCRs."""
import contextlib
import time
from dataclasses import dataclass, field

import console as console_log
import tpm
from qemu import Machine, Running


class Stuck(Exception):
    """The machine did not get where it should in the time that it had."""


@dataclass
class Outcome:
    """What a boot left. Nothing in it was told by DomB but `text`."""
    text: str = ""
    debugcon: str = ""
    end: str | None = None
    # Xen's answers to 'q', each with the second of the boot when it was asked.
    states: list = field(default_factory=list)
    # Where the machine's memory held an image's code, if it was searched.
    residue: list = field(default_factory=list)
    # Ticks of each domain that was watched, at two moments.
    ticks: dict = field(default_factory=dict)
    pcrs: str | None = None
    # The chip's saved state, and the chip while it runs.
    saved: tuple | None = None
    chip: object = None
    seconds: float = 0
    marks: dict = field(default_factory=dict)

    def console(self) -> console_log.Console:
        return console_log.split(self.text)


def boot(machine: Machine, watch, with_tpm: bool, banks: tuple = (), keep_pcrs: bool = True) -> Outcome:
    """Boots, lets `watch(running, outcome)` see it through, and keeps what is left, also when the watch fails."""
    outcome = Outcome()
    if not with_tpm:
        _run(machine, watch, outcome)
        return outcome
    with tpm.TPM(machine.work, banks) as chip:
        machine.tpm_control = chip.control
        outcome.chip = chip
        try:
            _run(machine, watch, outcome)
        except Exception:
            # The PCRs of a boot that went wrong are worth having; failing to get them must not hide why it did.
            with contextlib.suppress(RuntimeError, OSError):
                _keep_pcrs(machine, chip, outcome)
            raise
        if keep_pcrs:
            _keep_pcrs(machine, chip, outcome)
    return outcome


def _keep_pcrs(machine: Machine, chip: tpm.TPM, outcome: Outcome) -> None:
    outcome.saved = chip.save()
    outcome.pcrs = tpm.read_pcrs(machine.work, outcome.saved)
    (machine.work / "pcrs.yaml").write_text(outcome.pcrs)


def _run(machine: Machine, watch, outcome: Outcome) -> None:
    with Running(machine) as running:
        try:
            watch(running, outcome)
        finally:
            outcome.end = running.end()
            running.close()
            outcome.text, outcome.debugcon = running.console(), running.debugcon()
            outcome.seconds = running.seconds()


def wait(running: Running, condition, what: str, patience: float) -> None:
    """Waits for a condition; the machine's end, when it comes first, is noticed."""
    deadline = time.monotonic() + patience
    while not condition():
        if end := running.end():
            raise Stuck(f"{what}: the machine ended first ({end}) after {running.seconds():.0f} s")
        if time.monotonic() > deadline:
            raise Stuck(f"{what}: not after {running.seconds():.0f} s")
        time.sleep(0.1)


def has_said(running: Running, *fragments: str) -> bool:
    lines = console_log.split(running.console()).boot
    return any(fragment in line for line in lines for fragment in fragments)


def xen_has_said(running: Running, fragment: str) -> bool:
    return any(fragment in line for line in console_log.split(running.console()).xen)


def wait_for_line(running: Running, *fragments: str, patience: float = 150) -> None:
    wait(running, lambda: has_said(running, *fragments), f"waiting for {' or '.join(fragments)!r}", patience)


def wait_for_end(running: Running, patience: float = 150) -> str:
    """How the guest ended the machine."""
    deadline = time.monotonic() + patience
    while not (end := running.end()):
        if time.monotonic() > deadline:
            raise Stuck(f"the machine did not end within {running.seconds():.0f} s")
        time.sleep(0.1)
    return end
