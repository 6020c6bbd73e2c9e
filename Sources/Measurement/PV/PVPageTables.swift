// SPDX-License-Identifier: Apache-2.0

import Platform

/// A PV domain's page tables, proven: every entry leads to a page of the domain's own, the pages lie in straight runs, page
/// tables are mapped read-only and everything else writable, and nothing else is there but Xen's own slots. What is left when
/// machine frames are taken out is the canonical form: the tables and the runs, by the domain's own frames.
struct PVPageTables: Equatable, Sendable {
    /// A page of 512 entries.
    struct Table: Equatable, Sendable {
        /// 4 for the root, 1 for those whose entries are pages.
        let level: Int
        /// The first virtual address that goes through it.
        let address: UInt64
        /// The domain's own frame.
        let frame: UInt64
    }

    /// Pages that follow each other in virtual addresses and in frames, with the same permission.
    struct Run: Equatable, Sendable {
        /// Virtual, of the first page.
        let address: UInt64
        /// The domain's own frame of the first page.
        let frame: UInt64
        /// Pages.
        var count: UInt64
        /// Page tables are not.
        let isWritable: Bool

        init(address: UInt64, frame: UInt64, count: UInt64, isWritable: Bool) {
            self.address = address
            self.frame = frame
            self.count = count
            self.isWritable = isWritable
        }
    }

    /// In the order of a walk: a table, then what its entries lead to.
    let tables: [Table]
    /// In the order of virtual addresses from 0 on.
    let runs: [Run]

    /// `read` gives the 512 entries of a table, by the domain's own frame; it is asked once for each.
    init(
        root: UInt64, frames: PVFrames,
        read: (_ frame: UInt64) throws(MeasurementError) -> [UInt64]
    ) throws(MeasurementError) {
        guard frames.machineFrame(of: root) != nil else { throw .pv(.foreignRoot) }
        var walk = PVTableWalk(frames)
        try walk.enter(Table(level: 4, address: 0, frame: root), read)
        try asPV(try walk.checkPermissions())
        tables = walk.tables
        runs = walk.runs
    }

    /// Where a virtual range lies, by the domain's own frames; `nil` where it is not mapped as one run.
    func place(of address: UInt64, byteCount: UInt64) -> Segment? {
        let range = Segment(address: address, byteCount: byteCount)
        for run in runs where Segment(address: run.address, byteCount: run.count << 12).contains(range) {
            return Segment(address: run.frame << 12 + (address - run.address), byteCount: byteCount)
        }
        return nil
    }

    /// The pages of the tables, in ascending order, neighbours joined.
    var places: [Segment] {
        var places: [Segment] = []
        for frame in tables.map({ $0.frame }).inOrder(<) {
            if let last = places.last, last.end == frame << 12 {
                places[places.count - 1].byteCount += 4096
            } else {
                places.append(Segment(address: frame << 12, byteCount: 4096))
            }
        }
        return places
    }

    /// What is hashed. Little-endian: 4 bytes tables, for each 1 byte level, 8 bytes address, 8 bytes frame; 4 bytes runs, for
    /// each 8 bytes address, 8 bytes frame, 8 bytes pages, 1 byte of 1 for writable and 0 for read-only.
    var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(tables.count), byteCount: 4)
        for table in tables {
            bytes.append(littleEndian: UInt64(table.level), byteCount: 1)
            bytes.append(littleEndian: table.address, byteCount: 8)
            bytes.append(littleEndian: table.frame, byteCount: 8)
        }
        bytes.append(littleEndian: UInt64(runs.count), byteCount: 4)
        for run in runs {
            bytes.append(littleEndian: run.address, byteCount: 8)
            bytes.append(littleEndian: run.frame, byteCount: 8)
            bytes.append(littleEndian: run.count, byteCount: 8)
            bytes.append(run.isWritable ? 1 : 0)
        }
        return bytes
    }
}
