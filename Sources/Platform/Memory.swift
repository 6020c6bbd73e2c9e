// SPDX-License-Identifier: Apache-2.0

/// A run of guest-physical memory.
public struct Segment: Equatable, Sendable {
    /// Guest-physical, of the first byte.
    public var address: UInt64
    /// Bytes from there on.
    public var byteCount: UInt64

    public init(address: UInt64, byteCount: UInt64) {
        self.address = address
        self.byteCount = byteCount
    }

    /// One past the last byte; `nil` where that is beyond 64 bits.
    public var end: UInt64? {
        let (end, overflow) = address.addingReportingOverflow(byteCount)
        return overflow ? nil : end
    }

    /// False for an empty one. A segment without an end reaches to the top.
    public func overlaps(_ other: Segment) -> Bool {
        guard byteCount > 0, other.byteCount > 0 else { return false }
        return address < other.end ?? .max && other.address < end ?? .max
    }

    /// Whether all of the other one lies in this one.
    public func contains(_ other: Segment) -> Bool {
        guard let end, let otherEnd = other.end else { return false }
        return other.address >= address && otherEnd <= end
    }
}

/// A part of a domain's memory whose content is hashed.
public struct ContentRegion: Equatable, Sendable {
    /// Whose memory it is.
    public let domid: DomainID
    /// What is hashed, in this order.
    public let segments: [Segment]

    public init(domid: DomainID, segments: [Segment]) {
        self.domid = domid
        self.segments = segments
    }

    /// Bytes of all segments; the highest number where they are more.
    public var byteCount: UInt64 {
        segments.reduce(0) { sum, segment in
            let (next, overflow) = sum.addingReportingOverflow(segment.byteCount)
            return overflow ? .max : next
        }
    }
}

/// The machine's memory map (E820), and where of it no device lies that a domain may be given.
public enum MachineMemory {
    /// One range, as firmware and Xen tell it.
    public struct Entry: Equatable, Sendable {
        /// 1 RAM, 2 reserved, 3 ACPI tables, 4 ACPI NVS, 5 unusable, 7 persistent (ACPI, 15.1).
        public let type: UInt32
        /// The first byte's.
        public let address: UInt64
        /// In bytes, as the map gives it.
        public let byteCount: UInt64

        public init(type: UInt32, address: UInt64, byteCount: UInt64) {
            self.type = type
            self.address = address
            self.byteCount = byteCount
        }

        fileprivate var isReserved: Bool { type == 2 }
        /// The last byte; a range that runs over goes to the end of what there is.
        fileprivate var last: UInt64 {
            let (last, overflow) = address.addingReportingOverflow(byteCount - 1)
            return overflow ? .max : last
        }
    }

    /// Devices of 32 bits lie between the memory below it and that above.
    private static let fourGiB: UInt64 = 1 << 32

    /// Frames that are memory, or that Xen or the firmware uses: of every type but 2, and of type 2 what lies among memory.
    ///
    /// Type 2 is two things. Devices lie in it where firmware keeps their place, and Xen reports with it the frames of its
    /// own devices (interrupt controllers, IOMMUs), which it gives to nobody itself. But it is memory, too: the code of EFI's
    /// runtime services, the BIOS, what a graphics device or the management engine has taken. Those lie below the last memory
    /// on their side of 4 GiB, or begin where it ends.
    public static func framesInUse(_ entries: [Entry]) -> [Range<UInt64>] {
        let sorted = entries.filter { $0.byteCount > 0 }.inOrder { $0.address < $1.address }
        var lastBelow: UInt64 = 0
        var lastAbove: UInt64 = 0
        for entry in sorted where !entry.isReserved {
            if entry.address < fourGiB { lastBelow = max(lastBelow, min(entry.last, fourGiB - 1)) }
            if entry.last >= fourGiB { lastAbove = max(lastAbove, entry.last) }
        }
        var frames: [Range<UInt64>] = []
        for entry in sorted {
            let isBelow = entry.address < fourGiB
            let last = isBelow ? lastBelow : lastAbove
            if entry.isReserved {
                // Touching what is in use, it is a part of it, and the next may touch it in turn.
                guard last > 0, entry.address <= last || entry.address - last == 1 else { continue }
                if isBelow { lastBelow = max(lastBelow, entry.last) } else { lastAbove = max(lastAbove, entry.last) }
            }
            frames.append(entry.address >> 12..<(entry.last >> 12 + 1))
        }
        return frames
    }
}

