// SPDX-License-Identifier: Apache-2.0

import Platform

/// A PV domain's virtual memory, by the machine frames in its page tables: how its list of frames is found, by which everything
/// else is read. What is taken from here is proven afterwards (`PVFrames`, `PVPageTables`). Xen maps none but the domain's own
/// pages (get_page_from_gfn, p2m_add_foreign), so an entry that leads elsewhere fails.
struct PVMachineView {
    private static let pageSize: UInt64 = 4096
    private static let frameMask: UInt64 = (1 << 52) - 1

    private let domid: DomainID
    private let root: UInt64
    /// The tables through which the last address went, the root first.
    private var path: [(frame: UInt64, entries: [UInt8])] = []

    /// `root`: the machine frame of the page table of level 4.
    init(_ domid: DomainID, root: UInt64) {
        self.domid = domid
        self.root = root
    }

    /// The page at a virtual address; `address` is a multiple of 4,096.
    mutating func page<Host: ImageSource & ~Copyable>(
        at address: UInt64, on host: inout Host
    ) throws(MeasurementError) -> [UInt8] {
        guard address % Self.pageSize == 0 else { throw .pv(.unmapped(address: address)) }
        var frame = root
        for depth in 0..<4 {
            let entries = try table(frame, depth, on: &host)
            let index = Int(address >> UInt64(39 - 9 * depth) & 511)
            // Present, and at no level a page of 2 MiB or 1 GiB.
            guard let entry = entries.word(at: 8 * index), entry & 1 == 1, depth == 3 || entry & 0x80 == 0 else {
                throw .pv(.unmapped(address: address))
            }
            frame = (entry & Self.frameMask) / Self.pageSize
        }
        return try Self.read(domid, frame, on: &host)
    }

    private mutating func table<Host: ImageSource & ~Copyable>(
        _ frame: UInt64, _ depth: Int, on host: inout Host
    ) throws(MeasurementError) -> [UInt8] {
        if depth < path.count, path[depth].frame == frame { return path[depth].entries }
        path.removeLast(path.count - min(depth, path.count))
        let entries = try Self.read(domid, frame, on: &host)
        path.append((frame, entries))
        return entries
    }

    /// A whole page by its machine frame.
    static func read<Host: ImageSource & ~Copyable>(
        _ domid: DomainID, _ frame: UInt64, on host: inout Host
    ) throws(MeasurementError) -> [UInt8] {
        try asMeasurement(try host.read(domid, at: frame &* pageSize, byteCount: Int(pageSize)))
    }
}
