# SPDX-License-Identifier: Apache-2.0
"""Asks Xen itself, by its debug keys on the serial console, what state every domain is in. No domain has a say."""
import re
import time
from dataclasses import dataclass, field

import console as console_log

_INPUT = re.compile(r"\*\*\* Serial input to (\S+)")
_DOMAIN = re.compile(r"General information for domain (\d+):")
_COUNTS = re.compile(r"refcnt=\d+ dying=(\d+) pause_count=(\d+)")
_PAGES = re.compile(r"nr_pages=(\d+)")
_VCPU = re.compile(r"VCPU(\d+): CPU\d+ \[has=(\w)\]")
_VCPU_PAUSE = re.compile(r"pause_count=(\d+) pause_flags=([0-9a-f]+)")


@dataclass
class DomainState:
    dying: bool = False
    # The domain's own count: one for a domain that was built and never unpaused.
    paused: int = 0
    pages: int = 0
    # Of each vcpu: does it hold a cpu now, and how often is it paused. A domain that has shut down has a count of
    # its own on every vcpu (paused_for_shutdown) and none on itself.
    vcpus: list = field(default_factory=list)

    @property
    def stopped_by_shutdown(self) -> bool:
        return (not self.paused and not self.dying and bool(self.vcpus)
                and all(vcpu["paused"] > 0 and not vcpu["running"] for vcpu in self.vcpus))


class NoAnswer(Exception):
    """Xen did not answer its debug keys."""


def domains(running, patience: float = 15) -> dict:
    """Xen's own view of every domain, by domid."""
    _focus_on_xen(running, patience)
    before = _dumps(running)
    running.type(b"q")
    _wait(running, lambda: len(_dumps(running)) > len(before), patience, "'q' was not taken")
    # The dump ends with one notice for each vcpu that it showed.
    _wait(running, lambda: _is_complete(_dumps(running)[-1]), patience, "the dump never ended")
    return parse(_dumps(running)[-1])


def _is_complete(dump: list) -> bool:
    notices = sum(line.startswith("Notifying guest") for line in dump)
    return notices > 0 and notices == sum(bool(_VCPU.search(line)) for line in dump)


def _xen_lines(running) -> list:
    return console_log.split(running.console()).xen


def _dumps(running) -> list:
    """The lines after each press of 'q'."""
    dumps = []
    for line in _xen_lines(running):
        if line.startswith("'q' pressed"):
            dumps.append([])
        elif dumps:
            dumps[-1].append(line)
    return dumps


def _focus_on_xen(running, patience: float) -> None:
    """CTRL-A three times moves the input on: to Xen, and from there through the domains that may have it."""
    for _ in range(4):
        found = _INPUT.findall("\n".join(_xen_lines(running)))
        if found and found[-1] == "Xen":
            return
        running.type(b"\x01\x01\x01")
        _wait(running, lambda: len(_INPUT.findall("\n".join(_xen_lines(running)))) > len(found), patience,
              "CTRL-A was not taken")
    raise NoAnswer("Xen never took the serial input")


def _wait(running, condition, patience: float, what: str) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline or running.end():
            raise NoAnswer(f"Xen's console: {what} (machine: {running.end() or 'runs'})")
        time.sleep(0.1)


def parse(lines: list) -> dict:
    found, state = {}, None
    for line in lines:
        if match := _DOMAIN.search(line):
            state = found.setdefault(int(match.group(1)), DomainState())
        elif state is None:
            continue
        elif match := _COUNTS.search(line):
            state.dying, state.paused = match.group(1) != "0", int(match.group(2))
        elif match := _PAGES.search(line):
            state.pages = int(match.group(1))
        elif match := _VCPU.search(line):
            state.vcpus.append({"running": match.group(2) == "T", "paused": 0})
        elif (match := _VCPU_PAUSE.search(line)) and state.vcpus:
            state.vcpus[-1]["paused"] = int(match.group(1))
    return found
