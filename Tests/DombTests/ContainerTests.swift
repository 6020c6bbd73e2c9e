// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// The LCM as ACPI tables.
@Suite struct ContainerTests {
    private static let lcm = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    private static let partHeader = 36

    private func tables(_ lcm: [UInt8] = lcm) throws -> [[UInt8]] {
        try LaunchControlContainer.tables(for: lcm, hashing: SwiftCryptoHash.self)
    }

    private func assembled(_ tables: [[UInt8]]) throws(ContainerError) -> [UInt8]? {
        try LaunchControlContainer.assemble(tables, hashing: SwiftCryptoHash.self)
    }

    private func refusal(of tables: [[UInt8]]) -> ContainerError? {
        do throws(ContainerError) {
            _ = try assembled(tables)
            return nil
        } catch {
            return error
        }
    }

    /// The table with one byte changed and its checksum made right again.
    private func changed(_ table: [UInt8], at offset: Int, to value: UInt8) -> [UInt8] {
        var table = table
        table[offset] = value
        return checksummed(table)
    }

    private func checksummed(_ table: [UInt8]) -> [UInt8] {
        var table = table
        table.replaceSubrange(4..<8, with: (0..<4).map { UInt8(truncatingIfNeeded: table.count >> (8 * $0)) })
        table[9] = 0
        table[9] = 0 &- table.reduce(0, &+)
        return table
    }

    private func foreign(_ id: String) -> [UInt8] {
        checksummed(bytes("OEM1\0\0\0\0\u{1}\0VENDOR\(id)") + [UInt8](repeating: 7, count: 20))
    }

    private func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

    @Test func smallModuleIsOneTable() throws {
        let tables = try tables([1, 2, 3])
        #expect(tables.count == 1)
        let table = try #require(tables.first)
        #expect(table.count == 36 + 48 + 3)
        #expect(table[0..<4].elementsEqual(bytes("OEM1")))
        #expect(table[10..<24].elementsEqual(bytes("DOMB  DOMB-LCM")))
        #expect(table[36..<52].elementsEqual(bytes("DLCM") + [1, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0]))
        #expect(table[52..<84].elementsEqual(SwiftCryptoHash.digest(.sha256, of: [1, 2, 3]).bytes))
        #expect(table.reduce(0, &+) == 0)
        #expect(try assembled(tables) == [1, 2, 3])
    }

    @Test func noTableIsLargerThanQEMUTakes() throws {
        let tables = try tables()
        #expect(tables.count == 4)
        #expect(tables.allSatisfy { $0.count - 36 <= 65_499 })
    }

    @Test(arguments: [0, 1, 65_450, 65_451, 65_452, 130_902, 130_903])
    func everyLengthComesBackWhole(_ length: Int) throws {
        let lcm = [UInt8](Self.lcm[..<length])
        #expect(try assembled(try tables(lcm)) == lcm)
    }

    @Test func partsMayComeInAnyOrderAmongOthers() throws {
        let parts = try tables()
        for order in [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            var all = [foreign("DOMB-LCN"), [], [1, 2, 3]]
            for index in order { all += [parts[index], foreign("BXPC    ")] }
            #expect(try assembled(all) == Self.lcm)
        }
    }

    @Test func signatureDoesNotMatter() throws {
        let table = try #require(try tables([5]).first)
        #expect(try assembled([changed(table, at: 3, to: UInt8(ascii: "9"))]) == [5])
    }

    @Test func tablesOfOthersAloneAreNoLCM() throws {
        #expect(try assembled([]) == nil)
        // Whatever state they are in: they are not ours to judge.
        var broken = foreign("BXPC    ")
        broken[9] &+= 1
        #expect(try assembled([broken, foreign("DOMB_LCM")]) == nil)
    }

    @Test func duplicatePartIsRefused() throws {
        let parts = try tables()
        #expect(refusal(of: parts + [parts[2]]) == .duplicatePart(part: 3))
    }

