// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A part of a domain's memory, as it lies there.
public struct MeasuredRegion: Equatable, Sendable {
    /// What lies there.
    public let role: RegionRole
    /// Where it lies, in ascending order.
    public let segments: [Segment]
    /// SHA-256 over the segments' bytes, in that order.
    public let digest: Digest

    public init(role: RegionRole, segments: [Segment], digest: Digest) {
        self.role = role
        self.segments = segments
        self.digest = digest
    }
}

/// A part of a domain's memory that was zero when it was measured and may be written until the domain runs.
public struct MutableRegion: Equatable, Sendable {
    /// What will lie there.
    public let role: RegionRole
    /// Where it is.
    public let place: Segment

    public init(role: RegionRole, place: Segment) {
        self.role = role
        self.place = place
    }
}
