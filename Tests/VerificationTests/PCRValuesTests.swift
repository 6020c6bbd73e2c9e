// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Verification

/// What `tpm2_pcrread` prints, one line wrong: it is told which.
@Suite struct PCRValuesTests {
    private static let good = [
        "  sha1:", "    0 : 0x" + String(repeating: "0A", count: 20), "    11: 0x" + String(repeating: "0B", count: 20),
        "  sha256:", "    11: 0x" + String(repeating: "0C", count: 32), "  sm3_256:",
    ]

    private func problem(_ lines: [String]) -> StructureError? {
        do throws(StructureError) {
            _ = try PCRValues(parsing: Array((lines.joined(separator: "\n") + "\n").utf8))
            return nil
        } catch {
            return error
        }
    }

    /// A bank that DomB does not know is passed over, whatever its name.
    @Test(arguments: Array("0123456789abcdefghijklmnopqrstuvwxyz_")) func everyLetterAndDigitMayBeInABanksName(
        _ character: Character
    ) {
        let unknown = "  x\(character):"
        #expect(problem(Self.good + [unknown, "    11: 0x0A"]) == nil, "'\(unknown)'")
    }

    @Test func aWrongLineIsToldByItsNumber() {
        #expect(problem(Self.good) == nil)
        let wrong: [(String, StructureError.Code)] = [
            ("x", .notText), ("  SHA384:", .notText), ("  sha384: x", .notText), ("    12:", .notText), (":", .notText),
            ("    24: 0x00", .notText), ("    011: 0x00", .notText), ("    -1: 0x00", .notText),
            ("    12: 0x", .notText), ("    12: 0x0", .notText), ("    12: 0x00 00", .notText),
            ("Bank/Algorithm: SHA1", .notText), ("  sha1:", .duplicate),
            ("Bank/Algorithm: TPM_ALG_SHA1(4)", .duplicate),
        ]
        for index in 1..<Self.good.count {
            for (line, code) in wrong {
                var lines = Self.good
                lines.insert(line, at: index)
                #expect(problem(lines)?.code == code, "'\(line)' on line \(index + 1)")
                #expect(problem(lines)?.offset == index + 1, "'\(line)' on line \(index + 1)")
            }
        }
    }

    @Test func aValueIsOfItsBanksSizeAndGivenOnce() {
        var lines = Self.good
        lines[2] = "    11: 0x" + String(repeating: "0B", count: 32)
        #expect(problem(lines)?.code == .badSize && problem(lines)?.offset == 3)
        lines = Self.good
        lines.insert(lines[2], at: 3)
        #expect(problem(lines)?.code == .duplicate && problem(lines)?.offset == 4)
    }
}
