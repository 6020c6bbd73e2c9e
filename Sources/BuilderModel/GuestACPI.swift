// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The ACPI tables of a PVH guest: RSDP, XSDT, a hardware-reduced FADT, an empty DSDT, and a MADT that names each
/// vcpu's local APIC. Linux as a PVH guest has no timer without the latter. ACPI specification 6.5, chapter 5.
///
/// The bytes depend on the count of vcpus alone.
public struct GuestACPI: Equatable, Sendable {
    /// Just above low memory, where libxl puts them too: nothing else lies between here and the special pages.
    public static let address: UInt64 = 0xFC00_0000
    /// Xen gives vcpu n the APIC id 2n, which is one byte in a MADT's local APIC entry. HVM_MAX_VCPUS is the same.
    public static let maximumVCPUs = Limits.hvmVCPUs

    private static let headerSize = 36
    private static let localAPICAddress: UInt64 = 0xFEE0_0000

    /// All tables, the RSDP first.
    public let bytes: [UInt8]

    public init(vcpus: UInt32) {
        let dsdt = Self.table("DSDT", revision: 2, body: [])
        let madt = Self.madt(vcpus: vcpus)
        let rsdpSize = 36
        // Tables start at multiples of 16, as everything that firmware writes does.
        let dsdtPlace = Self.aligned(rsdpSize)
        let madtPlace = Self.aligned(dsdtPlace + dsdt.count)
        let fadtPlace = Self.aligned(madtPlace + madt.count)
        let fadt = Self.fadt(dsdt: Self.address + UInt64(dsdtPlace))
        let xsdtPlace = Self.aligned(fadtPlace + fadt.count)
        let xsdt = Self.xsdt([Self.address + UInt64(fadtPlace), Self.address + UInt64(madtPlace)])

        var blob = Self.rsdp(xsdt: Self.address + UInt64(xsdtPlace))
        for (place, table) in [(dsdtPlace, dsdt), (madtPlace, madt), (fadtPlace, fadt), (xsdtPlace, xsdt)] {
            blob.append(contentsOf: [UInt8](repeating: 0, count: place - blob.count))
            blob.append(contentsOf: table)
        }
        bytes = blob
    }

    private static func aligned(_ place: Int) -> Int { (place + 15) & ~15 }

    private static func rsdp(xsdt: UInt64) -> [UInt8] {
        var table = Line("RSD PTR ").bytes
        table.append(0)
        table.append(contentsOf: Line("DOMB  ").bytes)
        table.append(2)  // revision: ACPI 2.0 and later
        table.append(littleEndian: 0, byteCount: 4)  // no RSDT
        table.append(littleEndian: 36, byteCount: 4)
        table.append(littleEndian: xsdt, byteCount: 8)
        table.append(contentsOf: [0, 0, 0, 0])
        // The first checksum covers what ACPI 1.0 knew: 20 bytes.
        table[8] = checksum(table.prefix(20))
        table[32] = checksum(table[...])
        return table
    }

    private static func xsdt(_ addresses: [UInt64]) -> [UInt8] {
        var body: [UInt8] = []
        for address in addresses { body.append(littleEndian: address, byteCount: 8) }
        return table("XSDT", revision: 1, body: body)
    }

    private static func fadt(dsdt: UInt64) -> [UInt8] {
        var body = [UInt8](repeating: 0, count: 276 - headerSize)
        // Offsets are those of the table, header included.
        func set(_ value: UInt64, at offset: Int, byteCount: Int) {
            for index in 0..<byteCount {
                body[offset - headerSize + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8))
            }
        }
        set(dsdt, at: 40, byteCount: 4)
        // IAPC_BOOT_ARCH: no VGA to probe, no CMOS clock.
        set(1 << 2 | 1 << 5, at: 109, byteCount: 2)
        // Flags: WBINVD works, no fixed power and sleep buttons, HW_REDUCED_ACPI.
        set(1 << 0 | 1 << 4 | 1 << 5 | 1 << 20, at: 112, byteCount: 4)
        set(dsdt, at: 140, byteCount: 8)
        return table("FACP", revision: 6, body: body)
    }

    private static func madt(vcpus: UInt32) -> [UInt8] {
        var body: [UInt8] = []
        body.append(littleEndian: localAPICAddress, byteCount: 4)
        body.append(littleEndian: 0, byteCount: 4)  // no 8259 interrupt controllers
        for vcpu in 0..<vcpus {
            // Processor local APIC: type, length, processor uid, APIC id, flags (enabled).
            body.append(contentsOf: [0, 8, UInt8(truncatingIfNeeded: vcpu), UInt8(truncatingIfNeeded: vcpu * 2)])
            body.append(littleEndian: 1, byteCount: 4)
        }
        return table("APIC", revision: 5, body: body)
    }

    private static func table(_ signature: StaticString, revision: UInt8, body: [UInt8]) -> [UInt8] {
        var table = Line(signature).bytes
        table.append(littleEndian: UInt64(headerSize + body.count), byteCount: 4)
        table.append(contentsOf: [revision, 0])
        table.append(contentsOf: Line("DOMB  DOMBPVH ").bytes)
        table.append(littleEndian: 1, byteCount: 4)
        table.append(contentsOf: Line("DOMB").bytes)
        table.append(littleEndian: 1, byteCount: 4)
        table.append(contentsOf: body)
        table[9] = checksum(table[...])
        return table
    }

    /// What makes the bytes sum to zero, given that the checksum's own place still holds zero.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt8 {
        var sum: UInt8 = 0
        for byte in bytes { sum &+= byte }
        return 0 &- sum
    }
}
