// SPDX-License-Identifier: Apache-2.0

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
