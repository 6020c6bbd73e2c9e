// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The parts that have a name in a domain's memory.
struct DomainLayout {
    private var parts: [(role: RegionRole, place: Segment)] = []

    /// Refuses a part that another one overlaps.
    mutating func add(_ role: RegionRole, _ places: [Segment]) throws(MeasurementError) {
        for place in places {
            for part in parts where part.place.overlaps(place) { throw .overlap(part.role, role) }
            parts.append((role, place))
        }
    }

    /// In ascending order, without the rings, which have to be as empty as what has no name.
    var segments: [Segment] {
        parts.filter { $0.role != .ring }.map { $0.place }.inOrder { $0.address < $1.address }
    }
}
