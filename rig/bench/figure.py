# SPDX-License-Identifier: Apache-2.0
"""A figure of the suite, the table of them, and what has changed since the baseline."""
import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class Figure:
    """`ratio` is what counts: `value` against what `against` took in the same run, or against the bar's unit. `bar` is the
    words of the bar, None where there is none; `ok` is None where nothing can be said."""
    name: str
    value: float
    unit: str
    against: str
    ratio: float
    bar: str | None = None
    ok: bool | None = None


def at_least(name: str, value: float, unit: str, against: str, ratio: float, bar: float) -> Figure:
    return Figure(name, value, unit, against, ratio, f">= {bar:g}", ratio >= bar)


def at_most(name: str, value: float, unit: str, against: str, ratio: float, bar: float) -> Figure:
    return Figure(name, value, unit, against, ratio, f"<= {bar:g}", ratio <= bar)


def table(figures: list) -> str:
    rows = [("", "figure", "value", "ratio", "bar", "against")]
    for figure in figures:
        word = {True: "ok", False: "MISS", None: ""}[figure.ok]
        rows.append((word, figure.name, f"{figure.value:.4g} {figure.unit}", f"{figure.ratio:.3f}", figure.bar or "",
                     figure.against))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def write(figures: list, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n")


def read(path: Path) -> dict:
    return {entry["name"]: entry for entry in json.loads(path.read_text())}


# Ratios of one run to another move by this much on a machine that does other things, too.
TOLERANCE = 0.15


def changes(figures: list, baseline: dict) -> list:
    """One line for each ratio that has moved by more than the tolerance, and for each figure that is new or gone."""
    lines, seen = [], set()
    for figure in figures:
        seen.add(figure.name)
        before = baseline.get(figure.name)
        if before is None:
            lines.append(f"{figure.name}: not in the baseline")
        elif before["ratio"] and abs(figure.ratio / before["ratio"] - 1) > TOLERANCE:
            lines.append(f"{figure.name}: ratio {figure.ratio:.3f}, in the baseline {before['ratio']:.3f}")
    lines += [f"{name}: in the baseline, and not in this run" for name in baseline if name not in seen]
    return lines
