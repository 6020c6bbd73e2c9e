// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import Measurement

/// The way from the RSDP to every table.
@Suite struct ACPIWalkTests {
    private static let base: UInt64 = 0x1000
    private typealias Built = HypervisorBuiltDomain

    /// Tables by their addresses.
    private struct Memory {
        var bytes = [UInt8](repeating: 0, count: 0x4000)

        mutating func put(_ table: [UInt8], _ address: Int) {
            bytes.replaceSubrange(address..<address + table.count, with: table)
        }

        func walk(from rsdp: UInt64 = ACPIWalkTests.base) -> Result<[Segment], MeasurementError> {
            do throws(MeasurementError) {
                return .success(
                    try ACPIWalk.tables(from: rsdp, below: UInt64(bytes.count)) {
                        (address: UInt64, count: Int) throws(MeasurementError) in
                        [UInt8](bytes[Int(address)..<Int(address) + count])
                    })
            } catch {
                return .failure(error)
            }
        }
    }

    private static func segments(_ places: (UInt64, UInt64)...) -> Result<[Segment], MeasurementError> {
        .success(places.map { Segment(address: $0.0, byteCount: $0.1) })
    }

    private static func memory(_ entries: [UInt64] = [0x1200]) -> Memory {
        var memory = Memory()
        memory.put(Built.pointer(xsdt: 0x1100), 0x1000)
        memory.put(Built.table("XSDT", entries.flatMap { Built.long($0) }), 0x1100)
        memory.put(Built.table("APIC", [1, 2, 3]), 0x1200)
        return memory
    }

    /// FIRMWARE_CTRL and DSDT, and their wide forms.
    private static func fadt(_ narrow: (UInt64, UInt64), _ wide: (UInt64, UInt64)) -> [UInt8] {
        var body = [UInt8](repeating: 0, count: 148 - 36)
        for (offset, value, count) in [(0, narrow.0, 4), (4, narrow.1, 4), (96, wide.0, 8), (104, wide.1, 8)] {
            for index in 0..<count { body[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
        }
        return Built.table("FACP", body)
    }

    @Test func zeroEntriesAndRepeatedOnesAreNoTables() {
        #expect(Self.memory([0, 0x1200, 0, 0x1200]).walk() == Self.segments((0x1000, 36), (0x1100, 68), (0x1200, 39)))
        #expect(Self.memory([]).walk() == Self.segments((0x1000, 36), (0x1100, 36)))
    }

    @Test func aFADTNamesTheDSDTAndTheFACS() {
        var memory = Self.memory([0x1200, 0x1300])
        memory.put(Built.table("DSDT", [9, 9]), 0x1400)
        // The FACS has no checksum.
        memory.put([UInt8]("FACS".utf8) + [64, 0, 0, 0, 1], 0x1500)
        for (narrow, wide) in [
            ((0x1500, 0x1400), (0, 0)), ((0, 0), (0x1500, 0x1400)), ((0x1500, 0x1400), (0x1500, 0x1400)),
        ]
            as [((UInt64, UInt64), (UInt64, UInt64))]
        {
            memory.put(Self.fadt(narrow, wide), 0x1300)
            #expect(
                memory.walk()
                    == Self.segments(
                        (0x1000, 36), (0x1100, 52), (0x1200, 39), (0x1300, 148), (0x1400, 38), (0x1500, 64)))
        }
        memory.put([8], 0x1409)
        #expect(memory.walk() == .failure(.badACPITable(0x1400)))
    }

    /// One byte more or less of RSDP, XSDT or table: named by its address.
    @Test func everyByteOfATableCounts() {
        let good = Self.memory()
        for (start, end) in [(0x1000, 0x1024), (0x1100, 0x112C), (0x1200, 0x1227)] {
            for address in start..<end {
                var memory = good
                memory.bytes[address] ^= 0x20
                guard case .failure = memory.walk() else {
                    #expect(Bool(false), "byte \(address)")
                    continue
                }
            }
        }
    }

    @Test func anRSDTIsRefused() {
        var memory = Self.memory()
        var pointer = Built.pointer(xsdt: 0x1100)
        pointer[17] = 0x12
        pointer[8] &-= 0x12
        memory.put(pointer, 0x1000)
        #expect(pointer.reduce(0, &+) == 0)
        #expect(memory.walk() == .failure(.badACPITable(0x1000)))
    }

    @Test(arguments: [0, 35, 0x100_0001, 0xFFFF_FFFF] as [UInt64]) func aLengthHasItsLimits(length: UInt64) {
        var memory = Self.memory()
        var table = Built.table("APIC", [])
        for index in 0..<4 { table[4 + index] = UInt8(truncatingIfNeeded: length >> UInt64(8 * index)) }
        memory.put(table, 0x1200)
        #expect(memory.walk() == .failure(.badACPITable(0x1200)))
    }

    @Test func theRootIsAnXSDTAndNotTheRSDPItself() {
        var memory = Self.memory()
        for place in [0, 0x1000, 0x1200, 0x3FFF, UInt64.max] {
            memory.put(Built.pointer(xsdt: place), 0x1000)
            #expect(memory.walk() == .failure(.badACPITable(place)))
        }
    }

    @Test func thereAreAtMost64Tables() {
        for count in [61, 62, 63] {
            var memory = Self.memory()
            memory.put(Built.pointer(xsdt: 0x3000), 0x1000)
            memory.put(Built.table("XSDT", (0..<count).flatMap { Built.long(UInt64(0x1400 + 40 * $0)) }), 0x3000)
            for index in 0..<count { memory.put(Built.table("SSDT", []), 0x1400 + 40 * index) }
            switch memory.walk() {
            case .success(let tables): #expect(tables.count == count + 2 && count < 63)
            case .failure(let error):
                #expect(count == 63)
                guard case .badACPITable = error else { Issue.record("\(error)"); return }
            }
        }
    }
}
