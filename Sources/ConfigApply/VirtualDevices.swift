// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Who serves xenstore and PV devices in a launch.
public struct StoreServers {
    /// The domain whose xenstored it is: the boot domain.
    public let store: DomainID
    private let domains: DomainNames

    public init(store: DomainID, _ module: LaunchControlModule) {
        self.store = store
        domains = DomainNames(module)
    }

    /// The domain that a backend's name means. `nil` for a name that no reader of LCMs lets through.
    func server(_ backend: Backend) -> (domid: DomainID, usesStore: Bool)? {
        if backend.isBootDomain { return (store, true) }
        return domains.find(backend.name).map { ($0.domid, $0.extended.usesStore) }
    }
}

/// One domain's rings and what it has in xenstore, as operations.
struct VirtualDevices {
    private(set) var rings: [ConfigOperation] = []
    private(set) var nodes: [ConfigOperation] = []

    init(_ domain: DomainDescription, _ servers: StoreServers?) throws(ConfigConflict) {
        let extended = domain.extended
        guard extended.usesStore else { return }
        guard let servers else { throw .noStore }
        rings.append(.ring(.store, remote: servers.store))
        nodes.append(.home)
        if let console = extended.console {
            let server = try Self.server(console, servers)
            rings.append(.ring(.console, remote: server))
            nodes.append(.console(console, server: server))
        }
        for disk in extended.disks { nodes.append(.disk(disk, server: try Self.server(disk.backend, servers))) }
        for (handle, interface) in extended.interfaces.enumerated() {
            let server = try Self.server(interface.backend, servers)
            nodes.append(.interface(interface, handle: UInt32(handle), server: server))
        }
    }

    private static func server(_ backend: Backend, _ servers: StoreServers) throws(ConfigConflict) -> DomainID {
        guard let server = servers.server(backend) else { throw .noStore }
        guard server.usesStore else { throw .backendWithoutStore(server.domid) }
        return server.domid
    }
}
