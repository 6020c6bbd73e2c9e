# SPDX-License-Identifier: Apache-2.0
"""Reads a TCG crypto-agile log far enough to check what DomB wrote, by the specification and not by DomB's own code,
and compares it with PCRs through tpm2_eventlog."""
import hashlib
import re
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

EV_SEPARATOR = 0x04
EV_EVENT_TAG = 0x06
_HEADER_DATA = 32 + 24


class LogError(Exception):
    pass


@dataclass
class Event:
    pcr: int
    type: int
    digests: dict
    data: bytes


def parse(log: bytes) -> list:
    """The events behind the header record."""
    try:
        return _parse(log)
    except (struct.error, KeyError) as error:
        raise LogError(f"event log: malformed ({error})") from None


def _parse(log: bytes) -> list:
    (size,) = struct.unpack_from("<I", log, 28)
    if log[32:47] != b"Spec ID Event03":
        raise LogError("event log: the first record is not a specification id")
    (count,) = struct.unpack_from("<I", log, _HEADER_DATA)
    sizes = dict(struct.unpack_from("<HH", log, _HEADER_DATA + 4 + 4 * index) for index in range(count))
    offset, events = 32 + size, []
    while offset < len(log):
        pcr, kind, digests = struct.unpack_from("<III", log, offset)
        offset += 12
        values = {}
        for _ in range(digests):
            (algorithm,) = struct.unpack_from("<H", log, offset)
            values[algorithm] = log[offset + 2:offset + 2 + sizes[algorithm]]
            offset += 2 + sizes[algorithm]
        (length,) = struct.unpack_from("<I", log, offset)
        data = log[offset + 4:offset + 4 + length]
        if len(data) != length:
            raise LogError("event log: cut short")
        offset += 4 + length
        events.append(Event(pcr, kind, values, data))
    return events


_BANK = re.compile(r"^\s+(\w+):\s*$")
_VALUE = re.compile(r"^\s+(\d+)\s*:\s*0x([0-9A-Fa-f]+)\s*$")


def banks(text: str) -> dict:
    """{bank: {pcr: hex}} of what tpm2_pcrread prints, or of what stands below "pcrs:" in tpm2_eventlog's answer. A bank
    that the TPM has not allocated is printed without values, and is left out."""
    found, bank = {}, None
    for line in text.splitlines():
        if match := _BANK.match(line):
            bank = match.group(1)
        elif (match := _VALUE.match(line)) and bank:
            found.setdefault(bank, {})[int(match.group(1))] = match.group(2).lower()
    return found


def replayed(log: Path) -> dict:
    """The PCRs that the log gives, by tpm2_eventlog, which has to be content with every record."""
    done = subprocess.run(["tpm2_eventlog", str(log)], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise LogError(f"tpm2_eventlog: exit status {done.returncode}: {done.stderr.strip()}")
    if done.stderr.strip():
        raise LogError(f"tpm2_eventlog warns: {done.stderr.strip()}")
    _, separator, values = done.stdout.partition("\npcrs:\n")
    if not separator:
        raise LogError("tpm2_eventlog gave no PCRs")
    return banks(values)


_HASHES = {0x0004: hashlib.sha1, 0x000B: hashlib.sha256, 0x000C: hashlib.sha384, 0x000D: hashlib.sha512}


def wrong_digests(events: list) -> list:
    """Places of events with a digest that is not the hash of the event's own data."""
    return [number for number, event in enumerate(events, 1)
            if any(algorithm not in _HASHES or _HASHES[algorithm](event.data).digest() != digest
                   for algorithm, digest in event.digests.items())]


# DomB's records (docs/event-log.md): tag, length of the body, then kind, two zero bytes, sequence number.
DOMB_TAG = 0x6D0B21A7
CAP, ERROR, UNMEASURED = 5, 6, 7


def kinds(events: list) -> list:
    """The kinds of DomB's own records, in order."""
    return [struct.unpack_from("<H", event.data, 8)[0] for event in events if _is_domb(event)]


def separators(events: list) -> list:
    return [event.data for event in events if event.type == EV_SEPARATOR]


def error_texts(events: list) -> list:
    """What DomB's error records say: behind stage and domid, a counted text."""
    texts = []
    for event in events:
        if _is_domb(event) and struct.unpack_from("<H", event.data, 8)[0] == ERROR:
            (length,) = struct.unpack_from("<I", event.data, 24)
            texts.append(event.data[28:28 + length].decode("utf-8", "backslashreplace"))
    return texts


def _is_domb(event: Event) -> bool:
    return event.type == EV_EVENT_TAG and len(event.data) >= 16 and event.data[:4] == DOMB_TAG.to_bytes(4, "little")
