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
        var claims: [(range: Range<UInt64>, index: Int)] = []
        for (index, domain) in domains.enumerated() {
            for setting in domain.settings where setting.key == key {
                if let range = setting.span { claims.append((range, index)) }
            }
        }
        let sorted = claims.inOrder { ($0.range.lowerBound, $0.index) < ($1.range.lowerBound, $1.index) }
        // One domain's own ranges do not overlap; so neighbours in this order do, if any two do.
        return sorted.neighbours { $0.range.overlaps($1.range) }.map { claim, next in
            let (first, later) = (min(claim.index, next.index), max(claim.index, next.index))
            return Conflict(
                domid: domains[later].domid,
                conflict: .shared(key, next.range.lowerBound, with: domains[first].domid))
        }
    }
}
