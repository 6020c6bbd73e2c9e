# SPDX-License-Identifier: Apache-2.0
"""What a scenario's boot is judged by."""
import re
from pathlib import Path

import checks
import console as console_log
import flask
import lcm
import paths
import scenario as kinds
import summary
import tcglog
from boot import PCR
from checks import require
from tools import run

RING = "dumping console ring buffer"
HALTED = "halted: halting machine"


def judge(row: kinds.Scenario, outcome, work: Path) -> None:
    """Raises CheckFailed with the first thing that is not as it must be."""
    if row.ring:
        # What is shown there a second time was not said a second time.
        outcome.text, ring = outcome.text.split(RING, 1)
        (work / "ring.txt").write_text(ring)
    console = outcome.console()
    _ended(row, outcome)
    _said(row, console)
    _ran(row, outcome)
    _logged(row, outcome, console, work)
    if row.flask:
        checks.confined(console, set(row.denied) | set(flask.attempts(console.boot)) - flask.UNAUDITED)
        (work / "denials.txt").write_text("".join(f"{denial.line}\n" for denial in flask.denials(console.xen)))
    trace = console_log.trace(console)
    _extended(row, outcome, trace)
    if row.dom0 and not row.fails:
        checks.closed_before_unpause(trace)
    if row.unpauses is not None:
        require(checks.unpaused(trace) == list(row.unpauses), f"unpaused were {checks.unpaused(trace)}")
    elif row.fails:
        require(not checks.unpaused(trace), f"the trace shows unpaused domains: {checks.unpaused(trace)}")
    else:
        _launched(row, outcome, trace, work)
    if row.inert:
        _inert(console)
    if row.residue:
        require(len(outcome.residue) == len(row.runs), f"the image is in memory at {[hex(place) for place in outcome.residue]}")
    if row.ring:
        _ring(work)


def _ended(row: kinds.Scenario, outcome) -> None:
    expected = None if row.ends in (kinds.STAYS, kinds.HALTS) else row.ends
    require(outcome.end == expected, f"the machine's end: {outcome.end or 'it goes on'}, expected: {row.ends}")
    if row.ends == kinds.HALTS:
        last = outcome.console().xen[-1:]
        require(last and HALTED in last[0], f"Xen's last word is not that the machine halts: {last}")


def _said(row: kinds.Scenario, console) -> None:
    for fragment in row.says:
        checks.said(console.boot, fragment)
    for domid, fragment in row.domains_say:
        checks.said(console.lines(domid), fragment)
    for fragment in row.xen_says:
        checks.said(console.xen, fragment)
    rest = iter(console.xen)
    for fragment in row.xen_order:
        require(any(fragment in line for line in rest), f"Xen does not say {fragment!r}, or not after what is before it")
    for domid, pattern in row.guests_say:
        require(any(re.search(pattern, line) for line in console.lines(domid)), f"domain {domid} does not say {pattern}")
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
    require(not states[0].stopped_by_shutdown and not states[0].dying, f"Xen shows domain 0: {states[0]}")
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
    if row.tpm and not row.kill_tpm:
        banks = checks.replays(work / "measurements.bin", outcome.pcrs, PCR)
        require(not row.banks or banks == sorted(row.banks), f"active banks {banks}, expected {row.banks}")
        for bank, values in tcglog.banks(outcome.pcrs).items():
            touched = [pcr for pcr in row.untouched if set(values[pcr]) != {"0"}]
            require(not touched, f"the {bank} bank's PCRs {touched} were extended")
        if row.quoted:
            checks.predicted(work, outcome.pcrs, PCR)
            checks.quoted(work, outcome.saved, PCR, banks, bool(row.dom0))
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


def _extended(row: kinds.Scenario, outcome, trace: list) -> None:
    if row.extends is None:
        return
    done = sum(entry["op"] == checks.EXTEND and entry["result"] == 0 for entry in trace)
    require(done == row.extends, f"the trace has {done} extends, expected {row.extends}")
    for bank, values in tcglog.banks(outcome.pcrs or "").items():
        untouched = set(values[PCR]) == {"0"}
        require(untouched == (row.extends == 0), f"PCR {PCR} of the {bank} bank after {done} extends: {values[PCR]}")


def _inert(console) -> None:
    """After the launch the boot domain only notes in the trace that it parks."""
    place = next(number for number, line in enumerate(console.boot) if line.startswith("domb: launch complete"))
    later = [line for line in console.boot[place + 1:] if line and not line.startswith("domb-trace: ")]
    require(not later, f"the boot domain still speaks: {later}")


def _ring(work: Path) -> None:
    """What Xen shows of its ring is enough for `domb export`, and says the same as the log that was taken live."""
    for file in ("ring.txt", "measurements.bin"):
        run(paths.DOMB, "export", work / file, "--to", "tcg", "--output", work / f"{file}.tcg")
    require((work / "ring.txt.tcg").read_bytes() == (work / "measurements.bin.tcg").read_bytes(),
            "the log in Xen's ring is another one")


def _launched(row: kinds.Scenario, outcome, trace: list, work: Path) -> None:
    domains = lcm.domains(lcm.patched((paths.EXAMPLES / row.source).read_text(), list(row.patches)))
    checks.in_order(checks.unpaused(trace), {domain.domid: domain.needs for domain in domains})
    if row.tpm:
        checks.closed_before_unpause(trace)
    console = outcome.console()
    measured, messages = console_log.measured(console), console_log.messages(console)
    report = summary.text(domains, measured, trace, messages, outcome, PCR, [])
    (work / "summary.txt").write_text(report)
    require(("NO TPM" in report) == (not row.tpm), "the summary does not tell whether a TPM was there")
