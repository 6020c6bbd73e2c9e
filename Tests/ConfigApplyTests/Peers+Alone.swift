// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform
import Testing

extension Peers {
    /// Of a launch where nobody names anybody.
    static func alone() throws -> Peers {
        let lcm = LCM(domains: [], settings: LaunchSettings())
        return Peers(lcm, bootDomain: try #require(DomainID(rawValue: 0)))
    }
}
