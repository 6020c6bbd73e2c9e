#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes the sources in small ways and looks whether a test notices: `make mutants`.

The seed chooses among all changes that rig/mutation/finder finds. All are built into one copy of the test bundle; each is
then run with the suites that reach it. Survivors are told, those of rig/mutation/accepted.txt left out. It fails where fewer
than LEAST of a hundred die: some die by tests that draw at random, and each change of the sources makes another sample,
of which LEAST_OF_SAMPLE have to.
"""
import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import paths
import tools
from mutation import accepted, candidates, trial
from mutation.bundle import BUILD, Bundle, BuildError

WORK = paths.ROOT / ".build-mutants"
REPORT = paths.OUT / "mutants.json"
SEED = 16
COUNT = 700
SAMPLE = 40
LEAST = 95
# Where 95 of a hundred die, of forty fewer than 34 do by chance once in three hundred samples.
LEAST_OF_SAMPLE = 85
# Of those chosen some do not compile.
SPARE = 1.5
BASELINE_TIMEOUT = 900


# An unreached mutant is one that no test runs.
ALIVE = ("passed", "unreached")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", action="store_true", help=f"{SAMPLE} alone")
    parser.add_argument("--count", type=int, help=f"how many mutants; {COUNT}")
    parser.add_argument("--seed", type=int, default=SEED, help=f"which mutants; {SEED}")
    parser.add_argument("--files", default="", help="only files whose path has this in it")
    parser.add_argument("--again", action="store_true", help="the survivors of the last run")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="try no more of them after so many")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at once; one a cpu")
    return parser.parse_args()


def wanted(arguments: argparse.Namespace, reasons: dict) -> tuple[list, int]:
    """The candidates to build, and how many of them to try."""
    found = [candidate for candidate in candidates.found(WORK) if arguments.files in candidate.file]
    if arguments.sample:
        # Every suite would have to run to show again that none notices.
        found = [candidate for candidate in found if candidate.key not in reasons]
    if arguments.again:
        last = {tuple(entry["key"]) for entry in json.loads(REPORT.read_text()) if entry["ended"] in ALIVE}
        found = [candidate for candidate in found if candidate.key in last]
    count = arguments.count or (SAMPLE if arguments.sample else COUNT)
    chosen = candidates.chosen(found, arguments.seed, round(count * SPARE))
    print(f"[mutants] seed {arguments.seed}: {len(chosen)} chosen of {len(found)} possible")
    return chosen, count


def baseline(bundle: Bundle, jobs: int) -> list:
    """Every suite without a mutant, or an error: a test that fails anyway would kill them all."""
    suites = trial.suites(bundle.program)
    with ThreadPoolExecutor(jobs) as pool:
        outcomes = list(pool.map(
            lambda suite: trial.measure(bundle.program, suite, bundle.highest, BASELINE_TIMEOUT), suites))
    bad = [f"{suite.name}: {outcome.ended}: {outcome.said}" for suite, outcome in zip(suites, outcomes)
           if outcome.ended != "passed"]
    if bad:
        raise BuildError("without a mutant the tests are not green:\n  " + "\n  ".join(bad))
    return suites


def attempts(bundle: Bundle, suites: list, jobs: int, until: float) -> dict:
    """The outcomes of those that were tried before time was up."""
    def one(number: int):
        if time.monotonic() > until:
            return None
        outcome = trial.attempt(bundle.program, number, bundle.mutants[number].module, suites)
        if outcome.ended in ALIVE:
            print(shown(bundle.mutants[number], outcome), flush=True)
        return outcome
    with ThreadPoolExecutor(jobs) as pool:
        outcomes = dict(zip(bundle.mutants, pool.map(one, bundle.mutants)))
    return {number: outcome for number, outcome in outcomes.items() if outcome}


def shown(mutant, outcome) -> str:
    how = "no test runs it" if outcome.ended == "unreached" else "every test passes"
    return (f"[mutants] {mutant.file}:{mutant.line} {mutant.place}, {mutant.kind}: {how}\n"
            f"    - {mutant.before}\n    + {mutant.after}")


def write(bundle: Bundle, outcomes: dict) -> None:
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps([
        {"key": bundle.mutants[number].key, "line": bundle.mutants[number].line, "place": bundle.mutants[number].place,
         "kind": bundle.mutants[number].kind, "ended": outcome.ended, "seconds": round(outcome.seconds, 2),
         "said": outcome.said} for number, outcome in outcomes.items()], indent=1))


def summary(bundle: Bundle, outcomes: dict, reasons: dict, least: int) -> int:
    """1 where of a hundred fewer than `least` die, those left out that are accepted, else 0."""
    alive = [number for number, outcome in outcomes.items() if outcome.ended in ALIVE]
    excused = [number for number in alive if bundle.mutants[number].key in reasons]
    ended = {word: sum(outcome.ended == word for outcome in outcomes.values())
             for word in ("failed", "trapped", "hung", "passed", "unreached")}
    for number, outcome in outcomes.items():
        if outcome.ended not in ALIVE and bundle.mutants[number].key in reasons:
            print(f"[mutants] accepted, and yet a test notices: take it out of {accepted.FILE.name}\n"
                  f"{accepted.written(bundle.mutants[number])}")
    counted = len(outcomes) - len(excused)
    dead = len(outcomes) - len(alive)
    print(f"[mutants] {len(outcomes)} mutants in {len({mutant.file for mutant in bundle.mutants.values()})} files: "
          f"{ended['failed']} failed a test, {ended['trapped']} trapped, {ended['hung']} hung, {ended['passed']} survive, "
          f"{ended['unreached']} no test runs; {len(excused)} of these accepted")
    print(f"[mutants] score {dead} of {counted}: {100 * dead / max(counted, 1):.1f} %")
    return 1 if 100 * dead < least * counted else 0


def main() -> int:
    arguments = options()
    started = time.monotonic()
    WORK.mkdir(exist_ok=True)
    try:
        reasons = accepted.read(accepted.FILE.read_text())
        tools.run("swift", "build", "--package-path", paths.ROOT, "--build-tests", "--scratch-path", BUILD,
                  "--explicit-target-dependency-import-check", "error", timeout=7200, env={**os.environ, "DOMB_DEPS": ""})
        chosen, count = wanted(arguments, reasons)
        bundle = Bundle(WORK, chosen)
        bundle.build(arguments.jobs)
        kept = sorted(bundle.mutants)[:count]
        print(f"[mutants] built {len(bundle.mutants)}, the others do not compile; {len(kept)} are tried; "
              f"{time.monotonic() - started:.0f} s", flush=True)
        bundle.mutants = {number: bundle.mutants[number] for number in kept}
        suites = baseline(bundle, arguments.jobs)
        print(f"[mutants] {len(suites)} suites without a mutant: green; {time.monotonic() - started:.0f} s", flush=True)
        outcomes = attempts(bundle, suites, arguments.jobs, started + 60 * arguments.minutes)
        if len(outcomes) < len(bundle.mutants):
            print(f"[mutants] time is up: {len(bundle.mutants) - len(outcomes)} were not tried")
    except (BuildError, tools.ToolError, accepted.AcceptedError) as error:
        print(f"[mutants] {error}")
        return 1
    write(bundle, outcomes)
    status = summary(bundle, outcomes, reasons, LEAST_OF_SAMPLE if arguments.sample else LEAST)
    print(f"[mutants] {time.monotonic() - started:.0f} s on {arguments.jobs} at once")
    return status


if __name__ == "__main__":
    sys.exit(main())
