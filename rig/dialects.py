# SPDX-License-Identifier: Apache-2.0
"""What the readers of hypervisors make of a device tree: those of the previews of 2022 to 2024 and of the series of 2025, by
the rules of their sources, faults and all. Independent of `domb`, which writes the trees."""
import re
import struct
from dataclasses import dataclass, field

BEGIN, END, PROPERTY, NOTHING, LAST = 1, 2, 3, 4, 9


class Crash(Exception):
    """Where the hypervisor would stop, or go on as if there were no tree."""


@dataclass
class Node:
    name: str
    properties: dict = field(default_factory=dict)
    children: list = field(default_factory=list)

    def compatible(self, word: str) -> bool:
        return word.encode() in self.properties.get("compatible", b"").split(b"\0")

    def u32(self, name: str, default=None):
        value = self.properties.get(name)
        return default if value is None or len(value) < 4 else struct.unpack(">I", value[:4])[0]

    def child(self, name: str):
        return next((child for child in self.children if child.name == name), None)


@dataclass
class Domain:
    name: str
    domid: int
    roles: int
    functions: int
    mode: int
    cpus: int
    pages: int
    kernel: int | None = None
    ramdisk: int | None = None
    starts: bool = False


def parsed(blob: bytes) -> Node:
    """The tree of a blob, as libfdt walks it."""
    magic, _, structure, strings = struct.unpack(">4I", blob[:16])
    if magic != 0xD00DFEED:
        raise Crash("not a blob")
    stack, root, place = [Node("")], None, structure
    while True:
        token, = struct.unpack_from(">I", blob, place)
        place += 4
        if token == BEGIN:
            end = blob.index(b"\0", place)
            stack.append(Node(blob[place:end].decode()))
            place = end + 4 - end % 4
        elif token == END:
            node = stack.pop()
            stack[-1].children.append(node)
            root = node
        elif token == PROPERTY:
            size, name = struct.unpack_from(">2I", blob, place)
            start = strings + name
            stack[-1].properties[blob[start:blob.index(b"\0", start)].decode()] = blob[place + 8:place + 8 + size]
            place += 8 + (size + 3) // 4 * 4
        elif token == LAST:
            return root
        elif token != NOTHING:
            raise Crash(f"token {token}")


def hypervisor(blob: bytes) -> Node:
    chosen = parsed(blob).child("chosen")
    found = chosen and chosen.child("hypervisor")
    if not found or not found.compatible("hypervisor,xen"):
        raise Crash("no launch: module 0 is dom0's kernel")
    return found


def size(text: bytes) -> int:
    """parse_size_and_unit: a number as C has it, and one letter; KiB without."""
    number, unit = re.match(rb"(0[xX][0-9a-fA-F]+|\d*)(.?)", text.split(b"\0")[0]).groups()
    shift = {b"T": 40, b"G": 30, b"M": 20, b"K": 10, b"B": 0}.get(unit.upper(), 10)
    return int(number or b"0", 0) << shift


# 2022 to 2024: common/domain-builder/fdt.c

def _module_2024(node: Node, kinds: dict) -> int | None:
    """The index, or None for NULL."""
    if node.compatible("module,index"):
        index = node.u32("module-index", 0)
        if index == 0:
            return None
        for kind in ("kernel", "ramdisk", "microcode", "xsm-policy"):
            if node.compatible(f"module,{kind}"):
                kinds[index] = kind
        return index
    return None


def _domain_2024(node: Node, kinds: dict) -> Domain:
    if "memory" not in node.properties:
        raise Crash(f"panic: node {node.name} missing `memory' property")
    if len(node.properties["memory"]) >= 64:
        raise Crash(f"panic: node {node.name} invalid `memory' property")
    pages = (size(node.properties["memory"]) + 4095) // 4096
    domain = Domain(node.name, node.u32("domid", 0), node.u32("permissions", 0), node.u32("functions", 0),
                    node.u32("mode", 0), node.u32("cpus", 1), pages)
    for child in node.children:
        index = _module_2024(child, kinds)
        if index is None:
            raise Crash(f"#PF: {child.name} of {node.name} is no module")
        if kinds.get(index) == "kernel" and domain.kernel is None:
            domain.kernel = index
        elif kinds.get(index) == "ramdisk" and domain.ramdisk is None:
            domain.ramdisk = index
    initial = domain.functions >> 31 & 1
    domain.domid = 0 if initial else domain.domid
    domain.starts = bool(initial or domain.mode & 8)
    return domain


def read_2024(blob: bytes) -> list:
    node = hypervisor(blob)
    if not node.compatible("xen,x86"):
        raise Crash("no architecture: module 0 is dom0's kernel")
    domains, kinds = [], {}
    for child in node.children:
        if child.compatible("xen,config"):
            for module in child.children:
                _module_2024(module, kinds)
        elif child.compatible("xen,domain"):
            domains.append(_domain_2024(child, kinds))
        else:
            break  # failed to parse: what is behind is not read
    return _built(domains)


# 2025: arch/x86/domain-builder/fdt.c of the series

def _module_2025(node: Node) -> int:
    if not node.compatible("multiboot,module"):
        raise Crash(f"{node.name}: not a multiboot,module")
    if ("module-index" in node.properties) == ("reg" in node.properties):
        raise Crash(f"{node.name}: module-index or reg")
    index = node.u32("module-index")
    if index is not None and index >= 63:
        raise Crash(f"{node.name}: index {index}")
    return index


def _domain_2025(node: Node, taken: set) -> Domain:
    domid, mode, memory = node.u32("domid"), node.u32("mode", 0), node.properties.get("memory", b"")
    if domid is None or domid >= 0x7FF0 or domid in taken:
        raise Crash(f"{node.name}: domid {domid}")
    taken.add(domid)
    if mode & 3 == 3:
        raise Crash(f"{node.name}: mode {mode}")
    if len(memory) != 8:
        raise Crash(f"{node.name}: memory")
    capabilities = node.u32("capabilities", 0) & 7
    domain = Domain(node.name, domid, capabilities, 0, mode, node.u32("cpus", 1), struct.unpack(">Q", memory)[0] // 4)
    for child in node.children:
        if child.compatible("multiboot,kernel"):
            domain.kernel = _module_2025(child)
        elif child.compatible("multiboot,ramdisk"):
            domain.ramdisk = _module_2025(child)
    domain.starts = bool(capabilities & 2 or mode & 8)
    return domain


def read_2025(blob: bytes) -> list:
    taken = set()
    return _built([_domain_2025(child, taken) for child in hypervisor(blob).children if child.compatible("xen,domain")])


def _built(domains: list) -> list:
    kernels = [domain.kernel for domain in domains]
    if None in kernels:
        raise Crash("a domain without a kernel")
    if len(set(kernels)) < len(kernels):
        raise Crash("a module has one command line")
    if not any(domain.starts for domain in domains):
        raise Crash("panic: no domains scheduled to start on boot")
    return domains


READERS = {"xen-2024": read_2024, "xen-2025": read_2025}
