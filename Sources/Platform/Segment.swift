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
