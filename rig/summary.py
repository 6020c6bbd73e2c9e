# SPDX-License-Identifier: Apache-2.0
"""What people read at the end of `make boot`."""
import re

import checks
import tcglog


def text(domains: list, measured: list, trace: list, messages: list, outcome, pcr: int, verdicts: list) -> str:
    """domains: what the source says; verdicts: (check, None or what is wrong)."""
    lines = ["domain  name      unpaused    after the handoff        SHA-256 of its record in the log"]
    lines += [_row(domain, measured, trace, outcome) for domain in domains]
    lines.append("")
    lines += _facts(messages, outcome, pcr)
    lines.append("")
    for check, wrong in verdicts:
        lines.append(f"{'ok  ' if wrong is None else 'FAIL'}  {check}" + (f": {wrong}" if wrong else ""))
    failed = sum(wrong is not None for _, wrong in verdicts)
    if verdicts:
        word = "NOT good" if failed else "good"
        lines += ["", f"launch {word}: {len(verdicts) - failed} checks hold, {failed} do not"]
    return "\n".join(lines) + "\n"


def _row(domain, measured: list, trace: list, outcome) -> str:
    digest = next((entry["digest"] for entry in measured if entry["domid"] == domain.domid), "not measured")
    moment = next((entry["us"] for entry in trace
                   if entry["op"] in checks.UNPAUSES and entry["domid"] == domain.domid and entry["result"] == 0), None)
    unpaused = f"{moment / 1e6:8.3f} s" if moment is not None else "     never"
    before, after = outcome.ticks.get(domain.domid, (0, 0))
    alive = f"runs (tick {before}, then {after})" if after > before else "NOT SEEN"
    return f"{domain.domid:>6}  {domain.name:<8}{unpaused}  {alive:<23}  {digest}"


def _facts(messages: list, outcome, pcr: int) -> list:
    lines = ["Times count from the start of DomB's PID 1. Ticks: the domain counts seconds; both counts were read five",
             "seconds or more after the end of DomB's work."]
    for pattern in (r"domb: (launch complete: .*)", r"domb: (peak memory .*)", r"domb: (warning: .*)"):
        found = [match.group(1) for line in messages if (match := re.match(pattern, line))]
        lines += found[-1:]
    if gone := outcome.marks.get("boot domain gone"):
        lines.append(f"boot domain gone after {gone:.1f} s of the machine: by Xen's word every vcpu of it is paused"
                     " because it has shut down")
    lines.append(f"whole boot: {outcome.seconds:.1f} s")
    banks = tcglog.banks(outcome.pcrs or "")
    if not banks:
        lines.append("NO TPM: nothing outside of DomB's own words vouches for this launch")
    lines += [f"PCR {pcr} {bank}: {values.get(pcr, 'missing')}" for bank, values in banks.items()]
    return lines
