# SPDX-License-Identifier: Apache-2.0
"""What a scenario is: one boot with one thing about it, and what has to come of it."""
from dataclasses import dataclass, field
from pathlib import Path

# How the machine is when the scenario is over.
POWER_OFF, RESET, STAYS = "power off", "reset", "stays"
# Xen halts the machine when a hardware domain that is not the boot domain shuts down: nothing runs, it is not off.
HALTS = "halts"

# What event log and PCR have to hold.
NOTHING, GOOD, FAILED, UNMEASURED = "nothing", "a good launch", "an error and the cap", "a launch without a TPM"


@dataclass(frozen=True)
class Scenario:
    name: str
    # Its group: 1 shutdown, 2 park and exec, 3 changed images, 4 TPM, 5 LCM, 6 refusals, 7 the boot domain's own
    # processes, 8 faults, 9 measurement, 10 configuration, 11 readiness and failure policy, 12 confinement, 13 a command of
    # a classic dom0.
    number: int
    title: str
    # Parts of lines that DomB, the construct stage, the saboteur or the next init must print.
    says: tuple
    # Parts of lines that domains must print: (domid, part).
    domains_say: tuple = ()
    # Parts of lines that Xen must print, asked about its domains by debug key 'q', and by another one if it is given.
    xen_says: tuple = ()
    key: bytes = b""
    # Parts of lines that Xen must print in this order, when it is asked by debug key.
    xen_order: tuple = ()
    # Domains that speak by the second serial port, the third ...
    serial: tuple = ()
    # What a domain must print: (domid, regular expression).
    guests_say: tuple = ()
    # The machine's cpus, and features for its cpu model.
    cpus: int = 1
    cpu_features: str = ""
    # Words for Xen's command line.
    xen_words: str = ""
    # FLASK enforces the boot domain's policy, on the Xen with LATE_HWDOM.
    flask: bool = False
    # Booleans of the policy: "NAME=true".
    policy_words: tuple = ()
    # A line of flask/domb.te that the policy does not have.
    policy_without: str = ""
    # Permissions that Xen must say it denied to the boot domain, beside those that rig/forbidden.c tries; no others.
    denied: tuple = ()
    ends: str = POWER_OFF
    # A program that comes with the initramfs as xenstored, and whose digest the LCM has.
    store: Path | None = None
    # "stock", "late" or "4.17": Debian 13's Xen, the one with LATE_HWDOM, or Debian 12's with a PV boot domain.
    xen: str = "stock"
    # The LCM's source in examples/, None for no LCM; (old, new) replacements in it.
    source: str | None = "minimal.dts"
    patches: tuple = ()
    # Converted to the prototype's binary form.
    binary: bool = False
    # Boot modules besides those of the source's example.
    modules: dict = field(default_factory=dict)
    # Turns the list of good tables into what the machine is given.
    tables: object = None
    # GRUB loads the tables instead of QEMU.
    grub: bool = False
    # The tables come at the front of the initramfs.
    early: bool = False
    # Xen shows its ring upon the key; `domb log` finds the log in it.
    ring: bool = False
    # domb-init alone, without the construct stage.
    bare: bool = False
    # domb-launch in a classic dom0 whose domains "xl" or "construct" creates (dom0.py); the calls there, of
    # which the one with "* " before it is the launch that is judged; LCMs besides /lcm.dtb, as replacements in the source.
    dom0: str = ""
    calls: tuple = ()
    other_lcms: dict = field(default_factory=dict)
    linux: str = ""
    sabotage: str | None = None
    # What `exec` hands over to, for the prediction.
    next_init: Path | None = None
    # What stands at /domb-init instead of out/domb-init.
    init: Path | None = None
    construct: Path | None = None
    extra: dict = field(default_factory=dict)
    tpm: bool = True
    # The TPM's active banks; the chip's own choice if empty.
    banks: tuple = ()
    # Part of a line: once it is there the TPM is killed, and with it its PCRs. (One that is only stopped stops QEMU too:
    # a read of TPM_ACCESS waits for it.)
    kill_tpm: str | None = None
    # An image of which the machine's memory may hold one copy for each domain that runs, and no more.
    residue: Path | None = None
    # MiB of the machine.
    memory: int = 1024
    # The PCR and a quote of it are checked by tools that are not DomB's.
    quoted: bool = False
    # Domains that have to run and tick; none other may.
    runs: tuple = ()
    # Domains that ran before DomB could have a say: the sabotage itself.
    ran_before: tuple = ()
    log: str = FAILED
    # Domains that DomB unpaused, in order, where that is not "none" or "all of the LCM".
    unpauses: tuple | None = None
    # PCRs that nobody may have extended.
    untouched: tuple = ()
    # How often the TPM was extended, where that is what the scenario is about.
    extends: int | None = None
    # The boot domain stays and does nothing.
    inert: bool = False
    # Lines that must not appear.
    never: tuple = ()
    quick: bool = True

    @property
    def fails(self) -> bool:
        return not self.runs

    @property
    def reports_failure(self) -> bool:
        return any(fragment.startswith("domb: launch failed") for fragment in self.says)
