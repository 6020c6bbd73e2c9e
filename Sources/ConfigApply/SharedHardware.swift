// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// What two domains cannot both have: a port, a frame of device memory, an interrupt, a PCI device.
public enum SharedHardware {
    /// Every conflict, with the domain that comes later in the LCM.
    public static func conflicts(_ domains: [DomainDescription]) -> [Conflict] {
        [SettingKey.ioports, .iomem, .irqs, .pci].flatMap { conflicts(domains, $0) }
    }

    /// What two domains would both have.
    public struct Conflict: Equatable, Sendable {
        /// The later of the two in the LCM.
        public let domid: DomainID
        /// What it is, and who has it already.
        public let conflict: ConfigConflict
    }

    private static func conflicts(_ domains: [DomainDescription], _ key: SettingKey) -> [Conflict] {
        var conflicts: [Conflict] = []
        var claims: [(range: Range<UInt64>, index: Int)] = []
        for (index, domain) in domains.enumerated() {
            for setting in domain.settings where setting.key == key {
                if let range = setting.span { claims.append((range, index)) }
            }
        }
        claims = claims.inOrder { ($0.range.lowerBound, $0.index) < ($1.range.lowerBound, $1.index) }
        // One domain's own ranges do not overlap; so neighbours in this order do, if any two do.
        var previous: (range: Range<UInt64>, index: Int)?
        for claim in claims {
            if let previous, previous.range.overlaps(claim.range) {
                let (first, later) = (min(previous.index, claim.index), max(previous.index, claim.index))
                conflicts.append(
                    Conflict(
                        domid: domains[later].domid,
                        conflict: .shared(key, claim.range.lowerBound, with: domains[first].domid)))
            }
            previous = claim
        }
        return conflicts
    }
}
