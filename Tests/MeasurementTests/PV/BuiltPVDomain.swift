// SPDX-License-Identifier: Apache-2.0

@testable import Measurement

/// A PV domain as libxenguest and Xen 4.20 leave one: what was read of two real ones, the tiny guest's and Linux's, from a boot
/// domain. Its machine frames are the test's choice.
struct BuiltPVDomain {
    /// A kernel of the tiny guest's kind has one mapping, from 0 on; Linux has its list of machine frames in another.
    enum Kernel: CaseIterable {
        case tiny, linux
    }

    static let sharedInfoFrame: UInt64 = 0x3FD4B
    static let hostFrames: UInt64 = 0x40000
    static let page: UInt64 = 1 << 52 | 0x27
    static let table: UInt64 = 0x67

    let pages: Int
    let root: UInt64
    var list: [UInt64]
    /// Entries of each page table, by the domain's own frame.
    var tables: [UInt64: [UInt64]] = [:]
    var startInfo = [UInt8](repeating: 0, count: 4096)
    var context = [UInt8](repeating: 0, count: PVContext.byteCount)

    init(_ kernel: Kernel, using random: inout some RandomNumberGenerator) {
        pages = kernel == .tiny ? 2048 : 4096
        // 4 MiB are mapped from the kernel's base on; behind them lie Linux's list and its tables.
        let mapped: UInt64 = 1024
        root = 0x10C
        list = Array((1..<Self.sharedInfoFrame).shuffled(using: &random).prefix(pages))
        let base: UInt64 = kernel == .tiny ? 0 : 0xFFFF_FFFF_8000_0000
        link(base, frame: 0, count: mapped, tables: root..<(root + 5), readOnly: root..<(root + 5))
        if kernel == .linux {
            let first = mapped + 8
            link(0x80_0000_0000, frame: mapped, count: 8, tables: first..<(first + 3), readOnly: 0..<0)
        }
        for slot in 256..<263 { tables[root]?[slot] = UInt64(slot) << 12 | 0x8000_0000_0000_0063 }
        fillStartInfo()
        fillContext()
    }

    /// Tables for a straight mapping: those of each level behind each other, the upper ones first.
    private mutating func link(
        _ address: UInt64, frame: UInt64, count: UInt64, tables places: Range<UInt64>, readOnly: Range<UInt64>
    ) {
        for place in places { tables[place] = [UInt64](repeating: 0, count: 512) }
        var next = places.lowerBound + (places.lowerBound == root ? 1 : 0)
        var known: [UInt64: UInt64] = [:]
        for level in [4, 3, 2, 1] {
            for page in 0..<count {
                let virtual = address &+ page << 12
                let index = Int(virtual >> UInt64(12 + 9 * (level - 1)) & 511)
                let above = virtual >> UInt64(12 + 9 * level)
                let place = level == 4 ? root : known[above << 3 | UInt64(level)] ?? root
                if level == 1 {
                    let flags = Self.page & ~(readOnly.contains(frame + page) ? 2 : 0)
                    tables[place]?[index] = list[Int(frame + page)] << 12 | flags
                } else if known[(virtual >> UInt64(12 + 9 * (level - 1))) << 3 | UInt64(level - 1)] == nil {
                    known[(virtual >> UInt64(12 + 9 * (level - 1))) << 3 | UInt64(level - 1)] = next
                    tables[place]?[index] = list[Int(next)] << 12 | Self.table
                    next += 1
                }
            }
        }
    }

    private mutating func fillStartInfo() {
        put(Array("xen-3.0-x86_64".utf8), 0)
        let words: [(Int, UInt64)] = [
            (32, UInt64(pages)), (40, Self.sharedInfoFrame << 12), (48, 0x10), (56, list[0x10A]), (72, list[0x10B]),
            (88, root << 12), (96, 5), (104, 0x10_5000),
        ]
        for (offset, word) in words { startInfo.put(word, at: offset) }
        put(Array("first".utf8), 128)
    }

    private mutating func put(_ bytes: [UInt8], _ offset: Int) {
        startInfo.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }

    private mutating func fillContext() {
        let words: [(Int, UInt64)] = [
            (0, 0xFF_0000_0040), (24, 0x1F80), (512, 0x24), (624, 0x10_9000), (648, 0x10_008C), (656, 0xE033),
            (664, 0x200),
            (672, 0x11_2000), (680, 0xE02B), (4968, 0xE02B), (4976, 0x11_2000), (4984, 0x8005_0033),
            (5008, list[Int(root)] << 12), (5016, 0x660), (5096, 0xFFFF_0FF0), (5104, 0x400),
        ]
        for (offset, word) in words { context.put(word, at: offset) }
        for entry in 0..<256 { context.put(0x30000, at: 720 + 16 * entry) }
    }

    func frames() throws(PVMeasurementError) -> PVFrames {
        try PVFrames(list: list, owned: UInt64(pages), hostFrames: Self.hostFrames)
    }

    func pageTables() throws(MeasurementError) -> PVPageTables {
        try PVPageTables(root: root, frames: try asPV(try frames())) { tables[$0] ?? [] }
    }

    func readStartInfo() throws(PVMeasurementError) -> PVStartInfo {
        try PVStartInfo(parsing: startInfo, frames: try frames(), sharedInfoFrame: Self.sharedInfoFrame)
    }

    func readContext() throws(PVMeasurementError) -> PVContext {
        try PVContext(parsing: context, frames: try frames())
    }
}

extension [UInt8] {
    mutating func put(_ word: UInt64, at offset: Int) {
        for index in 0..<8 { self[offset + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index)) }
    }
}

extension BuiltPVDomain {
    /// The levels of the tiny guest's tables of 4 MiB, in the order of a walk.
    static let tinyLevels = [4, 3, 2, 1, 1]
    /// What they map: the tables lie between, and are read-only.
    static let tinyRuns = [
        PVPageTables.Run(address: 0, frame: 0, count: 0x10C, isWritable: true),
        PVPageTables.Run(address: 0x10_C000, frame: 0x10C, count: 5, isWritable: false),
        PVPageTables.Run(address: 0x11_1000, frame: 0x111, count: 1024 - 0x111, isWritable: true),
    ]
}
