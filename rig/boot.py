#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make boot`: launches examples/appliance.dts for real and checks what happened.

Leaves in out/boot/: console.log, lcm.dtb, measurements.bin, pcrs.yaml, trace.jsonl, summary.txt. Exit status 0 only
if every check holds.
"""
import argparse
import json
import shutil
import sys
import time
from pathlib import Path

import afterlife
import checks
import console as console_log
import firmwarelog
import flask
import grub
import guests
import initramfs
import lcm
import paths
import prediction
import qemu
import session
import summary
import tcglog
from tools import ToolError
from xenkeys import NoAnswer

SOURCE = paths.EXAMPLES / "appliance.dts"
PCR = 11
XEN_SPEAKS = "(XEN) Xen version"
# The firmware starts xen.efi itself, or GRUB, which loads Xen by multiboot2.
DIRECT, GRUB = "direct", "grub"
# The domain with domb,log-region.
ATTESTER = 4
# Creating domid 1 moves the hardware role; flask=disabled because this is what people have; the scenario flask-enforcing has FLASK.
HARDWARE = "hardware_dom=1"
XEN_OPTIONS = f"{HARDWARE} flask=disabled"
# Under FLASK the hardware domain gets its own label.
LABELLED = (("                domid = <1>;", """                domid = <1>;
                domb,label = "system_u:system_r:hwdom_t";"""),)
FAILURES = (ToolError, session.Stuck, NoAnswer, console_log.ConsoleError, checks.CheckFailed, tcglog.LogError,
            lcm.PatchError, prediction.CannotTell, firmwarelog.NoLog,
            RuntimeError, OSError)


class Launch:
    """One good launch that ends in `shutdown`, with everything that is checked of it."""

    def __init__(self, work: Path, road: str = DIRECT, confined: bool = False):
        self.work = work
        self.road = road
        # Under FLASK.
        self.confined = confined
        self.domains = lcm.domains(SOURCE.read_text())
        self.domids = [domain.domid for domain in self.domains]
        self.hardware = next(domain.domid for domain in self.domains if domain.is_hardware)
        self.outcome = session.Outcome()
        self.lcm = None
        self.machine = None
        self.log = None
        self.trace, self.measured, self.verdicts = [], [], []

    def prepare(self) -> qemu.Machine:
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        images = guests.appliance_images()
        self.lcm = lcm.build(SOURCE, images, self.work, LABELLED if self.confined else ())
        ramdisk = initramfs.stock(self.work / "stock.cpio.gz", images)
        machine = qemu.Machine(self.work, paths.XEN_LATE_HWDOM, paths.boot_kernel(), ramdisk, xen_options=XEN_OPTIONS,
                               tables=self.lcm.tables)
        if self.confined:
            machine.xen_options = f"{HARDWARE} {flask.ENFORCING}"
            machine.policy = flask.policy(self.work)
        if self.road == GRUB:
            machine.xen, machine.tables = paths.XEN_LATE_HWDOM_MULTIBOOT, []
            machine.held_at = XEN_SPEAKS.encode()
            self.lcm = lcm.LCM(grub.install(machine, self.lcm.dtb), [])
        self.machine = machine
        prediction.predict(machine, self.lcm.dtb, images)
        return machine

    def watch(self, running, outcome) -> None:
        self.outcome = outcome
        say("the firmware, Xen and the boot domain start")
        if self.road == GRUB:
            session.wait(running, lambda: XEN_SPEAKS in running.console(), f"waiting for {XEN_SPEAKS!r}", 150)
            firmwarelog.take(running, self.work)
        session.wait_for_line(running, "domb-construct: ", "domb: ")
        say(f"the boot domain works ({running.seconds():.0f} s)")
        session.wait_for_line(running, "domb: launch complete", "domb: launch failed", "domb-construct: failed")
        if not session.has_said(running, "domb: launch complete"):
            # The rest of the story is worth having in the log.
            time.sleep(2)
            return
        say(f"launch complete ({running.seconds():.0f} s); asking Xen whether the boot domain is gone")
        afterlife.until_boot_domain_is_gone(running, outcome)
        say(f"it is gone ({running.seconds():.0f} s); watching the domains go on")
        afterlife.until_all_tick(running, outcome, self.domids, self.hardware)
        afterlife.ask(running, outcome)

    def check(self, name: str, function) -> None:
        try:
            function()
            self.verdicts.append((name, None))
        except FAILURES as error:
            self.verdicts.append((name, str(error)))

    def extract(self) -> None:
        console = self.outcome.console()

        def take_log():
            log = console_log.event_log(console)
            checks.require(log is not None, "DomB wrote no event log")
            self.log = self.work / "measurements.bin"
            self.log.write_bytes(log)

        def take_trace():
            self.trace = console_log.trace(console)
            checks.require(self.trace, "DomB wrote no trace")

        def take_measured():
            self.measured = console_log.measured(console)
            checks.require([entry["domid"] for entry in self.measured] == self.domids,
                           f"measured were {[entry['domid'] for entry in self.measured]}")

        self.check("the event log arrived whole", take_log)
        self.check("the trace arrived whole", take_trace)
        self.check("every domain was measured", take_measured)

    def judge(self) -> None:
        outcome, last = self.outcome, self.outcome.states[-1][1] if self.outcome.states else {}
        messages = console_log.messages(outcome.console())
        dependencies = {domain.domid: domain.needs for domain in self.domains}
        self.check("the launch is complete",
                   lambda: checks.said(messages, f"launch complete: {len(self.domids) - 1} domains unpaused, 1 by the handoff"))
        self.check("the log replays to the TPM's PCR in every active bank", self.check_pcrs)
        self.check("the PCR and every byte of the log are as predicted before the boot", self.check_prediction)
        self.check("the trace replays without a difference, and an edited one is caught at the edited line",
                   lambda: checks.replayed(self.trace, self.lcm.dtb, guests.appliance_images(), self.work))
        self.check("the PCR was closed and read before the first unpause",
                   lambda: checks.closed_before_unpause(self.trace))
        self.check("every domain was unpaused once, after those it depends on",
                   lambda: checks.in_order(checks.unpaused(self.trace), dependencies))
        self.check("the domains say themselves that they ran", self.check_life)
        self.check("the domain that attests has the log in its own memory, byte for byte", self.check_delivery)
        self.check("the boot domain has shut down and stays so, by Xen's word",
                   lambda: checks.require(last.get(0) and last[0].stopped_by_shutdown, f"domain 0: {last.get(0)}"))
        self.check("every domain ticks five seconds later", self.check_ticks)
        if self.confined:
            self.check("FLASK enforced, and denied nothing", lambda: checks.confined(outcome.console(), set()))
        if self.road == GRUB:
            self.check("one quote proves firmware, GRUB, Xen, boot domain and domains by both logs and the files",
                       lambda: checks.whole_chain(self.machine, outcome.saved, PCR))

    def check_pcrs(self) -> None:
        checks.require(self.log and self.outcome.pcrs, "there is no log or no PCR")
        checks.replays(self.log, self.outcome.pcrs, PCR)

    def check_prediction(self) -> None:
        checks.require(self.log and self.outcome.pcrs, "there is no log or no PCR")
        checks.predicted(self.work, self.outcome.pcrs, PCR)
        checks.require(self.log.read_bytes() == (self.work / "predicted.bin").read_bytes(), "the log is another one")

    def check_delivery(self) -> None:
        delivered = console_log.guest_log(self.outcome.console(), ATTESTER)
        checks.require(delivered is not None, f"domain {ATTESTER} shows no log")
        checks.require(self.log and delivered == self.log.read_bytes(), f"domain {ATTESTER} shows another log")

    def check_life(self) -> None:
        for domid in self.domids:
            signs = checks.life(self.outcome.text, self.outcome.debugcon, domid, domid == self.hardware)
            checks.require("alive" in signs, f"domain {domid} never said that it is alive")

    def check_ticks(self) -> None:
        checks.require(self.outcome.ticks, "they were not watched")
        for domid, (before, after) in self.outcome.ticks.items():
            checks.require(after > before, f"domain {domid} stopped at tick {before}")

    def run(self) -> str:
        """The whole launch; returns the summary. Verdicts are in self.verdicts."""
        def boot():
            self.outcome = session.boot(self.prepare(), self.watch, with_tpm=True)
        self.check("the machine booted and went on", boot)
        if self.machine is None:
            return f"the launch could not be prepared: {self.verdicts[-1][1]}\n"
        self.extract()
        self.judge()
        messages = console_log.messages(self.outcome.console())
        return summary.text(self.domains, self.measured, self.trace, messages, self.outcome, PCR, self.verdicts)

    def leave(self, folder: Path, report: str) -> None:
        """Writes the files that people and later tests rely on."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "console.log").write_text(self.outcome.text.replace("\r", ""))
        (folder / "summary.txt").write_text(report)
        (folder / "trace.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in self.trace))
        if self.lcm:
            shutil.copyfile(self.lcm.dtb, folder / "lcm.dtb")
        if self.log:
            shutil.copyfile(self.log, folder / "measurements.bin")
        if self.outcome.pcrs:
            (folder / "pcrs.yaml").write_text(self.outcome.pcrs)

    def is_good(self) -> bool:
        return all(wrong is None for _, wrong in self.verdicts)


def say(text: str) -> None:
    print(f"[boot] {text}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Boots examples/appliance.dts and checks the launch.")
    parser.add_argument("--output", type=Path, default=paths.OUT / "boot", help="folder for what the boot leaves")
    parser.add_argument("--road", choices=(DIRECT, GRUB), default=DIRECT, help="what loads Xen")
    arguments = parser.parse_args()
    guests.build()
    launch = Launch(paths.OUT / "boot-work", arguments.road)
    report = launch.run()
    launch.leave(arguments.output, report)
    print(f"\n{report}")
    return 0 if launch.is_good() else 1


if __name__ == "__main__":
    sys.exit(main())
