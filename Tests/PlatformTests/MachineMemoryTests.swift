// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Platform

@Suite struct MachineMemoryTests {
    private func entry(_ type: UInt32, _ range: Range<UInt64>) -> MachineMemory.Entry {
        MachineMemory.Entry(type: type, address: range.lowerBound, byteCount: range.upperBound - range.lowerBound)
    }

    private func isInUse(_ address: UInt64, _ entries: [MachineMemory.Entry]) -> Bool {
        MachineMemory.framesInUse(entries).contains { $0.contains(address >> 12) }
    }

    /// As a laptop with EFI has it.
    private var laptop: [MachineMemory.Entry] {
        [
            entry(1, 0..<0x9F000), entry(2, 0x9F000..<0xA0000), entry(2, 0xF0000..<0x10_0000),
            entry(1, 0x10_0000..<0x8000_0000), entry(2, 0x8000_0000..<0x8010_0000),
            entry(4, 0x8010_0000..<0x8020_0000), entry(3, 0x8020_0000..<0x8030_0000),
            entry(2, 0x8030_0000..<0x8A00_0000), entry(2, 0xE000_0000..<0xF000_0000),
            entry(2, 0xFEC0_0000..<0xFEC0_1000), entry(1, 0x1_0000_0000..<0x4_0000_0000),
            entry(2, 0x4_0000_0000..<0x4_0010_0000), entry(2, 0xFD_0000_0000..<0x100_0000_0000),
        ]
    }

    @Test(
        arguments: [
            (0x1000, true, "RAM"), (0x9F000, true, "the BIOS's data"), (0xB8000, false, "a hole: VGA"),
            (0xF0000, true, "the BIOS"), (0x8000_0000, true, "EFI's runtime services"), (0x8010_0000, true, "NVS"),
            (0x8020_0000, true, "ACPI tables"), (0x8030_0000, true, "stolen from the RAM that ends there"),
            (0x89FF_F000, true, "its end"), (0x9000_0000, false, "a hole: devices"),
            (0xE000_0000, false, "reserved for devices"), (0xFEC0_0000, false, "Xen's to refuse"),
            (0x2_0000_0000, true, "RAM above"), (0x4_0000_0000, true, "touches it"), (0x8_0000_0000, false, "a hole"),
            (0xFD_0000_0000, false, "reserved for the processor's links"),
        ] as [(UInt64, Bool, String)])
    func devicesLieInHolesAndReservedRangesApartFromMemory(_ address: UInt64, _ isInUse: Bool, _ what: String) {
        #expect(self.isInUse(address, laptop) == isInUse, "\(what)")
        #expect(self.isInUse(address, laptop.reversed()) == isInUse, "\(what), in another order")
    }

    /// Whatever a type is called in years to come: only 2 is known to hold devices.
    @Test(arguments: [0, 1, 3, 4, 5, 6, 7, 12, 20, 0xFFFF_FFFF] as [UInt32])
    func everyTypeButReservedIsInUse(_ type: UInt32) {
        #expect(isInUse(0xD000_0000, [entry(type, 0xD000_0000..<0xD000_1000)]))
        #expect(!isInUse(0xD000_0000, [entry(2, 0xD000_0000..<0xD000_1000)]))
    }

    /// A range that runs over the end reaches it; one of no bytes is none.
    @Test func rangesNeverTrap() {
        let over = MachineMemory.Entry(type: 1, address: .max - 0xFFF, byteCount: .max)
        #expect(isInUse(.max, [over]))
        #expect(MachineMemory.framesInUse([MachineMemory.Entry(type: 1, address: .max, byteCount: 0)]).isEmpty)
        #expect(isInUse(0, [MachineMemory.Entry(type: 2, address: 0, byteCount: .max), entry(1, 0..<0x1000)]))
    }
}
