// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Which domid each remote end of `domb,event-channels` is.
public struct EventChannelPlan {
    /// `nil` where nobody has a channel.
    private let names: DomainNames?
    private let bootDomain: DomainID

    public init(_ module: LaunchControlModule, bootDomain: DomainID) {
        names = module.domains.contains { !$0.extended.channels.isEmpty } ? DomainNames(module) : nil
        self.bootDomain = bootDomain
    }

    /// In ascending order of the ports, which is the order in which Xen gives them.
    public func operations(for domain: DomainDescription) -> [ConfigOperation] {
        var operations: [ConfigOperation] = []
        for channel in domain.extended.channels {
            guard let remote = channel.remote.isBootDomain ? bootDomain : names?.find(channel.remote.name)?.domid else {
                continue
            }
            operations.append(.channel(port: channel.port, remote: remote))
        }
        return operations
    }
}
