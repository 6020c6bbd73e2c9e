// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

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

extension LaunchEvent.DomainRecord {
    /// The parts that may change from the measurement on.
    public var mutableRegions: [MutableRegion] {
        logRegion.map { [MutableRegion(role: .log, place: $0)] } ?? []
    }
}
