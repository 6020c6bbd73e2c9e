# SPDX-License-Identifier: Apache-2.0
"""Watches a launched machine go on without DomB."""
import time

import checks
import xenkeys
from session import Outcome, Stuck, wait

# The bar: domains tick this long after DomB's domain has shut down.
SETTLED = 5.0


def ask(running, outcome: Outcome) -> dict:
    state = xenkeys.domains(running)
    outcome.states.append((running.seconds(), state))
    return state


def until_boot_domain_is_gone(running, outcome: Outcome, patience: float = 20) -> None:
    """Xen itself says that every vcpu of domain 0 is paused because the domain has shut down."""
    deadline = time.monotonic() + patience
    while not ask(running, outcome)[0].stopped_by_shutdown:
        if time.monotonic() > deadline:
            raise Stuck(f"domain 0 is still there {patience:.0f} s after the launch was complete")
        time.sleep(0.5)
    outcome.marks["boot domain gone"] = running.seconds()


def until_all_tick(running, outcome: Outcome, domids: list, hardware: int | None, patience: float = 240) -> None:
    """Each domain counts on, from a moment that is five seconds after this one or later."""
    start = time.monotonic()

    def counted(domid: int) -> int:
        return checks.ticks(checks.life(running.console(), running.debugcon(), domid, domid == hardware))

    wait(running, lambda: time.monotonic() - start >= SETTLED, "waiting", SETTLED + 5)
    before = {domid: counted(domid) for domid in domids}

    def missing() -> list:
        return [domid for domid in domids if counted(domid) <= before[domid]]

    try:
        wait(running, lambda: not missing(), "waiting for ticks", patience)
    except Stuck as error:
        raise Stuck(f"domains {missing()} do not tick: {error}") from None
    outcome.ticks = {domid: (before[domid], counted(domid)) for domid in domids}
    outcome.marks["all tick"] = running.seconds()
