// SPDX-License-Identifier: Apache-2.0

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
