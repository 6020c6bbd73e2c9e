# SPDX-License-Identifier: Apache-2.0
"""c: planning and checking launches of 10 to 10,000 domains."""
import math
import struct
from pathlib import Path

import figure
import measure
import paths

COUNTS = (10, 100, 1000, 10000)
ROUNDS = 7


def figures(work: Path) -> list:
    found = []
    for verb in ("check", "plan"):
        runs = {}
        for count in COUNTS:
            lcm = _lcm(count, work)
            several = [measure.command([paths.DOMB, verb, lcm]) for _ in range(ROUNDS)]
            runs[count] = min(several, key=lambda one: one.cpu)
        # What the program takes to load is taken off by a launch of one domain, or growth would look smaller than it is.
        load = min(measure.command([paths.DOMB, verb, _lcm(1, work)]).cpu for _ in range(ROUNDS))
        growth = exponent({count: max(one.cpu - load, 1e-4) for count, one in runs.items()})
        found += [figure.Figure(f"c: domb {verb}, {count} domains", runs[count].cpu * 1e3, "ms", "", runs[count].cpu * 1e3)
                  for count in COUNTS[:-1]]
        largest = runs[COUNTS[-1]]
        found += [
            figure.at_most(f"c: domb {verb}, 10000 domains, time", largest.cpu * 1e3, "ms", "1 s", largest.cpu, 1),
            figure.at_most(f"c: domb {verb}, 10000 domains, memory", largest.kibibytes / 1024, "MiB", "64 MB",
                           largest.kibibytes * 1024 / 64e6, 1),
            figure.at_most(f"c: domb {verb}, growth from 1000 to 10000", growth, "exponent", "linear", growth, 1.1),
        ]
    return found


def exponent(seconds: dict) -> float:
    """By how many powers of its size the work grows, between the two largest sizes: below that timer ticks count more."""
    (small, before), (large, after) = sorted(seconds.items())[-2:]
    return math.log(after / before) / math.log(large / small)


def _lcm(count: int, work: Path) -> Path:
    dtb = work / f"plan-{count}.dtb"
    if not dtb.exists():
        dtb.write_bytes(blob(count))
    return dtb


def blob(count: int) -> bytes:
    """A device tree blob (Devicetree Specification 0.4, chapter 5) of a layered launch: each domain needs the one ten before
    it. dtc gives up at 10,000 nodes beside each other."""
    strings, offsets, structure = bytearray(), {}, bytearray()

    def begin(name: str) -> None:
        structure.extend(struct.pack(">I", 1) + _padded(name.encode() + b"\0"))

    def end() -> None:
        structure.extend(struct.pack(">I", 2))

    def add(name: str, value: bytes) -> None:
        if name not in offsets:
            offsets[name] = len(strings)
            strings.extend(name.encode() + b"\0")
        structure.extend(struct.pack(">III", 3, len(value), offsets[name]) + _padded(value))

    for name in ("", "chosen", "hypervisor"):
        begin(name)
    add("compatible", b"hypervisor,xen\0")
    add("domb,handoff", b"park\0")
    for number in range(1, count + 1):
        begin(f"d{number}")
        add("compatible", b"xen,domain\0")
        for name, value in (("phandle", number), ("domid", number), ("permissions", 0), ("functions", 0), ("mode", 0),
                            ("cpus", 1), ("domb,weight", 256 + number % 100)):
            add(name, struct.pack(">I", value))
        add("memory", struct.pack(">Q", 8192))
        if number > 10:
            add("domb,depends-on", struct.pack(">I", number - 10))
        begin("kernel")
        add("compatible", b"module,kernel\0")
        add("module-index", struct.pack(">I", 1))
        add("bootargs", b"domain%d\0" % number)
        add("domb,load", struct.pack(">QQ", 0x100000, 0x10000))
        end()
        end()
    for _ in range(3):
        end()
    structure.extend(struct.pack(">I", 9))
    # No memory reservations: one empty entry behind the header of 40 bytes.
    begins = 40 + 16
    head = struct.pack(">10I", 0xD00DFEED, begins + len(structure) + len(strings), begins, begins + len(structure), 40, 17,
                       16, 0, len(strings), len(structure))
    return head + bytes(16) + bytes(structure) + bytes(strings)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
