// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@Suite struct BootOptionsTests {
    @Test func theLastWordOfANameCounts() {
        let line = Array("a=1 ab=2 a=3 a".utf8)
        #expect(BootOptions.value(of: "a", in: line) == Array("3".utf8))
        #expect(BootOptions.value(of: "b", in: line) == nil)
    }

    @Test(
        arguments: [
            ("console=com1 hardware_dom=5", 5), ("hardware_dom=5 hardware_dom=7", 7), ("hardware_dom=0", nil),
            ("hardware_dom=", nil), ("hardware_dom=1x", nil), ("hardware_dom=32752", nil),
            ("hardware_dom=99999999999", nil),
            ("xhardware_dom=5", nil),
        ] as [(String, UInt16?)]) func theLateHardwareDomainIsANumberBelowTheReservedOnes(
            line: String, expected: UInt16?
        )
    {
        #expect(BootOptions.lateHardwareDomain(in: Array(line.utf8))?.rawValue == expected)
    }
}
