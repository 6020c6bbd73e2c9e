# SPDX-License-Identifier: Apache-2.0
"""No call of a host is left out of the trace: each method that a launch asks it by goes through the host's one funnel."""
import re
import unittest

import paths

SOURCES = paths.ROOT / "Sources"
PROTOCOLS = ("Platform/Hypervisor.swift", "Platform/Memory.swift",
             "Platform/Xenstore.swift", "Measurement/MeasurementProof.swift")
HOSTS = ("XenBindings", "SimulatedPlatform")
# Each with the reason.
UNTRACED = {
    "translate": "Xen is not asked: what is mapped by the list is in the trace",
    "beginHashing": "the digests that come of it are in the trace",
    "endHashing": "nothing is asked",
    "shutDownCaller": "nothing can be written after it: announceHandoff did before",
}
REQUIREMENT = re.compile(r"^    mutating func (\w+)", re.M)
HOST = re.compile(r"^(?:public struct|extension) (?:Xenctrl|Simulated)Hypervisor\b", re.M)
HEAD = re.compile(r"(?=^    (?:(?:public|private|fileprivate|static|mutating|borrowing) )*(?:func|init)\b)", re.M)
FUNNEL = re.compile(r"\btry (?:call|issue)\(\s*(?:\.|change\.operation)")


def required() -> list:
    texts = [(SOURCES / name).read_text() for name in PROTOCOLS]
    return [name for text in texts for protocol in re.findall(r"^public protocol .*?^\}", text, re.M | re.S)
            for name in REQUIREMENT.findall(protocol)]


def methods(host: str) -> list:
    """The names and texts of a host's public methods."""
    texts = [path.read_text() for path in sorted((SOURCES / host).glob("*.swift"))]
    parts = [part for text in texts if HOST.search(text) for part in HEAD.split(text)]
    return [(head[1], part) for part in parts if (head := re.match(r"    public mutating func (\w+)", part))]


class Funnel(unittest.TestCase):
    def test_every_call_of_every_host_is_in_the_trace(self):
        names = required()
        self.assertGreater(len(names), 40)
        for host in HOSTS:
            for name in names:
                texts = [text for method, text in methods(host) if method == name]
                self.assertTrue(texts, f"{host}: {name} is not there")
                for text in texts:
                    with self.subTest(host=host, method=name):
                        self.assertEqual(bool(FUNNEL.search(text)), name not in UNTRACED)
