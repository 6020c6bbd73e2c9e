// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Who is at the other end of event channels, of PV devices and of the ring to xenstore.
public struct Partners {
    private let bootDomain: DomainID
    /// Whether the LCM names a xenstored: it is the boot domain's.
    private let hasStore: Bool
    /// `nil` where nobody names anybody.
    private let domains: DomainNames?

    public init(_ module: LaunchControlModule, bootDomain: DomainID) {
        self.bootDomain = bootDomain
        hasStore = module.settings.xenstored != nil
        domains = module.domains.contains { !$0.extended.partners.isEmpty } ? DomainNames(module) : nil
    }

    /// In ascending order of the ports, which is the order in which Xen gives them.
    public func channels(of domain: DomainDescription) -> [ConfigOperation] {
        domain.extended.channels.compactMap { channel in
            find(channel.remote).map { .channel(port: channel.port, remote: $0.domid) }
        }
    }

    /// A domain's rings, and what it has in xenstore.
    func devices(
        of domain: DomainDescription
    ) throws(ConfigConflict) -> (rings: [ConfigOperation], nodes: [ConfigOperation]) {
        let extended = domain.extended
        guard extended.usesStore else { return ([], []) }
        guard hasStore else { throw .noStore }
        var rings: [ConfigOperation] = [.ring(.store, remote: bootDomain)]
        var nodes: [ConfigOperation] = [.home]
        if let console = extended.console {
            let server = try server(console)
            rings.append(.ring(.console, remote: server))
            nodes.append(.console(console, server: server))
        }
        for disk in extended.disks { nodes.append(.disk(disk, server: try server(disk.backend))) }
        for (handle, interface) in extended.interfaces.enumerated() {
            nodes.append(.interface(interface, handle: UInt32(handle), server: try server(interface.backend)))
        }
        return (rings, nodes)
    }

    private func server(_ backend: Backend) throws(ConfigConflict) -> DomainID {
        guard let server = find(backend) else { throw .noStore }
        guard server.usesStore else { throw .backendWithoutStore(server.domid) }
        return server.domid
    }

    /// `nil` for a name that no reader of LCMs lets through.
    private func find(_ partner: Backend) -> (domid: DomainID, usesStore: Bool)? {
        if partner.isBootDomain { return (bootDomain, true) }
        return domains?.find(partner.name).map { ($0.domid, $0.extended.usesStore) }
    }
}
