// SPDX-License-Identifier: Apache-2.0

import Platform

/// The page tables that libxenguest gives a 64-bit PV domain (xg_dom_x86.c: count_pgtables, setup_pgtables_pv): at most two straight
/// mappings, the tables of each behind each other, the upper levels first.
struct PVTablePlan {
    private static let addressBits: UInt64 = (1 << 48) - 1
    private static let pageSize: UInt64 = 4096
    /// Present, writable, user, accessed, dirty.
    private static let tableFlags: UInt64 = 0x67
    /// Present, writable, accessed as libxenguest writes it, and what Xen adds: user, and its mark of a page of a guest's kernel.
    private static let pageFlags: UInt64 = 1 << 52 | 0x27
    private static let writable: UInt64 = 2

    /// A page of 512 entries. `level` 4 is the root.
    struct Table {
        let level: Int
        /// The first virtual address that goes through it, 48 bits.
        let address: UInt64
        let frame: UInt64
    }

    private struct Mapping {
        /// First and last byte, 48 bits.
        let address: ClosedRange<UInt64>
        let frame: UInt64
    }

    private(set) var tables: [Table] = []
    private var mappings: [Mapping] = []

    /// Bits of an address below those that choose an entry of a table of the level.
    private static func shift(_ level: Int) -> UInt64 { 12 + 9 * UInt64(level - 1) }

    /// How many tables the first mapping needs. `last`: the last byte's address.
    static func count(from first: UInt64, through last: UInt64) -> UInt64 {
        var plan = PVTablePlan()
        plan.map(from: first, through: last, to: 0, tablesAt: 0)
        return UInt64(plan.tables.count)
    }

    /// Maps whole pages on frames from `frame` on, by new tables from `tablesAt` on.
    mutating func map(from first: UInt64, through last: UInt64, to frame: UInt64, tablesAt: UInt64) {
        let (first, last) = (first & Self.addressBits, last & Self.addressBits)
        var next = tablesAt
        for level in (1...4).reversed() {
            let span = UInt64(1) << Self.shift(level + 1)
            var address = level == 4 ? 0 : first / span * span
            while address <= last {
                if !tables.contains(where: { $0.level == level && $0.address == address }) {
                    tables.append(Table(level: level, address: address, frame: next))
                    next += 1
                }
                if level == 4 { break }
                address += span
            }
        }
        mappings.append(Mapping(address: first...last, frame: frame))
    }

    /// The table's 4,096 bytes; `machineFrame` gives that of each frame. Tables are mapped read-only.
    func bytes(of table: Table, machineFrame: (UInt64) -> UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(Self.pageSize))
        let isTable = Set(tables.map(\.frame))
        for index in 0..<UInt64(512) {
            let address = table.address + index << Self.shift(table.level)
            var entry: UInt64 = 0
            if table.level > 1 {
                if let child = tables.first(where: { $0.level == table.level - 1 && $0.address == address }) {
                    entry = machineFrame(child.frame) << 12 | Self.tableFlags
                }
            } else if let mapping = mappings.first(where: { $0.address.contains(address) }) {
                let frame = mapping.frame + (address - mapping.address.lowerBound) / Self.pageSize
                let flags = isTable.contains(frame) ? Self.pageFlags & ~Self.writable : Self.pageFlags
                entry = machineFrame(frame) << 12 | flags
            }
            bytes.append(littleEndian: entry, byteCount: 8)
        }
        return bytes
    }
}
