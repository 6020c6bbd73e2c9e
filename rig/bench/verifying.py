# SPDX-License-Identifier: Apache-2.0
"""d: `domb verify` against tpm2_eventlog on the same log."""
import hashlib
import struct
from pathlib import Path

import figure
import measure
import paths

# A log of one launch has at most as many domains as there are domids; the longer one has some of them many times, is
# refused for it, and is read and hashed to its end all the same.
DOMIDS = 0x7FF0 - 1
RECORDS = 100_000
ROUNDS = 5
_BANKS = ((0x0004, 20, hashlib.sha1), (0x000B, 32, hashlib.sha256))


def figures(work: Path) -> list:
    return [_against(work, RECORDS, (1,)), _against(work, DOMIDS, (0,))]


def _against(work: Path, records: int, status: tuple) -> figure.Figure:
    log = work / f"log-{records}.bin"
    write(log, records)
    best = measure.in_turns({
        "domb": lambda: measure.command([paths.DOMB, "verify", "--log-only", log], status).seconds,
        "tpm2_eventlog": lambda: measure.command(["tpm2_eventlog", log]).seconds,
    }, ROUNDS)
    return figure.at_least(f"d: domb verify, {records} records", best["domb"] * 1e3, "ms",
                           f"tpm2_eventlog, {best['tpm2_eventlog'] * 1e3:.4g} ms", best["tpm2_eventlog"] / best["domb"], 10)


def write(path: Path, records: int) -> None:
    """docs/event-log.md has the layout. `records` without record 0."""
    sequence, domids = 0, []
    everything = hashlib.sha256()
    with path.open("wb") as log:
        identification = b"Spec ID Event03\0" + struct.pack("<IBBBBI", 0, 0, 2, 0, 2, len(_BANKS))
        identification += b"".join(struct.pack("<HH", bank, size) for bank, size, _ in _BANKS) + b"\0"
        log.write(struct.pack("<II20xI", 0, 3, len(identification)) + identification)

        def append(kind: int, data: bytes) -> None:
            digests = b"".join(struct.pack("<H", bank) + name(data).digest() for bank, _, name in _BANKS)
            log.write(struct.pack("<III", 11, kind, len(_BANKS)) + digests + struct.pack("<I", len(data)) + data)

        def event(kind: int, fields: bytes) -> None:
            nonlocal sequence
            body = struct.pack("<HHI", kind, 0, sequence) + fields
            data = struct.pack("<II", 0x6D0B21A7, len(body)) + body
            sequence += 1
            append(6, data)
            everything.update(data)

        event(1, b"".join(counted(text) for text in (b"\1" * 20, b"console=hvc0", b"4.20.3", b"\2" * 20, b"dom0=pvh"))
              + struct.pack("<I", 0))
        event(2, struct.pack("<Q", 4096) + digest(b"lcm"))
        for number in range(records - 5):
            domid = number % DOMIDS + 1
            domids.append(domid)
            event(4, _domain(domid))
        event(8, _configuration(domids))
        event(5, struct.pack("<I", sequence) + struct.pack("<H", 0x000B) + everything.digest())
        append(4, bytes(4))


def counted(text: bytes) -> bytes:
    return struct.pack("<I", len(text)) + text


def digest(data: bytes) -> bytes:
    return struct.pack("<H", 0x000B) + hashlib.sha256(data).digest()


def _domain(domid: int) -> bytes:
    """As the rig's own: kernel, start info, memory map, ACPI tables."""
    name = b"domain%d" % domid
    fields = struct.pack("<I", domid) + counted(name) + bytes(16) + struct.pack("<IIIQ", 0, 2, 1, 0x100000)
    fields += digest(b"registers" + name) + counted(b"console=hvc0 " + name) + struct.pack("<I", 4)
    for role, place, size in ((1, 0x100000, 0x10000), (5, 0x200000, 56), (6, 0x200100, 72), (7, 0xFC000000, 4096)):
        fields += struct.pack("<IIQQ", role, 1, place, size) + digest(b"%d %s" % (role, name))
    return fields + struct.pack("<IQ", 0, 2057)


def _configuration(domids: list) -> bytes:
    fields = struct.pack("<III", 2, 2, 1) + counted(b"") + struct.pack("<I", len(domids))
    return fields + b"".join(struct.pack("<IQII", domid, 8192, 0, 0) for domid in domids)
