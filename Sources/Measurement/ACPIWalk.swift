// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Where a domain's ACPI tables lie, found as its kernel finds them: the RSDP, the XSDT that it names, what that names, and
/// what a FADT names (ACPI specification 6.5, sections 5.2.5 to 5.2.9). For builders that leave no memory map.
///
/// Only signatures, lengths, checksums and addresses are looked at, in a bounded number of tables, all below `end`.
public struct ACPIWalk {
    /// Copies so many bytes from a guest-physical address.
    public typealias Reader = (_ address: UInt64, _ byteCount: Int) throws(MeasurementError) -> [UInt8]

    private static let tableLimit = 64
    private static let byteLimit: UInt64 = 1 << 20
    private static let rsdpSize = 36
    private static let headerSize = 36
    /// FIRMWARE_CTRL, DSDT, X_FIRMWARE_CTRL and X_DSDT: offset and size.
    private static let pointers = [(36, 4), (40, 4), (132, 8), (140, 8)]

    private let end: UInt64
    private var found: [Segment] = []

    /// In ascending order. `end` is that of the domain's memory.
    public static func tables(from rsdp: UInt64, below end: UInt64, _ read: Reader) throws(MeasurementError)
        -> [Segment]
    {
        var walk = ACPIWalk(end: end)
        let root = try walk.rootTable(rsdp, read)
        let list = try walk.table(root, read)
        guard list.starts(with: Line("XSDT").bytes) else { throw .badACPITable(root) }
        var next = stride(from: headerSize, to: list.count - 7, by: 8).map { StartInfo.integer(list, $0, 8) }
        while let address = next.popLast() {
            // Zero names none, and what two name is one.
            guard address != 0, !walk.found.contains(where: { $0.address == address }) else { continue }
            let table = try walk.table(address, read)
            guard table.starts(with: Line("FACP").bytes) else { continue }
            for (offset, size) in pointers where offset + size <= table.count {
                next.append(StartInfo.integer(table, offset, size))
            }
        }
        return walk.found.inOrder { $0.address < $1.address }
    }

    /// The XSDT's address. An RSDT beside it would be a list of its own, which some kernels prefer.
    private mutating func rootTable(_ address: UInt64, _ read: Reader) throws(MeasurementError) -> UInt64 {
        let pointer = try copy(address, Self.rsdpSize, read)
        guard pointer.starts(with: Line("RSD PTR ").bytes), pointer[15] >= 2,
            StartInfo.integer(pointer, 16, 4) == 0, StartInfo.integer(pointer, 20, 4) == UInt64(Self.rsdpSize),
            Self.sum(pointer.prefix(20)) == 0, Self.sum(pointer[...]) == 0
        else { throw .badACPITable(address) }
        found.append(Segment(address: address, byteCount: UInt64(Self.rsdpSize)))
        return StartInfo.integer(pointer, 24, 8)
    }

    private mutating func table(_ address: UInt64, _ read: Reader) throws(MeasurementError) -> [UInt8] {
        let header = try copy(address, Self.headerSize, read)
        let size = StartInfo.integer(header, 4, 4)
        guard size >= UInt64(Self.headerSize), size <= Self.byteLimit, found.count < Self.tableLimit else {
            throw .badACPITable(address)
        }
        let table = try copy(address, Int(size), read)
        // The FACS alone has no checksum.
        guard table.starts(with: Line("FACS").bytes) || Self.sum(table[...]) == 0 else { throw .badACPITable(address) }
        found.append(Segment(address: address, byteCount: size))
        return table
    }

    private func copy(_ address: UInt64, _ count: Int, _ read: Reader) throws(MeasurementError) -> [UInt8] {
        guard address <= end, UInt64(count) <= end - address else { throw .badACPITable(address) }
        let bytes = try read(address, count)
        guard bytes.count == count else { throw .badACPITable(address) }
        return bytes
    }

    private static func sum(_ bytes: ArraySlice<UInt8>) -> UInt8 { bytes.reduce(0) { $0 &+ $1 } }

    private init(end: UInt64) { self.end = end }
}
