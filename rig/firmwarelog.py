# SPDX-License-Identifier: Apache-2.0
"""The firmware's event log, taken from the machine's memory from outside as soon as Xen speaks: it lies in boot services
memory, which Xen reuses, and Xen hands a PVH boot domain neither the EFI table nor the ACPI field that lead to it."""
import mmap
import struct
from pathlib import Path

_SIGNATURE = b"Spec ID Event03\0"
_HEADER = 32
_SIZES = {0x0004: 20, 0x000B: 32, 0x000C: 48, 0x000D: 64, 0x0012: 32}
_PCRS = 24


class NoLog(Exception):
    pass


def take(running, work: Path) -> Path:
    """Leaves firmware.bin: of the logs that lie in memory the one with the most events."""
    image = work / "memory.bin"
    size = running.machine.memory << 20
    running.stop()
    running.monitor.command("pmemsave", val=0, size=size, filename=str(image.resolve()))
    running.monitor.command("cont")
    try:
        with open(image, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as memory:
            logs = [_log_at(memory, place) for place in _places(memory)]
    finally:
        image.unlink()
    logs = [log for log in logs if log]
    if not logs:
        raise NoLog("no firmware event log in the machine's memory")
    log = work / "firmware.bin"
    log.write_bytes(max(logs, key=len))
    return log


def _places(memory):
    place = memory.find(_SIGNATURE)
    while place >= 0:
        if place >= _HEADER:
            yield place - _HEADER
        place = memory.find(_SIGNATURE, place + 1)


def _log_at(memory, start: int) -> bytes | None:
    """Record 0 and every whole TCG_PCR_EVENT2 behind it."""
    pcr, kind = struct.unpack_from("<II", memory, start)
    (size,) = struct.unpack_from("<I", memory, start + 28)
    if (pcr, kind) != (0, 3) or size > 256:
        return None
    offset = start + _HEADER + size
    while (end := _event_end(memory, offset)) is not None:
        offset = end
    return memory[start:offset]


def _event_end(memory, offset: int) -> int | None:
    try:
        pcr, _, count = struct.unpack_from("<III", memory, offset)
        if pcr >= _PCRS or not 1 <= count <= len(_SIZES):
            return None
        offset += 12
        for _ in range(count):
            (algorithm,) = struct.unpack_from("<H", memory, offset)
            offset += 2 + _SIZES[algorithm]
        (size,) = struct.unpack_from("<I", memory, offset)
        return offset + 4 + size if size < 1 << 20 else None
    except (struct.error, KeyError):
        return None
