#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the scenarios as real boots, two at a time, and checks each.

Everything of a scenario is kept in out/scenarios/NAME/. Exit status 0 only if all pass.
"""
import argparse
import hashlib
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import afterlife
import boot
import checks
import console as console_log
import dom0
import flask
import grub
import guests
import initramfs
import lcm
import paths
import prediction
import programs
import qemu
import residue
import scenario_checks
import session
from scenario import HALTS, STAYS, Scenario
from scenario_checks import HALTED
from scenario_table import all_scenarios

FOLDER = paths.OUT / "scenarios"
IMAGES = {"minimal.dts": guests.minimal_images, "appliance.dts": guests.appliance_images,
          "pv.dts": guests.pv_images, "paravirtual.dts": guests.paravirtual_images}
BALLAST_BYTES = 70_000
# Each Xen with what its machine needs; the programs have to be built with its libraries.
HYPERVISORS = {
    "stock": (paths.XEN_STOCK, {}), "late": (paths.XEN_LATE_HWDOM, {}),
    "4.17": (paths.XEN_417, {"cpu": qemu.PV_CPU, "xen_base": qemu.PV_XEN_OPTIONS}),
}
PROGRAMS = {"4.17": (paths.DOMB_INIT_417, paths.DOMB_CONSTRUCT_417)}
# Launches with every check of `make boot`: name, title, road, whether FLASK enforces.
WHOLE = (("launch-shutdown", "LATE_HWDOM Xen: domains go on after DomB is gone", boot.DIRECT),
         ("launch-grub", "the same by Debian's GRUB and domb install's entry; one quote proves all from the firmware on",
          boot.GRUB),
         ("flask-enforcing", "the same with FLASK enforcing: no denial", boot.DIRECT, True))
# What examples/pv.dts has for xenstored's.
NO_DIGEST = "5a" * 32
# What every boot ends with one way or the other, seconds of the machine; a slower one is a failure.
HARD_LIMIT = 480
GIVEN_UP = ("domb: end:",)


@dataclass
class Result:
    name: str
    number: int
    title: str
    wrong: str | None
    seconds: float


def prepare(row: Scenario, work: Path) -> qemu.Machine:
    images = IMAGES[row.source]() | row.modules if row.source else {}
    tables, linux = [], row.linux
    if row.source:
        (work / "ballast.bin").write_bytes(bytes(BALLAST_BYTES))
        patches = row.patches
        if row.store:
            patches += ((NO_DIGEST, hashlib.sha256(row.store.read_bytes()).hexdigest()),)
        made = lcm.build(paths.EXAMPLES / row.source, images, work, patches, row.fails, row.binary)
        tables = row.tables(made.tables) if row.tables else made.tables
        linux = linux.format(lcm=hashlib.sha256(made.dtb.read_bytes()).hexdigest())
    extra = dict(row.extra)
    init, construct = PROGRAMS.get(row.xen, (paths.DOMB_INIT, paths.DOMB_CONSTRUCT))
    init, construct = row.init or init, row.construct or construct
    if row.sabotage:
        extra["/domb-init.real"] = init
    ramdisk = work / "initramfs.cpio.gz"
    if row.dom0:
        build = dom0.with_toolstack if row.dom0 == "xl" else dom0.with_construct
        ramdisk = build(work, images, {"lcm.dtb": made.dtb, **_other_lcms(row, images, work)}, row.calls)
        tables = tables if row.dom0 == "construct" else []
    elif row.bare:
        initramfs.bare(ramdisk, extra)
    else:
        initramfs.stock(ramdisk, images, programs.SABOTEUR if row.sabotage else init, extra, row.store,
                        construct)
    if row.sabotage:
        linux = f"{linux} saboteur={row.sabotage}".strip()
    xen, needs = HYPERVISORS["late" if row.flask else row.xen]
    machine = qemu.Machine(
        work, xen, paths.boot_kernel(), ramdisk, **needs,
        xen_options=xen_options(row), linux_options=linux, tables=tables,
        policy=flask.policy(work, row.policy_words, row.policy_without) if row.flask else None,
        timeout=HARD_LIMIT, serial=row.serial, memory=row.memory, cpus=row.cpus, cpu_features=row.cpu_features)
    if row.quoted:
        launcher = paths.DOMB_LAUNCH if row.dom0 else init
        prediction.predict(machine, made.dtb, images, launcher, is_command=bool(row.dom0), next_init=row.next_init)
    if row.early:
        machine.tables = []
        initramfs.put_before(ramdisk, lcm.early(made.dtb, work))
    if row.grub:
        machine.xen = paths.XEN_STOCK_MULTIBOOT
        grub.by_hand(machine, tables)
        machine.tables = []
    return machine


def xen_options(row: Scenario) -> str:
    if row.flask:
        return f"{boot.HARDWARE} {flask.ENFORCING}" if row.xen == "late" else f"{flask.ENFORCING} {row.xen_words}".strip()
    return boot.XEN_OPTIONS if row.xen == "late" else row.xen_words


def _other_lcms(row: Scenario, images: dict, work: Path) -> dict:
    made = {}
    for name, patches in row.other_lcms.items():
        folder = work / f"of-{name}"
        folder.mkdir()
        made[name] = lcm.build(paths.EXAMPLES / row.source, images, folder, patches).dtb
    return made


def watch(row: Scenario, running, outcome) -> None:
    """Sees the boot through to what the row expects, or to anything else that ends it."""
    if row.kill_tpm:
        session.wait_for_line(running, row.kill_tpm, *GIVEN_UP, patience=HARD_LIMIT)
        outcome.chip.kill()
    if row.ends == HALTS:
        session.wait(running, lambda: session.xen_has_said(running, HALTED), f"waiting for {HALTED!r}", HARD_LIMIT)
        session.wait(running, _after(3), "waiting", 10)
        return
    if row.ends != STAYS:
        session.wait_for_end(running, HARD_LIMIT)
        return
    # The last line that a good launch owes, or the end of a failed one.
    last = () if row.reports_failure and not row.dom0 else row.says[-1:]
    session.wait_for_line(running, *last, *GIVEN_UP, patience=HARD_LIMIT)
    if row.runs:
        afterlife.until_all_tick(running, outcome, list(row.runs), None)
    else:
        # Time in which a domain that was wrongly let go would speak.
        session.wait(running, _after(3), "waiting", 10)
    afterlife.ask(running, outcome)
    if row.residue:
        outcome.residue = residue.places(running, residue.marker(row.residue))
    if row.key:
        running.type(row.key)
        session.wait(running, _after(15 if row.ring else 2), "waiting", 20)


def _after(seconds: float):
    moment = time.monotonic() + seconds
    return lambda: time.monotonic() > moment


def attempt(row: Scenario) -> Result:
    started = time.monotonic()
    work = FOLDER / row.name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    wrong = None
    try:
        machine = prepare(row, work)
        outcome = session.boot(machine, lambda running, outcome: watch(row, running, outcome), row.tpm, row.banks,
                               keep_pcrs=not row.kill_tpm)
        scenario_checks.judge(row, outcome, work)
        if row.dom0 == "construct" and not row.fails:
            checks.replayed(console_log.trace(outcome.console()), work / "lcm.dtb", IMAGES[row.source](), work,
                            ["--as-command"])
    except boot.FAILURES as error:
        wrong = str(error)
    except Exception as error:  # A scenario that breaks the rig is a failure, not the end of the others.
        wrong = f"the rig: {type(error).__name__}: {error}"
    return Result(row.name, row.number, row.title, wrong, time.monotonic() - started)


def good_shutdown(name: str, title: str, road: str, confined: bool = False) -> Result:
    """What `make boot` does, with all its checks."""
    started = time.monotonic()
    work = FOLDER / name
    launch = boot.Launch(work, road, confined)
    report = launch.run()
    launch.leave(work / "left", report)
    wrong = "; ".join(f"{check}: {why}" for check, why in launch.verdicts if why)
    return Result(name, 1, title, wrong or None, time.monotonic() - started)


def selected(arguments) -> list:
    rows = [row for row in all_scenarios() if arguments.all or arguments.only or row.quick]
    # The long ones first, so that none of them is alone at the end.
    rows.sort(key=lambda row: row.source != boot.SOURCE.name)
    work = [(row.name, lambda row=row: attempt(row)) for row in rows]
    # The first is `make boot`, which `make test` has done.
    whole = WHOLE if arguments.all or arguments.only else WHOLE[1:]
    work[:0] = [(name, lambda whole=(name, *rest): good_shutdown(*whole)) for name, *rest in whole]
    if arguments.only:
        unknown = set(arguments.only) - {name for name, _ in work}
        if unknown:
            raise SystemExit(f"scenarios: unknown: {', '.join(sorted(unknown))}")
        work = [item for item in work if item[0] in arguments.only]
    return work


def run(work: list, jobs: int) -> list:
    results = []
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(function) for _, function in work]
        for number, future in enumerate(as_completed(waiting), 1):
            result = future.result()
            results.append(result)
            state = "passed" if result.wrong is None else "FAILED"
            print(f"[scenarios] {number}/{len(work)} {state} {result.name} ({result.seconds:.0f} s)", flush=True)
            if result.wrong:
                print(f"            {result.wrong}", flush=True)
    return results


def table(results: list) -> str:
    lines = [f"{'group':<6}{'scenario':<22}{'result':<8}{'s':>4}  what it shows"]
    for result in sorted(results, key=lambda result: (result.number, result.name)):
        state = "passed" if result.wrong is None else "FAILED"
        lines.append(f"{result.number:<6}{result.name:<22}{state:<8}{result.seconds:>4.0f}  {result.title}")
    failed = [result for result in results if result.wrong is not None]
    lines.append(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    # Where only the end of the output is kept, it says what failed and why.
    lines += [f"FAILED {result.name}: {result.wrong}" for result in failed]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the boot scenarios.")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--quick", action="store_true", help="the set of `make test` (default)")
    kind.add_argument("--all", action="store_true", help="every scenario")
    kind.add_argument("--only", action="append", metavar="NAME", help="this one; may be given several times")
    parser.add_argument("--jobs", type=int, default=2, help="boots at a time")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    arguments = parser.parse_args()
    work = selected(arguments)
    if arguments.list:
        print("\n".join(name for name, _ in work))
        return 0
    guests.build()
    programs.build()
    dom0.build()
    started = time.monotonic()
    results = run(work, arguments.jobs)
    print(f"\n[scenarios] {time.monotonic() - started:.0f} s in all; logs in {FOLDER}\n{table(results)}", flush=True)
    return 0 if all(result.wrong is None for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
