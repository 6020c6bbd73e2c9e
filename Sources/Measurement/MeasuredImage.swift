// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// One image as it lies in a domain's memory.
public struct MeasuredImage: Equatable, Sendable {
    public let role: ImageRole
    /// Where it lies, in ascending order.
    public let segments: [Segment]
    /// SHA-256 over the segments' bytes, in that order.
    public let digest: Digest

    public init(role: ImageRole, segments: [Segment], digest: Digest) {
        self.role = role
        self.segments = segments
        self.digest = digest
    }
}
