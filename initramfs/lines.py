#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make lines`: the Swift and C of PID 1, folder by folder and by what they are for. Lines of code are those that are
neither blank nor comment alone."""
import re
from fnmatch import fnmatch
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "Sources"
# What DomBInit is linked from, by Package.swift: each target brings those that it depends on.
FOLDERS = ("DomBInit", "Sequencer", "ConfigApply", "Measurement", "LaunchControl", "Platform", "XenBindings", "CXenShim",
           "XenAgreement", "CXenInterface",
           "CIsoc23", "TPMBindings", "CTSSShim", "CryptoBindings", "CCryptoShim", "CHashWorkers", "LinuxBindings", "CLinuxShim",
           "CUnreached")
# The first that a file fits is what it is for.
PURPOSES = (
    ("PV domains", ("Measurement/PV/*", "Measurement/*+PV*")),
    ("errors and refusals in words", ("Platform/Errors*",
                                      "Sequencer/PlanRefusal*", "Sequencer/LaunchFailure*", "LaunchControl/*Error*",
                                      "*/ConfigError*", "*/ConfigConflict*", "*/MeasurementError*")),
    ("xenstore, rings and PV devices", ("*/*Nodes*", "ConfigApply/*Ring*", "ConfigApply/Peers*", "*/VirtualDevice*",
                                        "*/*Xenstore*", "*/Machine+Xenstore*", "CXenShim/rings.c")),
    ("xLCM, the binary LCM, and its text", ("LaunchControl/*XLCM*", "LaunchControl/*ConfigurationText*")),
    ("cpupools, channels, CPUID, shared hardware", ("*/*CPUPool*", "*/*EventChannel*", "*/CPUFeature*", "*/SharedHardware*")),
    ("the other configuration of a domain", ("ConfigApply/*", "Platform/CPUs*", "Platform/HVM*", "Platform/Devices*",
                                             "LaunchControl/ConfigurationItem*", "LaunchControl/Setting*",
                                             "LaunchControl/CPUList*", "Sequencer/MemoryBudget*")),
    ("the LCM: ACPI container, device tree, settings", ("LaunchControl/*",)),
    ("threads that hash", ("*/*HashWorkers*", "*/*hash_workers*")),
    ("measurement, event log, TPM", ("Measurement/*", "TPMBindings/*", "CTSSShim/*", "*Crypto*/*", "Sequencer/Machine+Measure*",
                                     "Sequencer/Machine+TPM*",
                                     "Platform/TPM*", "Platform/Hashes*")),
    ("order, readiness, failure, recovery", ("Sequencer/LaunchOrder*", "Sequencer/FailurePolicy*", "Sequencer/Machine+Unpause*",
                                             "Sequencer/Machine+End*", "Sequencer/LaunchLegacy*",
                                             "XenBindings/*Events*")),
    ("plan and run", ("Sequencer/LaunchPlan*", "Sequencer/PlanDraft*", "Sequencer/LaunchRules*", "Sequencer/LaunchFacts*", "Sequencer/LaunchArguments*",
                      "Sequencer/Machine+Launch*", "Sequencer/Machine.swift")),
    ("Xen: hypercalls, foreign memory, handoff", ("XenBindings/*", "CXenShim/*", "Sequencer/Machine+*", "Platform/*Hypervisor*",
                                                  "XenAgreement/*", "CXenInterface/*", "Platform/XenRelease*",
                                                  "Platform/Memory*")),
    ("confinement by Linux", ("*/confine.c", "*/Confinement*")),
    ("Linux: files, processes, console, reboot", ("LinuxBindings/*", "CLinuxShim/*")),
    ("in place of the C library's streams", ("CUnreached/*", "CIsoc23/*")),
    ("PID 1 itself", ("DomBInit/*",)),
    ("vocabulary", ("Platform/*",)),
)
UNKNOWN = "no purpose is written down"
_COMMENT = re.compile(r"\s*(//|/?\*)")


def files(folder: str) -> list:
    return [path for path in sorted((SOURCES / folder).rglob("*")) if path.suffix in (".swift", ".c", ".h")]


def count(path: Path) -> tuple:
    lines = path.read_text().splitlines()
    return len(lines), sum(bool(line.strip()) and not _COMMENT.match(line) for line in lines)


def purpose(path: Path) -> str:
    name = str(path.relative_to(SOURCES))
    fits = (words for words, patterns in PURPOSES if any(fnmatch(name, pattern) for pattern in patterns))
    return next(fits, UNKNOWN)


def table(title: str, counts: dict) -> list:
    width = max(map(len, [title, *counts]))
    rows = [(title, "lines", "code"), *((name, *both) for name, both in counts.items()),
            ("PID 1", *(sum(column) for column in zip(*counts.values())))]
    return [f"{name:<{width}}{lines:>8}{code:>8}" for name, lines, code in rows]


def counted(key) -> dict:
    counts = {}
    for folder in FOLDERS:
        for path in files(folder):
            name = key(path)
            counts[name] = tuple(map(sum, zip(counts.get(name, (0, 0)), count(path))))
    return counts


def main() -> None:
    by_purpose = sorted(counted(purpose).items(), key=lambda item: -item[1][1])
    folders = counted(lambda path: str(path.relative_to(SOURCES).parts[0]))
    print("\n".join([*table("folder", folders), "", *table("what for", dict(by_purpose))]))


if __name__ == "__main__":
    main()
