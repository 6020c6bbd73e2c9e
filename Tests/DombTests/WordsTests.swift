// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

@testable import domb

@Suite struct WordsTests {
    @Test func jsonKeepsTheOrderAndEscapes() {
        let value = JSON.object([
            ("b", .string("\"\\\n\u{1B}é")), ("a", .array([.number(UInt64.max), .boolean(true), .null])),
            ("empty", .object([])), ("none", .array([])),
        ])
        #expect(
            value.written() == """
                {
                  "b": "\\"\\\\\\u000a\\u001bé",
                  "a": [
                    18446744073709551615,
                    true,
                    null
                  ],
                  "empty": {},
                  "none": []
                }
                """)
    }

    @Test(
        arguments: [
            ([], ""), ([1], "0"), ([0b1011], "0-1,3"), ([1 << 63, 1], "63-64"), ([.max, .max], "0-127"),
            ([0, 2], "65"),
        ] as [([UInt64], String)]) func cpuSetsAreWrittenAsTheyAreRead(words: [UInt64], list: String)
    {
        #expect(cpuList(CPUSet(words: words)) == list)
    }

    @Test func handlesAreWrittenAsUUIDs() {
        #expect(
            uuid(DomainHandle(high: 0x7D44_4840_9DC0_11D1, low: 0xB245_5FFD_CE74_FA01))
                == "7d444840-9dc0-11d1-b245-5ffdce74fa01")
    }

    @Test func textFromOutsideCannotMoveTheCursor() {
        #expect(text([0x1B, 0x5B, 0x41, 0x0A, 0x5C]) == "\\x1b[A\\x0a\\x5c")
    }

    @Test func rolesAreInBitOrder() {
        #expect(DomainRoles([.recovery, .control, .legacyDom0]).names == ["control", "recovery", "legacy-dom0"])
    }
}
