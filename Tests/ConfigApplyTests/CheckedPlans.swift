// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform

extension ConfigPlan {
    /// As a launch makes it: the first conflict ends it.
    init(
        checked domain: DomainDescription, built: DomainInfo, facts: HypervisorFacts, hardwareRoleMoved: Bool = false,
        place: CPUPoolPlace = .standard, peers: Peers
    ) throws(ConfigConflict) {
        let conflicts = Self.conflicts(
            domain, built: built, facts: facts, hardwareRoleMoved: hardwareRoleMoved, place: place, peers: peers)
        if let first = conflicts.first { throw first }
        self.init(domain, facts: facts, place: place, peers: peers)
    }
}

extension CPUPoolPlan {
    /// As a launch makes it: the first conflict ends it.
    init(checked lcm: LCM, facts: HypervisorFacts) throws(CPUPoolConflict) {
        if let first = Self.conflicts(lcm, facts: facts).first { throw first }
        self.init(lcm)
    }
}
