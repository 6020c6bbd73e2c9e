# SPDX-License-Identifier: Apache-2.0
"""f: what a launch takes besides hypercalls, TPM commands and hashing; and where the time of a launch in the rig goes."""
import json
from pathlib import Path

import figure
import measure
import paths

REHEARSE = paths.OUT / "rig/domb-rehearse"


def figures(boot: Path) -> list:
    least, median = map(int, measure.said([REHEARSE, "share", "--domains", "8"],
                                          r"share-ns least (\d+) median (\d+)"))
    found = [figure.at_most("f: DomB's own share, 8 domains", median / 1e6, "ms", f"2 ms (least {least / 1e6:.3f} ms)",
                            median / 2e6, 1)]
    return found + _rig(boot)


# By the name of the operation, where the time of a stage goes.
_STAGES = (("TPM commands", lambda op: op.startswith(("TPM2_", "Tss2_"))),
           ("hashing and foreign mappings", lambda op: op.startswith("xenforeignmemory")),
           ("page types", lambda op: op == "xc_get_pfn_type_batch"),
           ("other hypercalls", lambda op: True))


def split(entries: list) -> dict:
    """Microseconds by stage, of all that the trace has; `DomB and the console` is what lies between the operations."""
    found = {name: 0 for name, _ in _STAGES}
    for entry in entries:
        found[next(name for name, belongs in _STAGES if belongs(entry["op"]))] += entry["took"]
    last = entries[-1]
    found["DomB and the console"] = last["us"] + last["took"] - sum(found.values())
    return found


def _rig(boot: Path) -> list:
    entries = [json.loads(line) for line in (boot / "trace.jsonl").read_text().splitlines()]
    parts = split(entries)
    total = sum(parts.values())
    return [figure.Figure(f"f: rig (TCG), {name}", took / 1e3, "ms", f"PID 1 to handoff, {total / 1e3:.0f} ms",
                          took / total) for name, took in parts.items()]
