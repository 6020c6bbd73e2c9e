# SPDX-License-Identifier: Apache-2.0
"""Reads a serial log: who said what, and what DomB left in it.

Xen puts "(XEN) " before its own lines and "(dN) " before those of domain N, each written whole. The hardware domain's
bytes come raw, a few at a time, so that a prefixed line can stand in the middle of one of its lines: taking the
prefixed lines out leaves its lines whole. The boot domain is the hardware domain until that role moves, "(d0) " after.
"""
import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, field

_PREFIXED = re.compile(r"\((XEN|d\d+)\) ([^\n]*)(\n|\Z)")


class ConsoleError(Exception):
    """What the log should hold and does not."""


@dataclass
class Console:
    boot: list = field(default_factory=list)
    xen: list = field(default_factory=list)
    domains: dict = field(default_factory=dict)

    def lines(self, domid: int) -> list:
        return self.domains.get(domid, [])


def split(text: str) -> Console:
    """Sorts the log's lines by who said them; an unfinished last line counts as a line."""
    console = Console()
    text = text.replace("\r", "")
    raw, position = "", 0

    def take(piece: str) -> None:
        nonlocal raw
        *whole, raw = (raw + piece).split("\n")
        console.boot.extend(whole)

    for match in _PREFIXED.finditer(text):
        take(text[position:match.start()])
        position = match.end()
        speaker, line = match.group(1), match.group(2)
        if speaker == "XEN":
            console.xen.append(line)
        elif speaker == "d0":
            console.boot.append(line)
        else:
            console.domains.setdefault(int(speaker[1:]), []).append(line)
    take(text[position:])
    if raw:
        console.boot.append(raw)
    return console


def _after(lines: list, prefix: str) -> list:
    return [line[len(prefix):] for line in lines if line.startswith(prefix)]


def trace(console: Console) -> list:
    """The operations that DomB issued, as dictionaries; a gap in the sequence numbers is an error."""
    entries = []
    for text in _after(console.boot, "domb-trace: "):
        try:
            entry = json.loads(text)
            number = entry["seq"]
            entry["us"], entry["op"], entry["domid"], entry["result"]
        except (ValueError, KeyError, TypeError) as error:
            raise ConsoleError(f"trace line {len(entries) + 1} is damaged ({error}): {text!r}") from None
        if entries and number != entries[-1]["seq"] + 1:
            raise ConsoleError(f"trace: entry {number} follows {entries[-1]['seq']}: lines are missing")
        entries.append(entry)
    if entries and entries[0]["seq"] not in (0, 1):
        raise ConsoleError(f"trace: begins with entry {entries[0]['seq']}: lines are missing")
    return entries


def event_log(console: Console) -> bytes | None:
    """The last TCG log that DomB wrote; None where it wrote none."""
    size, body, last = None, [], None
    for line in console.boot:
        if line.startswith("domb-log-begin: "):
            size, body = line.split()[-1], []
        elif line.startswith("domb-log: "):
            body.append(line[len("domb-log: "):].strip())
        elif line.startswith("domb-log-end: "):
            last = _decoded(size, body, line.split()[-1])
            size = None
    if size is not None:
        raise ConsoleError(f"event log: begun ({size} bytes) and never ended, after {len(body)} lines")
    return last


def _decoded(size: str | None, body: list, digest: str) -> bytes:
    if size is None:
        raise ConsoleError("event log: an end without a beginning")
    try:
        data = base64.b64decode("".join(body), validate=True)
    except binascii.Error as error:
        raise ConsoleError(f"event log: damaged base64 ({error})") from None
    if str(len(data)) != size:
        raise ConsoleError(f"event log: {len(data)} bytes arrived of {size}")
    if hashlib.sha256(data).hexdigest() != digest.lower():
        raise ConsoleError("event log: the bytes that arrived do not have the digest that DomB gave")
    return data


def guest_log(console: Console, domid: int) -> bytes | None:
    """The event log as a guest of the rig found it in its own memory; None where it shows none."""
    pieces = []
    for line in console.lines(domid):
        _, found, rest = line.partition("LINUX log: ")
        if found and rest.startswith("end "):
            data = bytes.fromhex("".join(pieces))
            return data if rest.split()[1] == str(len(data)) else None
        if found:
            pieces.append(rest.strip())
    return None


def measured(console: Console) -> list:
    """What DomB says it measured: dictionaries with domid, name and digest."""
    result = []
    for text in _after(console.boot, "domb-measured: "):
        try:
            entry = json.loads(text)
            entry["domid"], entry["name"], entry["digest"]
        except (ValueError, KeyError, TypeError) as error:
            raise ConsoleError(f"domb-measured: damaged ({error}): {text!r}") from None
        result.append(entry)
    return result


def messages(console: Console) -> list:
    """What DomB and the construct stage say to people."""
    return [line for line in console.boot if line.startswith(("domb: ", "domb-construct: "))]


_ALIVE = re.compile(r"\b(?:TINY|LINUX) (alive|tick \d+)")


def signs_of_life(lines: list) -> list:
    """What a guest of the rig says when it runs: "alive", then "tick N"."""
    return [match.group(1) for line in lines if (match := _ALIVE.search(line))]


def ran(console: Console, debugcon: str) -> set:
    """Who ever ran: domids, and "hardware domain" for what reached port 0xe9 outside of Xen's log."""
    found = {domid for domid, lines in console.domains.items() if signs_of_life(lines)}
    if signs_of_life(debugcon.splitlines()):
        found.add("hardware domain")
    return found
