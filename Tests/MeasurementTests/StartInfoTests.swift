// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import Measurement

/// Xen's PVH start info (xen/include/public/arch-x86/hvm/start_info.h).
@Suite struct StartInfoTests {
    private func bytes(magic: UInt64 = 0x336E_C578, version: UInt64 = 1, entries: UInt64 = 3) -> [UInt8] {
        var bytes: [UInt8] = []
        for (value, count) in [
            (magic, 4), (version, 4), (0, 4), (2, 4), (0x1000, 8), (0x2000, 8), (0x3000, 8), (0x4000, 8), (entries, 4),
            (0, 4),
        ] as [(UInt64, Int)] { bytes.append(littleEndian: value, byteCount: count) }
        return bytes
    }

    private func isRefused(_ bytes: [UInt8]) -> Bool {
        do throws(MeasurementError) {
            _ = try StartInfo(parsing: bytes)
            return false
        } catch {
            return error == .badStartInfo
        }
    }

    @Test func everyFieldIsReadFromItsPlace() throws {
        let info = try StartInfo(parsing: bytes())
        #expect(info.moduleCount == 2)
        #expect([info.moduleList, info.commandLine, info.rsdp] == [0x1000, 0x2000, 0x3000])
        #expect(info.memoryMap == Segment(address: 0x4000, byteCount: 3 * 24))
    }

    @Test func everyBitOfTheMagicCounts() {
        for bit in 0..<32 { #expect(isRefused(bytes(magic: 0x336E_C578 ^ 1 << bit)), "bit \(bit)") }
    }

    /// The memory map came with version 1.
    @Test func versionIsAtLeastOne() {
        #expect(isRefused(bytes(version: 0)))
        for version in [1, 2, 0xFFFF_FFFF] as [UInt64] { #expect(!isRefused(bytes(version: version))) }
    }

    @Test func memoryMapHasUpTo128Entries() {
        #expect(!isRefused(bytes(entries: 128)))
        #expect(isRefused(bytes(entries: 129)))
    }

    @Test func itIsOfOneLength() {
        #expect(isRefused(bytes() + [0]))
        #expect(isRefused([UInt8](bytes().dropLast())))
    }
}
