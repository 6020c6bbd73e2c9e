// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform
import Testing

extension Partners {
    /// Of a launch where nobody names anybody.
    static func alone() throws -> Partners {
        let module = LaunchControlModule(domains: [], settings: LaunchSettings())
        return Partners(module, bootDomain: try #require(DomainID(rawValue: 0)))
    }
}
