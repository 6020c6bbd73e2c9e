#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs an initramfs: a gzip'd cpio archive in the newc format (Linux, driver-api/early-userspace/buffer-format).

usage: pack.py OUTPUT.cpio.gz DST=SRC[:octal-mode] ...

Each SRC becomes the file DST; without a mode it is 755 if SRC's owner may execute it, else 644. Directories are made
as needed. /dev, /proc, /sys and the node /dev/console are always there: the kernel opens the console before any
program could make it. The same inputs give the same bytes: entries are sorted, and times, owners, inode numbers and
gzip's header say nothing of the machine. No root needed.
"""

import gzip
import os
import stat
import sys

CONSOLE = (5, 1)
MANDATORY = ("/dev", "/proc", "/sys")


class UsageError(Exception):
    pass


class Entry:
    def __init__(self, mode, data=b"", device=(0, 0)):
        self.mode = mode
        self.data = data
        self.device = device


def normalised(destination):
    parts = destination.split("/")
    if not destination.startswith("/") or any(part in ("", ".", "..") for part in parts[1:]):
        raise UsageError(f"{destination}: the destination has to be an absolute path without '.', '..' or '//'")
    return destination


def parsed(argument):
    destination, separator, source = argument.partition("=")
    if not separator or not source:
        raise UsageError(f"{argument}: expected DST=SRC[:octal-mode]")
    mode = None
    head, colon, tail = source.rpartition(":")
    if colon and tail and all(digit in "01234567" for digit in tail):
        source, mode = head, int(tail, 8)
        if mode > 0o7777:
            raise UsageError(f"{argument}: mode {tail} is more than 7777")
    return normalised(destination), source, mode


def add_file(entries, destination, source, mode):
    if destination in entries:
        raise UsageError(f"{destination}: given twice")
    with open(source, "rb") as file:
        data = file.read()
        if mode is None:
            executable = os.fstat(file.fileno()).st_mode & stat.S_IXUSR
            mode = 0o755 if executable else 0o644
    entries[destination] = Entry(stat.S_IFREG | mode, data)


def add_parents(entries):
    for path in list(entries):
        parent = os.path.dirname(path)
        while parent != "/":
            known = entries.setdefault(parent, Entry(stat.S_IFDIR | 0o755))
            if not stat.S_ISDIR(known.mode):
                raise UsageError(f"{path}: {parent} is a file")
            parent = os.path.dirname(parent)


def header(inode, entry, name_size):
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (inode, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0, *entry.device, name_size, 0)
    return b"070701" + b"".join(b"%08X" % field for field in fields)


def padded(data):
    return data + bytes(-len(data) % 4)


def archive(entries):
    members = [(path[1:], entries[path]) for path in sorted(entries)]
    members.append(("TRAILER!!!", Entry(0)))
    parts = []
    for inode, (name, entry) in enumerate(members, start=1):
        if name == "TRAILER!!!":
            inode = 0
        encoded = name.encode() + b"\0"
        parts.append(padded(header(inode, entry, len(encoded)) + encoded))
        parts.append(padded(entry.data))
    data = b"".join(parts)
    return data + bytes(-len(data) % 512)


def write(output, data):
    beside = f"{output}.new.{os.getpid()}"
    try:
        with open(beside, "wb") as file:
            with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed:
                packed.write(data)
        os.replace(beside, output)
    except BaseException:
        if os.path.exists(beside):
            os.unlink(beside)
        raise


def main(arguments):
    if len(arguments) < 2:
        raise UsageError("usage: pack.py OUTPUT.cpio.gz DST=SRC[:octal-mode] ...")
    entries = {path: Entry(stat.S_IFDIR | 0o755) for path in MANDATORY}
    entries["/dev/console"] = Entry(stat.S_IFCHR | 0o600, device=CONSOLE)
    for argument in arguments[1:]:
        add_file(entries, *parsed(argument))
    add_parents(entries)
    write(arguments[0], archive(entries))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UsageError as error:
        print(f"pack.py: {error}", file=sys.stderr)
        sys.exit(64)
    except OSError as error:
        print(f"pack.py: {error.filename}: {error.strerror}", file=sys.stderr)
        sys.exit(74)
