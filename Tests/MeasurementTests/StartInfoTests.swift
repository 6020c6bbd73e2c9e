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

    /// The memory map came with version 1: in 40 bytes of version 0 there is none, and behind them nothing is read.
    @Test func version0EndsBeforeTheMemoryMap() throws {
        for bytes in [[UInt8](bytes(version: 0).prefix(40)), bytes(version: 0), bytes(version: 0, entries: 129)] {
            let info = try StartInfo(parsing: bytes)
            #expect(info.builder == .hypervisor && info.memoryMap.byteCount == 0 && info.rsdp == 0x3000)
        }
        #expect(try StartInfo(parsing: bytes()).builder == .toolstack)
    }

    @Test func anUnknownVersionIsNamed() {
        for version in [2, 0x100, 0xFFFF_FFFF] as [UInt32] {
            #expect(throws: MeasurementError.startInfoVersion(version)) {
                try StartInfo(parsing: bytes(version: UInt64(version)))
            }
        }
    }

    @Test func memoryMapHasUpTo128Entries() {
        #expect(!isRefused(bytes(entries: 128)))
        #expect(isRefused(bytes(entries: 129)))
    }

    @Test func aShorterOneIsNone() {
        #expect(isRefused([UInt8](bytes().dropLast())))
        #expect(isRefused([UInt8](bytes(version: 0).prefix(39))))
    }
}
