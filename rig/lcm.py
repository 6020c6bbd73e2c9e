# SPDX-License-Identifier: Apache-2.0
"""From a device tree source to the ACPI tables that carry it: the images' fragment (`domb image`), the blob (dtc), the
tables (`domb table`)."""
import re
from dataclasses import dataclass
from pathlib import Path

import paths
from tools import run

_MODULE = re.compile(r"(\w+):\s*(kernel|ramdisk)\s*\{[^{}]*?module-index\s*=\s*<(\d+)>")

_DOMAIN = re.compile(r"(?:\b(\w+):\s*)?\b([\w-]+)\s*\{\s*compatible = \"xen,domain\"")


class PatchError(Exception):
    pass


@dataclass
class LCM:
    dtb: Path
    tables: list


def patched(text: str, patches: list) -> str:
    """Replaces each (old, new), where old must stand exactly once."""
    for old, new in patches:
        if text.count(old) != 1:
            raise PatchError(f"the source holds {old!r} {text.count(old)} times, not once")
        text = text.replace(old, new)
    return text


def images_fragment(source: str, images: dict) -> str:
    """What `domb image` says of every boot module that the source labels; images maps module-index to file."""
    fragment = ""
    known = {}
    for label, kind, index in _MODULE.findall(source):
        image = images.get(int(index))
        if image is None:
            raise PatchError(f"{label}: no image is given for module-index {index}")
        options = ["--ramdisk"] if kind == "ramdisk" else []
        key = (image, kind)
        if key not in known:
            known[key] = (label, run(paths.DOMB, "image", *options, "--label", label, image))
        first, text = known[key]
        # Two domains may share an image: hashing 60 MB once is enough.
        fragment += text.replace(f"&{first} ", f"&{label} ", 1)
    return fragment


def build(source: Path, images: dict, work: Path, patches: list = (), hostile: bool = False, binary: bool = False) -> LCM:
    """Compiles a source of examples/ into work/lcm.dtb and work/lcmN.aml, a binary one by way of work/lcm.xlcm; a
    hostile one is packed unread."""
    text = patched(source.read_text(), list(patches))
    dts, dtb = work / source.name, work / "lcm.dtb"
    dts.write_text(text)
    (work / f"{source.stem}-images.dtsi").write_text(images_fragment(text, images))
    run("dtc", "-I", "dts", "-O", "dtb", "-i", work, "-o", dtb, dts)
    if not binary:
        return LCM(dtb, tables(dtb, work, hostile))
    xlcm = work / "lcm.xlcm"
    run(paths.DOMB, "convert", dtb, "-o", xlcm, "--format", "xlcm")
    return LCM(xlcm, tables(xlcm, work, hostile))


def tables(dtb: Path, work: Path, hostile: bool = False) -> list:
    for old in work.glob("lcm*.aml"):
        old.unlink()
    run(paths.DOMB, "table", *(["--unchecked"] if hostile else []), dtb, "--output", work / "lcm")
    made = sorted(work.glob("lcm*.aml"), key=lambda path: int(re.sub(r"\D", "", path.stem)))
    if not made:
        raise PatchError(f"domb table made no table of {dtb}")
    return made


def early(dtb: Path, work: Path) -> Path:
    run(paths.DOMB, "table", "--initramfs", dtb, "--output", work / "early")
    return work / "early.cpio"


# What the table scenarios do to a good table. The header's length and checksum are made right again, as QEMU does
# with whatever it is given, unless the damage is just that.
def _rewritten(table: bytes, fix: bool = True) -> bytes:
    data = bytearray(table)
    if fix:
        data[4:8] = len(data).to_bytes(4, "little")
        data[9] = 0
        data[9] = -sum(data) & 0xFF
    return bytes(data)


def cut_short(table: bytes) -> bytes:
    return _rewritten(table[:-100])


def flipped_payload(table: bytes) -> bytes:
    """One bit of the LCM itself: the tables are whole, the digest in them is not the LCM's."""
    data = bytearray(table)
    data[-5] ^= 0x01
    return _rewritten(data)


def wrong_checksum(table: bytes) -> bytes:
    data = bytearray(table)
    data[9] ^= 0x01
    return _rewritten(data, fix=False)


def damaged(table: Path, damage) -> Path:
    result = table.with_name(f"damaged-{table.name}")
    result.write_bytes(damage(table.read_bytes()))
    return result


@dataclass
class SourceDomain:
    """What the source says of a domain, read without DomB's help, for the checks."""
    domid: int
    name: str
    is_hardware: bool
    needs: list


def domains(source: str) -> list:
    """The domains of a source of examples/, in its order."""
    found, labels = [], {}
    starts = list(_DOMAIN.finditer(source))
    ends = [start.start() for start in starts[1:]] + [len(source)]
    for start, end in zip(starts, ends):
        label, name = start.groups()
        part = source[start.start():end]
        domid = int(re.search(r"\bdomid = <(\d+)>", part).group(1))
        permissions = re.search(r"\bpermissions = <(\d+)>", part)
        needs = re.search(r"domb,depends-on = <([^>]*)>", part)
        labels[label] = domid
        found.append(SourceDomain(domid, name, bool(permissions and int(permissions.group(1)) & 2),
                                  re.findall(r"&(\w+)", needs.group(1)) if needs else []))
    for domain in found:
        domain.needs = [labels[label] for label in domain.needs]
    return found
