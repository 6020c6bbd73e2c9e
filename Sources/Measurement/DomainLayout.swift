// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The named parts of a domain's memory.
struct DomainLayout {
    private var parts: [(role: RegionRole, place: Segment)] = []

    /// Refuses a part that another one overlaps.
    mutating func add(_ role: RegionRole, _ places: [Segment]) throws(MeasurementError) {
        for place in places {
            for part in parts where part.place.overlaps(place) { throw .overlap(part.role, role) }
            parts.append((role, place))
        }
    }

    /// In ascending order.
    var segments: [Segment] { parts.map { $0.place }.inOrder { $0.address < $1.address } }
}