/// A domain's memory. Mapped read-only, but for the one place where the LCM wants the log.
public protocol ImageSource: ~Copyable {
    /// From here on addresses in a PV domain are its own, by the machine frame of each of its frames; before, they are machine
    /// addresses, by which Xen maps the domain's own pages alone. An address beyond the list fails with EINVAL.
    mutating func translate(_ domid: DomainID, by machineFrames: [UInt64]) throws(HypercallError)

    /// Copies `byteCount` bytes from guest-physical `address`. For small things that are then parsed or compared:
    /// the copy is what counts. The corresponding C function is `xenforeignmemory_map`.
    mutating func read(_ domid: DomainID, at address: UInt64, byteCount: Int) throws(HypercallError) -> [UInt8]

    /// Tells which regions `digest` will be asked for, in the order of the questions, so that hashing can begin on as
    /// many cpus as there are. No digest depends on it. The domains must not run before `endHashing`.
    mutating func beginHashing(_ regions: [ContentRegion])

    /// SHA-256 of a region's bytes, straight from the mapping.
    /// The corresponding C function is `xenforeignmemory_map`.
    mutating func digest<Hash: ContentHash>(
        of region: ContentRegion, hashing: Hash.Type
    ) throws(HypercallError) -> Digest

    /// Ends what `beginHashing` began and nobody asked for any more. Nothing is mapped after it.
    mutating func endHashing()

    /// The address of the first byte that is not zero; `nil` if all of them are.
    /// The corresponding C function is `xenforeignmemory_map`.
    mutating func firstNonZero(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64
    ) throws(HypercallError) -> UInt64?

    /// The highest frame of the domain's memory. The corresponding C function is `xc_domain_maximum_gpfn`.
    mutating func maximumFrame(_ domid: DomainID) throws(HypercallError) -> UInt64

    /// The frames of a range that have a page of the domain's, as the longest runs of them, in ascending order. A page
    /// that Xen itself shares with the domain (`is_special_page`) is not among them.
    /// The corresponding C function is `xc_get_pfn_type_batch`, for 1,024 frames at a time.
    mutating func frames(_ domid: DomainID, in range: Range<UInt64>) throws(HypercallError) -> [Range<UInt64>]

    /// Writes into the domain's memory. The corresponding C function is `xenforeignmemory_map`.
    mutating func write(_ domid: DomainID, at address: UInt64, _ bytes: [UInt8]) throws(HypercallError)
}

/// A range of a domain's memory cut into mappings of at most so many pages, in ascending order. Addresses come from a
/// guest's start info: no arithmetic here can overflow.
public struct MappingWindows: Sendable {
    private static let pageSize: UInt64 = 4096

    /// One mapping, and the part of it that belongs to the range.
    public struct Window: Equatable, Sendable {
        /// The frame of the first page.
        public let firstPage: UInt64
        /// Pages of 4 KiB.
        public let pageCount: Int
        /// Bytes of the first page that lie before the range.
        public let skip: Int
        /// Bytes of the range that lie in the mapping.
        public let byteCount: Int
    }

    private var position: UInt64
    private var remaining: UInt64
    private let windowSize: UInt64

    /// `nil` for a range that reaches beyond 2^64. `pageLimit`: pages of one mapping, from 1 to 2^20.
    public init?(address: UInt64, byteCount: UInt64, pageLimit: UInt64) {
        guard (1...1 << 20).contains(pageLimit) else { return nil }
        guard byteCount == 0 || !address.addingReportingOverflow(byteCount - 1).overflow else { return nil }
        position = address
        remaining = byteCount
        windowSize = pageLimit * Self.pageSize
    }

    /// `nil` at the range's end.
    public mutating func next() -> Window? {
        guard remaining > 0 else { return nil }
        let skip = position % Self.pageSize
        let count = min(remaining, windowSize - skip)
        let window = Window(
            firstPage: position / Self.pageSize, pageCount: Int((skip + count - 1) / Self.pageSize + 1),
            skip: Int(skip), byteCount: Int(count))
        remaining -= count
        // Wraps only where nothing remains.
        position = position &+ count
        return window
    }
}
