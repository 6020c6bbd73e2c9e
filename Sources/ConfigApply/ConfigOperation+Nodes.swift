// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// What a toolstack writes into xenstore for a domain, so that guests find their devices and `xl` finds the guests:
/// Xen's docs/misc/xenstore-paths.pandoc, and for the devices xen/public/io/{blkif,netif,console}.h.
extension ConfigOperation {
    /// `store`: the domain whose xenstored it is. Parents come before their children. Empty for what is no node.
    public func nodes(of domain: DomainDescription, _ rings: DomainRings, store: DomainID) -> [StoreNode] {
        var nodes = NodeList(domain: domain.domid, store: store)
        switch self {
        case .home: nodes.appendHome(domain, rings)
        case .console(let backend, let server):
            nodes.appendConsole(rings, server, backend)
        case .disk(let disk, let server): nodes.append(disk, server)
        case .interface(let interface, let handle, let server): nodes.append(interface, handle, server)
        default: break
        }
        return nodes.nodes
    }
}

private struct NodeList {
    let domain: DomainID
    let store: DomainID
    var nodes: [StoreNode] = []

    init(domain: DomainID, store: DomainID) {
        self.domain = domain
        self.store = store
    }

    private static func home(_ domid: DomainID) -> Line {
        var line = Line("/local/domain/")
        line.append(domid)
        return line
    }

    private mutating func add(_ folder: Line, _ name: StaticString, _ value: Line, _ access: StoreAccess? = nil) {
        var path = folder
        path.append(name)
        nodes.append(StoreNode(path: path.bytes, value: value.bytes, access: access))
    }

    private mutating func add(_ folder: Line, _ name: StaticString, decimal value: UInt64) {
        var line = Line()
        line.append(decimal: value)
        add(folder, name, line)
    }

    mutating func appendHome(_ description: DomainDescription, _ rings: DomainRings) {
        let home = Self.home(domain)
        let own = StoreAccess(owner: domain)
        add(home, "", Line(), StoreAccess(owner: store, readers: [domain]))
        add(home, "/name", Line(description.name[...]))
        add(home, "/domid", decimal: UInt64(domain.rawValue))
        if let handle = description.handle { appendVM(home, description.name, handle) }
        for vcpu in 0..<description.vcpus {
            var folder = home
            folder.append("/cpu/")
            folder.append(decimal: UInt64(vcpu))
            add(folder, "/availability", Line("online"))
        }
        add(home, "/memory/static-max", decimal: description.maxMemory ?? description.memory)
        add(home, "/memory/target", decimal: description.memory)
        add(home, "/device", Line())
        add(home, "/control", Line(), own)
        add(home, "/control/shutdown", Line(), own)
        add(home, "/control/platform-feature-multiprocessor-suspend", Line("1"))
        add(home, "/control/platform-feature-xs_reset_watches", Line("1"))
        for name: StaticString in ["/data", "/drivers", "/feature", "/attr", "/error"] { add(home, name, Line(), own) }
        add(home, "/store/port", decimal: rings.storePort)
        add(home, "/store/ring-ref", decimal: rings.storeFrame)
        var library = Line("/libxl/")
        library.append(domain)
        add(library, "/type", Line("pvh"))
    }

    private mutating func appendVM(_ home: Line, _ name: [UInt8], _ handle: DomainHandle) {
        var folder = Line("/vm/")
        folder.append(handle.text)
        add(home, "/vm", folder)
        add(folder, "", Line(), StoreAccess(owner: store, readers: [domain]))
        add(folder, "/name", Line(name[...]))
        add(folder, "/uuid", handle.text)
    }

    /// The frontend's folder, the backend's, and what each says of the other. `place`: "vbd/51712".
    private mutating func pair(
        _ frontend: Line, _ kind: StaticString, _ number: UInt64, _ server: DomainID, _ frontendAccess: StoreAccess
    ) -> Line {
        var backend = Self.home(server)
        backend.append("/backend/")
        backend.append(kind)
        backend.append("/")
        backend.append(domain)
        backend.append("/")
        backend.append(decimal: number)
        add(frontend, "", Line(), frontendAccess)
        add(frontend, "/backend", backend)
        add(frontend, "/backend-id", decimal: UInt64(server.rawValue))
        add(backend, "", Line(), StoreAccess(owner: server, readers: [domain]))
        add(backend, "/frontend", frontend)
        add(backend, "/frontend-id", decimal: UInt64(domain.rawValue))
        add(backend, "/online", Line("1"))
        // XenbusStateInitialising
        add(backend, "/state", Line("1"))
        return backend
    }

    private mutating func device(_ kind: StaticString, _ number: UInt64, _ server: DomainID) -> (
        frontend: Line, backend: Line
    ) {
        var frontend = Self.home(domain)
        frontend.append("/device/")
        frontend.append(kind)
        frontend.append("/")
        frontend.append(decimal: number)
        let backend = pair(frontend, kind, number, server, StoreAccess(owner: domain, readers: [server]))
        add(frontend, "/state", Line("1"))
        return (frontend, backend)
    }

    /// The first console is no device of the guest's: it finds ring and port by its parameters.
    mutating func appendConsole(_ rings: DomainRings, _ server: DomainID, _ name: Backend) {
        var frontend = Self.home(domain)
        frontend.append("/console")
        let backend = pair(frontend, "console", 0, server, StoreAccess(owner: store, readers: [domain, server]))
        add(frontend, "/type", Line("xenconsoled"))
        add(frontend, "/output", Line("pty"))
        add(frontend, "/tty", Line())
        add(frontend, "/limit", decimal: 1_048_576)
        add(frontend, "/port", decimal: rings.consolePort)
        add(frontend, "/ring-ref", decimal: rings.consoleFrame)
        add(backend, "/protocol", Line("vt100"))
    }

    mutating func append(_ disk: VirtualDisk, _ server: DomainID) {
        let (frontend, backend) = device("vbd", UInt64(disk.number), server)
        add(frontend, "/virtual-device", decimal: UInt64(disk.number))
        add(frontend, "/device-type", Line("disk"))
        add(backend, "/mode", Line(disk.isReadOnly ? "r" : "w"))
        add(backend, "/type", Line("phy"))
        add(backend, "/params", Line(disk.target[...]))
        add(backend, "/dev", Line(disk.name[...]))
        add(backend, "/device-type", Line("disk"))
        add(backend, "/removable", Line("0"))
        if let device = disk.physicalDevice { add(backend, "/physical-device", Line(device[...])) }
    }

    mutating func append(_ interface: VirtualInterface, _ handle: UInt32, _ server: DomainID) {
        let (frontend, backend) = device("vif", UInt64(handle), server)
        for folder in [frontend, backend] {
            add(folder, "/handle", decimal: UInt64(handle))
            add(folder, "/mac", Line(interface.mac[...]))
        }
        // libxl's own. Linux's netback wants one, and gives it to udev.
        add(backend, "/script", Line("/etc/xen/scripts/vif-bridge"))
        if let bridge = interface.bridge { add(backend, "/bridge", Line(bridge[...])) }
    }
}
