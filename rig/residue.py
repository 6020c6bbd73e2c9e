# SPDX-License-Identifier: Apache-2.0
"""What of a domain's image is left in the machine's memory beside the domain's own pages."""
import struct
from pathlib import Path

# Enough of a program's code to be found nowhere by chance.
MARKER_BYTES = 64
PT_LOAD, PF_X = 1, 1


def marker(image: Path) -> bytes:
    """Code of a 32-bit ELF image that its builder loads as it is."""
    data = image.read_bytes()
    table, = struct.unpack_from("<I", data, 28)
    size, count = struct.unpack_from("<HH", data, 42)
    for index in range(count):
        kind, offset, _, _, in_file, _, flags, _ = struct.unpack_from("<8I", data, table + index * size)
        if kind == PT_LOAD and flags & PF_X and in_file >= MARKER_BYTES:
            found = data[offset:offset + MARKER_BYTES]
            if data.count(found) == 1 and len(set(found)) > 16:
                return found
    raise ValueError(f"{image}: no code that could be searched for")


def places(running, wanted: bytes) -> list:
    """Physical addresses at which the machine's memory has these bytes."""
    machine = running.machine
    dump = machine.work / "memory.bin"
    # Memory below 4 GiB is one piece on this machine.
    running.monitor.command("pmemsave", val=0, size=machine.memory << 20, filename=dump.name)
    data = dump.read_bytes()
    dump.unlink()
    found, place = [], data.find(wanted)
    while place >= 0:
        found.append(place)
        place = data.find(wanted, place + 1)
    return found
