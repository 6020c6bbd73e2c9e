// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Who is at the other end of event channels, of PV devices and of the ring to xenstore.
public struct Peers {
    let bootDomain: DomainID
    /// Whether the LCM names a xenstored: it is the boot domain's.
    private let hasXenstore: Bool
    /// `nil` where nobody names anybody.
    private let domains: DomainNames?

    public init(_ lcm: LCM, bootDomain: DomainID) {
        self.bootDomain = bootDomain
        hasXenstore = lcm.settings.xenstored != nil
        domains = lcm.domains.contains { !$0.settings.peers.isEmpty } ? DomainNames(lcm) : nil
    }

    /// A domain with xenstore needs somebody who serves it; so do those that serve its devices.
    func conflicts(_ domain: DomainDescription) -> [ConfigConflict] {
        guard domain.settings.usesXenstore else { return [] }
        guard hasXenstore else { return [.noXenstore] }
        var conflicts: [ConfigConflict] = []
        for backend in domain.settings.backends where !backend.isBootDomain {
            guard let server = domains?.find(backend.name) else {
                conflicts.merge(.noXenstore)
                continue
            }
            if !server.settings.usesXenstore { conflicts.merge(.backendWithoutXenstore(server.domid)) }
        }
        return conflicts
    }

    /// `nil` for a name that no reader of LCMs lets through.
    func server(_ partner: Backend) -> DomainID? {
        partner.isBootDomain ? bootDomain : domains?.find(partner.name)?.domid
    }
}
