// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Who is at the other end of event channels, of PV devices and of the ring to xenstore.
public struct Partners {
    let bootDomain: DomainID
    /// Whether the LCM names a xenstored: it is the boot domain's.
    private let hasStore: Bool
    /// `nil` where nobody names anybody.
    private let domains: DomainNames?

    public init(_ module: LaunchControlModule, bootDomain: DomainID) {
        self.bootDomain = bootDomain
        hasStore = module.settings.xenstored != nil
        domains = module.domains.contains { !$0.settings.partners.isEmpty } ? DomainNames(module) : nil
    }

    /// A domain with xenstore needs somebody who serves it; so do those that serve its devices.
    func conflicts(_ domain: DomainDescription) -> [ConfigConflict] {
        guard domain.settings.usesStore else { return [] }
        guard hasStore else { return [.noStore] }
        var conflicts: [ConfigConflict] = []
        for backend in domain.settings.backends where !backend.isBootDomain {
            guard let server = domains?.find(backend.name) else {
                conflicts.merge(.noStore)
                continue
            }
            if !server.settings.usesStore { conflicts.merge(.backendWithoutStore(server.domid)) }
        }
        return conflicts
    }

    /// `nil` for a name that no reader of LCMs lets through.
    func server(_ partner: Backend) -> DomainID? {
        partner.isBootDomain ? bootDomain : domains?.find(partner.name)?.domid
    }
}
