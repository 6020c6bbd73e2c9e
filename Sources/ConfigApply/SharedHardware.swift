// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// What two domains cannot both have: a port, a frame of device memory, an interrupt, a PCI device.
public enum SharedHardware {
    /// Throws the first conflict, with the domain that comes later in the LCM.
    public static func check(_ domains: [DomainDescription]) throws(Conflict) {
        try check(domains, { $0.extended.ports.map { UInt64($0.first)..<UInt64($0.first + $0.count) } }) {
            .sharedPort(UInt32(truncatingIfNeeded: $0), with: $1)
        }
        try check(domains, { $0.extended.memory.map { $0.hostFrames } }) { .sharedFrame($0, with: $1) }
        try check(domains, { $0.extended.interrupts.map { UInt64($0)..<(UInt64($0) + 1) } }) {
            .sharedInterrupt(UInt32(truncatingIfNeeded: $0), with: $1)
        }
        try check(domains, { $0.extended.devices.map { UInt64($0.rawValue)..<(UInt64($0.rawValue) + 1) } }) {
            .sharedDevice(PCIAddress(rawValue: UInt32(truncatingIfNeeded: $0)), with: $1)
        }
    }

    /// What two domains would both have.
    public struct Conflict: Error, Equatable, Sendable {
        /// The later of the two in the LCM.
        public let domid: DomainID
        /// What it is, and who has it already.
        public let conflict: ConfigConflict
    }

    @inline(never) private static func check(
        _ domains: [DomainDescription], _ ranges: (DomainDescription) -> [Range<UInt64>],
        _ conflict: (UInt64, DomainID) -> ConfigConflict
    ) throws(Conflict) {
        var claims: [(range: Range<UInt64>, index: Int)] = []
        for (index, domain) in domains.enumerated() {
            for range in ranges(domain) { claims.append((range, index)) }
        }
        claims = claims.inOrder { ($0.range.lowerBound, $0.index) < ($1.range.lowerBound, $1.index) }
        // One domain's own ranges do not overlap; so neighbours in this order do, if any two do.
        var previous: (range: Range<UInt64>, index: Int)?
        for claim in claims {
            if let previous, previous.range.overlaps(claim.range) {
                let later = max(previous.index, claim.index)
                throw Conflict(
                    domid: domains[later].domid,
                    conflict: conflict(claim.range.lowerBound, domains[min(previous.index, claim.index)].domid))
            }
            previous = claim
        }
    }
}