    @Test(arguments: 0..<4) func missingPartIsRefused(_ index: Int) throws {
        var parts = try tables()
        parts.remove(at: index)
        #expect(refusal(of: parts) == .missingPart(part: index + 1, parts: 4))
    }

    @Test func cutTableIsRefused() throws {
        let table = try #require(try tables([1, 2, 3]).first)
        for length in 36..<table.count {
            #expect(refusal(of: [[UInt8](table[..<length])]) == .tableCutShort(declared: 87, actual: length))
        }
        #expect(refusal(of: [table + [0]]) == .tableCutShort(declared: 87, actual: 88))
    }

    @Test func cutPartHeaderIsRefused() throws {
        let table = try #require(try tables([]).first)
        for length in 36..<84 { #expect(refusal(of: [checksummed([UInt8](table[..<length]))]) == .badPartHeader) }
    }

    @Test func everyWrongByteIsRefused() throws {
        // Any byte but those of the signature, and of the OEM table id that makes the table ours.
        let table = try #require(try tables([1, 2, 3]).first)
        for offset in table.indices where !(16..<24).contains(offset) {
            var wrong = table
            wrong[offset] ^= 0x10
            #expect(refusal(of: [wrong]) != nil, "byte \(offset)")
        }
    }

    @Test func wrongChecksumIsRefused() throws {
        var table = try #require(try tables([1, 2, 3]).first)
        table[86] &+= 5
        #expect(refusal(of: [table]) == .badChecksum(sum: 5))
    }

    @Test func wrongDigestIsRefused() throws {
        let table = try #require(try tables([1, 2, 3]).first)
        #expect(refusal(of: [changed(table, at: 86, to: 4)]) == .digestMismatch)
        #expect(refusal(of: [changed(table, at: 52, to: table[52] ^ 1)]) == .digestMismatch)
    }

    @Test func shortPartsAreRefused() throws {
        let table = try #require(try tables([1, 2, 3]).first)
        #expect(refusal(of: [checksummed([UInt8](table.dropLast()))]) == .cutShort(declared: 3, actual: 2))
        #expect(refusal(of: [checksummed(table + [4])]) == .cutShort(declared: 3, actual: 4))
    }

    @Test func partNumbersAreChecked() throws {
        let table = try #require(try tables([1]).first)
        #expect(refusal(of: [changed(table, at: 40, to: 0)]) == .partOutOfRange(part: 0, parts: 1))
        #expect(refusal(of: [changed(table, at: 40, to: 2)]) == .partOutOfRange(part: 2, parts: 1))
        #expect(refusal(of: [changed(table, at: 42, to: 0)]) == .partOutOfRange(part: 1, parts: 0))
        #expect(refusal(of: [changed(table, at: 42, to: 129)]) == .partOutOfRange(part: 1, parts: 129))
        #expect(refusal(of: [changed(table, at: 42, to: 128)]) == .missingPart(part: 2, parts: 128))
    }

    @Test(arguments: [36, 48]) func otherMagicAndReservedBytesAreRefused(_ offset: Int) throws {
        let table = try #require(try tables([1]).first)
        #expect(refusal(of: [changed(table, at: offset, to: 1)]) == .badPartHeader)
    }

    @Test func partsOfTwoModulesDoNotMix() throws {
        let other = try tables([UInt8](Self.lcm.reversed()))
        var parts = try tables()
        parts[1] = other[1]
        #expect(refusal(of: parts) == .partsDisagree)
    }

    @Test func moduleMayHaveFourMebibytes() throws {
        let largest = [UInt8](repeating: 9, count: Limits.moduleBytes)
        #expect(try assembled(try tables(largest)) == largest)
        #expect(throws: ContainerError.tooLarge(byteCount: Limits.moduleBytes + 1)) { try tables(largest + [9]) }
        let table = try #require(try tables([1]).first)
        #expect(refusal(of: [changed(table, at: 47, to: 1)]) == .tooLarge(byteCount: 1 << 24 + 1))
    }
}
