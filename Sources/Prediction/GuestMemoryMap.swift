// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Platform

/// Where domb-construct gives a domain memory (CXenGuestShim, lay_out_memory), and the map of it.
struct GuestMemoryMap {
    static let pageSize: UInt64 = 4096
    /// Where libxl, too, ends a PVH guest's low memory.
    static let lowMemoryEnd: UInt64 = 0xFC00_0000
    private static let fourGiB: UInt64 = 1 << 32
    /// X86_HVM_END_SPECIAL_REGION and X86_HVM_NR_SPECIAL_PAGES (xenguest.h): frames 0xfeff8 to 0xfefff.
    private static let specialFrames: Range<UInt64> = 0xFEFF8..<0xFF000
    /// Frames of SPECIALPAGE_XENSTORE and SPECIALPAGE_CONSOLE.
    static let xenstoreFrame = specialFrames.lowerBound + 4
    static let consoleFrame = specialFrames.lowerBound + 7
    /// `connection` of the console's `struct xencons_interface`, and XENCONSOLE_DISCONNECTED.
    static let connection: UInt64 = 0xC10
    static let consoleConnection = consoleFrame * pageSize + connection
    static let disconnected: UInt8 = 1
    /// SPECIALPAGE_IDENT_PT, the seventh special page.
    static let identityPageTable = (specialFrames.lowerBound + 6) * pageSize

    /// E820_* (xen/hvm/e820.h), which are the XEN_HVM_MEMMAP_TYPE_* too.
    private enum Kind: UInt64 {
        case ram = 1
        case reserved = 2
        case acpi = 3
    }

    /// Where RAM ends below 4 GiB.
    let lowEnd: UInt64
    private let highByteCount: UInt64
    private let acpiByteCount: UInt64

    /// RAM in KiB, and how long the ACPI tables are.
    init(kibibytes: UInt64, acpiByteCount: Int) {
        let bytes = kibibytes * 1024
        lowEnd = min(bytes, Self.lowMemoryEnd)
        highByteCount = bytes - lowEnd
        self.acpiByteCount = Self.wholePages(UInt64(acpiByteCount))
    }

    static func wholePages(_ bytes: UInt64) -> UInt64 { (bytes + pageSize - 1) / pageSize * pageSize }

    private var ranges: [(place: Segment, kind: Kind)] {
        let special = Segment(
            address: Self.specialFrames.lowerBound * Self.pageSize,
            byteCount: UInt64(Self.specialFrames.count) * Self.pageSize)
        let all: [(place: Segment, kind: Kind)] = [
            (Segment(address: 0, byteCount: lowEnd), .ram),
            (Segment(address: GuestACPI.address, byteCount: acpiByteCount), .acpi),
            (special, .reserved),
            (Segment(address: Self.fourGiB, byteCount: highByteCount), .ram),
        ]
        return all.filter { $0.place.byteCount > 0 }
    }

    /// Its RAM.
    var ram: [Segment] { ranges.filter { $0.kind == .ram }.map { $0.place } }

    /// Every frame that has a page.
    var frames: [Range<UInt64>] {
        ranges.map {
            let first = $0.place.address / Self.pageSize
            return first..<(first + $0.place.byteCount / Self.pageSize)
        }
    }

    var entryCount: Int { ranges.count }

    /// The table of `struct hvm_memmap_table_entry`, 24 bytes an entry: address, size, type in 4 bytes, zeros in 4.
    var table: [UInt8] {
        var table: [UInt8] = []
        for range in ranges {
            table.append(littleEndian: range.place.address, byteCount: 8)
            table.append(littleEndian: range.place.byteCount, byteCount: 8)
            table.append(littleEndian: range.kind.rawValue, byteCount: 8)
        }
        return table
    }
}
