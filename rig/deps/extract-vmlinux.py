#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the ELF kernel that a bzImage holds: extract-vmlinux.py BZIMAGE OUTPUT.

The setup header's payload_offset (0x248) and payload_length (0x24c) say where the compressed payload is
(Linux, Documentation/arch/x86/boot.rst); Debian 12 compresses with xz. The last four bytes are the size.
"""
import lzma
import struct
import sys


def main() -> int:
    image = open(sys.argv[1], "rb").read()
    if image[0x202:0x206] != b"HdrS":
        print(f"{sys.argv[1]}: not a bzImage", file=sys.stderr)
        return 65
    setup_sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    payload = lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(image[start:start + length])
    if payload[:4] != b"\x7fELF":
        print(f"{sys.argv[1]}: the payload is not an ELF kernel", file=sys.stderr)
        return 65
    with open(sys.argv[2], "wb") as out:
        out.write(payload)
    return 0


if __name__ == "__main__":
    sys.exit(main())
