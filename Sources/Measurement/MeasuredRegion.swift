// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A part of a domain's memory, as it lies there.
public struct MeasuredRegion: Equatable, Sendable {
    /// What lies there.
    public let role: RegionRole
    /// Where it lies, in ascending order.
    public let segments: [Segment]
    /// SHA-256 over the segments' bytes, in that order; of a PV domain's start info, frame list and page tables over their
    /// canonical form.
    public let digest: Digest

    public init(role: RegionRole, segments: [Segment], digest: Digest) {
        self.role = role
        self.segments = segments
        self.digest = digest
    }
}
