// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import Measurement

/// The memory map of a domain, as its start info has it.
@Suite struct MemoryMapTests {
    private func map(_ entries: (address: UInt64, size: UInt64, type: UInt64)...) throws -> MemoryMap {
        var bytes: [UInt8] = []
        for entry in entries {
            for value in [entry.address, entry.size, entry.type] { bytes.append(littleEndian: value, byteCount: 8) }
        }
        return try MemoryMap(parsing: bytes)
    }

    /// XEN_HVM_MEMMAP_TYPE_*: RAM, reserved, ACPI, NVS, unusable, disabled, persistent memory.
    @Test func ofAllKindsTwoAreForACPI() throws {
        for type in 0...16 as ClosedRange<UInt64> {
            let found = try map((0x1000, 0x1000, type))
            #expect(found.ranges == [Segment(address: 0x1000, byteCount: 0x1000)])
            #expect(found.acpi.isEmpty == ![3, 4].contains(type), "type \(type)")
        }
    }

    @Test func rangesForACPIAreInOrderAndEmptyOnesAreNone() throws {
        let found = try map((0x3000, 0x1000, 4), (0x2000, 0, 3), (0x1000, 0x1000, 3))
        #expect(found.acpi.map { $0.address } == [0x1000, 0x3000])
        #expect(found.ranges.count == 3)
    }

    @Test func rangesForACPIDoNotOverlap() throws {
        #expect(throws: MeasurementError.badMemoryMap) { try map((0x1000, 0x1001, 3), (0x2000, 0x1000, 4)) }
        #expect(throws: MeasurementError.badMemoryMap) { try map((0x2000, 0x1000, 3), (0x1000, 0x1001, 3)) }
        #expect(try map((0x1000, 0x1001, 1), (0x2000, 0x1000, 3)).acpi.count == 1)
    }

    @Test func aRangeBeyond64BitsIsRefused() {
        for type in [1, 3] as [UInt64] {
            #expect(throws: MeasurementError.badMemoryMap) { try map((.max, 1, type)) }
        }
    }
}
