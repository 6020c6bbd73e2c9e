# SPDX-License-Identifier: Apache-2.0
"""What a scenario's boot is judged by."""
from pathlib import Path

import checks
import console as console_log
import lcm
import paths
import scenario as kinds
import tcglog
from boot import PCR
from checks import require


def judge(row: kinds.Scenario, outcome, work: Path) -> None:
    """Raises CheckFailed with the first thing that is not as it must be."""
    console = outcome.console()
    _ended(row, outcome)
    _said(row, console)
    _ran(row, outcome)
    _logged(row, outcome, console, work)
    if row.fails:
        _nothing_unpaused(console_log.trace(console))
    else:
        _launched(row, outcome, console)


def _ended(row: kinds.Scenario, outcome) -> None:
    expected = None if row.ends == kinds.STAYS else row.ends
    require(outcome.end == expected, f"the machine's end: {outcome.end or 'it goes on'}, expected: {row.ends}")


def _said(row: kinds.Scenario, console) -> None:
    for fragment in row.says:
        checks.said(console.boot, fragment)
    for fragment in ("domb: launch failed", *row.never):
        lines = [line for line in console.boot if fragment in line]
        allowed = 1 if fragment == "domb: launch failed" and row.reports_failure else 0
        require(len(lines) <= allowed, f"unexpected: {lines}")
    if row.sabotage:
        checks.said(console.boot, f"saboteur: {row.sabotage}: done")


def _ran(row: kinds.Scenario, outcome) -> None:
    checks.nobody_ran(outcome.text, outcome.debugcon, set(row.runs) | set(row.ran_before))
    if row.ends != kinds.STAYS:
        return
    require(outcome.states, "Xen was not asked about its domains")
    states = outcome.states[-1][1]
    checks.held(states, [domid for domid in states if domid and domid not in row.runs + row.ran_before])
    for domid in row.runs:
        require(domid in states and not states[domid].paused and not states[domid].dying,
                f"Xen does not show domain {domid} running: {states.get(domid)}")
        before, after = outcome.ticks.get(domid, (0, 0))
        require(after > before, f"domain {domid} stopped at tick {before}")


def _logged(row: kinds.Scenario, outcome, console, work: Path) -> None:
    data = console_log.event_log(console)
    if data is not None:
        (work / "measurements.bin").write_bytes(data)
    if row.log == kinds.NOTHING:
        return
    require(data is not None, "DomB wrote no event log")
    if row.tpm:
        checks.replays(work / "measurements.bin", outcome.pcrs, PCR)
    else:
        tcglog.replayed(work / "measurements.bin")
    events = tcglog.parse(data)
    found = tcglog.kinds(events)
    require(tcglog.CAP in found, f"the log has no cap: kinds {found}")
    require(tcglog.separators(events), "the log has no separator")
    failed, unmeasured = row.log == kinds.FAILED, row.log == kinds.UNMEASURED
    require((tcglog.ERROR in found) == failed, f"error records in the log: kinds {found}")
    require((tcglog.UNMEASURED in found) == unmeasured, f"records of a missing TPM in the log: kinds {found}")
    if row.reports_failure:
        # The console breaks a long message into several lines of its own.
        told = "".join(line.removeprefix("domb: ") for line in console.boot if line.startswith("domb: "))
        for text in tcglog.error_texts(events):
            require(text in told, f"the log has an error that the console does not tell: {text!r}")


def _nothing_unpaused(trace: list) -> None:
    require(not checks.unpaused(trace), f"the trace shows unpaused domains: {checks.unpaused(trace)}")


def _launched(row: kinds.Scenario, outcome, console) -> None:
    trace = console_log.trace(console)
    needs = {domain.domid: domain.needs for domain in lcm.domains((paths.EXAMPLES / row.source).read_text())}
    checks.in_order(checks.unpaused(trace), needs)
    if row.tpm:
        checks.closed_before_unpause(trace)
