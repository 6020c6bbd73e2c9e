// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Which domid each remote end of `domb,event-channels` is.
public struct EventChannelPlan {
    /// `nil` where nobody has a channel.
    private let names: Lookup<[UInt8]>?
    private let domains: [DomainDescription]
    private let bootDomain: DomainID?

    /// `bootDomain`: the one domain that the LCM does not name.
    public init(_ domains: [DomainDescription], bootDomain: DomainID?) {
        self.domains = domains
        self.bootDomain = bootDomain
        guard domains.contains(where: { !$0.extended.channels.isEmpty }) else {
            names = nil
            return
        }
        names = Lookup(domains.enumerated().map { ($1.name, $0) }) { $0.lexicographicallyPrecedes($1) }
    }

    /// In ascending order of the ports, which is the order in which Xen gives them.
    public func operations(for domain: DomainDescription) -> [ConfigOperation] {
        domain.extended.channels.compactMap { channel in
            let remote =
                channel.remote.isBootDomain
                ? bootDomain : names?.find(channel.remote.name).map { domains[$0].domid }
            return remote.map { .channel(port: channel.port, remote: $0) }
        }
    }
}
