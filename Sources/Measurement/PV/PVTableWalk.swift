// SPDX-License-Identifier: Apache-2.0

import Platform

/// One walk through a PV domain's page tables, from the root on. Each table is entered once.
struct PVTableWalk {
    private static let entryCount = 512
    /// ROOT_PAGETABLE_FIRST_XEN_SLOT to ROOT_PAGETABLE_LAST_XEN_SLOT: Xen fills them when a page becomes a root, and no domain
    /// can write them.
    private static let xenSlots = 256..<272
    /// libxenguest makes two: the kernel with what it is given, and the list of machine frames where the kernel wants it
    /// elsewhere (XEN_ELFNOTE_INIT_P2M).
    private static let mappingLimit = 2
    private static let frameMask: UInt64 = ((1 << 40) - 1) << 12
    /// Present, writable, user, accessed, dirty.
    private static let tableFlags: UInt64 = 0x67
    /// Present, writable, user, accessed, and Xen's own mark of a page of a guest's kernel (_PAGE_GUEST_KERNEL).
    private static let pageFlags: UInt64 = 1 << 52 | 0x27
    private static let writable: UInt64 = 1 << 1

    private let frames: PVFrames
    /// Runs of frames that are mapped, whatever their permission: one for each straight mapping.
    private var mappings: [PVPageTables.Run] = []
    private var isTable: [Bool]
    private(set) var tables: [PVPageTables.Table] = []
    private(set) var runs: [PVPageTables.Run] = []

    init(_ frames: PVFrames) {
        self.frames = frames
        isTable = [Bool](repeating: false, count: Int(clamping: frames.count))
    }

    mutating func enter(
        _ table: PVPageTables.Table, _ read: (_ frame: UInt64) throws(MeasurementError) -> [UInt64]
    ) throws(MeasurementError) {
        guard !isTable[Int(table.frame)] else { throw .pv(.tableTwice(frame: table.frame)) }
        isTable[Int(table.frame)] = true
        tables.append(table)
        let entries = try read(table.frame)
        guard entries.count == Self.entryCount else { throw .pv(.badTable(frame: table.frame)) }
        for (index, entry) in entries.enumerated() where entry != 0 {
            if table.level == 4, Self.xenSlots.contains(index) { continue }
            let address = Self.address(table, index)
            if table.level > 1 {
                let flags = entry & ~Self.frameMask
                guard flags == Self.tableFlags else { throw .pv(.entryFlags(table: table.frame, index: index)) }
                let next = try asPV(try target(entry, expected: (tables.last?.frame ?? 0) &+ 1, of: table, index))
                try enter(PVPageTables.Table(level: table.level - 1, address: address, frame: next), read)
            } else {
                try asPV(try map(entry, at: address, of: table, index))
            }
        }
    }

    /// The virtual address that an entry begins at, in canonical form: bit 47 is repeated upwards.
    private static func address(_ table: PVPageTables.Table, _ index: Int) -> UInt64 {
        let bits = UInt64(12 + 9 * (table.level - 1))
        let address = table.address | UInt64(index) << bits
        return address & (1 << 47) != 0 ? address | 0xFFFF << 48 : address
    }

    private func target(
        _ entry: UInt64, expected: UInt64, of table: PVPageTables.Table, _ index: Int
    ) throws(PVMeasurementError) -> UInt64 {
        let machineFrame = (entry & Self.frameMask) >> 12
        guard let frame = frames.frame(ofMachineFrame: machineFrame, expected: expected) else {
            throw .foreignPage(table: table.frame, index: index)
        }
        return frame
    }

    private mutating func map(
        _ entry: UInt64, at address: UInt64, of table: PVPageTables.Table, _ index: Int
    ) throws(PVMeasurementError) {
        guard entry & ~Self.frameMask | Self.writable == Self.pageFlags else {
            throw .entryFlags(table: table.frame, index: index)
        }
        let expected = mappings.last.map { $0.frame &+ $0.count } ?? 0
        let frame = try target(entry, expected: expected, of: table, index)
        let isWritable = entry & Self.writable != 0
        let page = PVPageTables.Run(address: address, frame: frame, count: 1, isWritable: isWritable)
        if !Self.extend(&mappings, page, whateverPermission: true) {
            guard mappings.count < Self.mappingLimit else { throw .notLinear(address: address) }
            mappings.append(page)
        }
        if !Self.extend(&runs, page, whateverPermission: false) { runs.append(page) }
    }

    /// Whether the page follows the last run, which it then belongs to.
    private static func extend(
        _ runs: inout [PVPageTables.Run], _ page: PVPageTables.Run, whateverPermission: Bool
    ) -> Bool {
        guard let last = runs.last, last.frame &+ last.count == page.frame,
            last.address &+ last.count << 12 == page.address,
            whateverPermission || last.isWritable == page.isWritable
        else { return false }
        runs[runs.count - 1].count += 1
        return true
    }

    /// No page lies in two mappings, and it is the page tables that are read-only. What is not mapped at all is: a table
    /// behind the first mapping, as those of the list of machine frames are.
    func checkPermissions() throws(PVMeasurementError) {
        if let first = mappings.first, let second = mappings.dropFirst().first,
            first.frame < second.frame &+ second.count, second.frame < first.frame &+ first.count
        {
            throw .notLinear(address: second.address)
        }
        for run in runs {
            for frame in run.frame..<(run.frame + run.count) where isTable[Int(frame)] == run.isWritable {
                throw run.isWritable ? .writableTable(frame: frame) : .readOnlyPage(frame: frame)
            }
        }
    }
}
