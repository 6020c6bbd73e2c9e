// SPDX-License-Identifier: Apache-2.0

import Platform

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

    /// Pairs of address and size as segments: at least one and at most `Limits.segments`, none empty, ascending, no two
    /// overlapping, none beyond what a domain can have.
    static func list(_ cells: [UInt64]) -> (segments: [Segment], problem: ParseError.Code?) {
        guard !cells.isEmpty, cells.count % 2 == 0 else { return ([], .badPropertyLength) }
        guard cells.count / 2 <= Limits.segments else { return ([], .limitExceeded) }
        var segments: [Segment] = []
        var end: UInt64 = 0
        for index in stride(from: 0, to: cells.count, by: 2) {
            let (next, overflow) = cells[index].addingReportingOverflow(cells[index + 1])
            guard cells[index] >= end, cells[index + 1] > 0, !overflow, next <= Limits.memory << 10 else {
                return ([], .overlappingSegments)
            }
            segments.append(Segment(address: cells[index], byteCount: cells[index + 1]))
            end = next
        }
        return (segments, nil)
    }
}

extension Segment {
    /// A place for the log: one run of whole pages, at most `Limits.logRegionBytes`.
    static func logRegion(_ cells: [UInt64]) -> (region: Segment?, problem: ParseError.Code?) {
        let (segments, problem) = list(cells)
        if let problem { return (nil, problem) }
        guard segments.count == 1, segments[0].isWholePages else { return (nil, .badPropertyValue) }
        guard segments[0].byteCount <= Limits.logRegionBytes else { return (nil, .limitExceeded) }
        return (segments[0], nil)
    }

    /// One past the last byte; `nil` where that is beyond 64 bits.
    public var end: UInt64? {
        let (end, overflow) = address.addingReportingOverflow(byteCount)
        return overflow ? nil : end
    }

    /// Whether it begins and ends where a 4 KiB page does.
    var isWholePages: Bool { address % 4096 == 0 && byteCount % 4096 == 0 }

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
