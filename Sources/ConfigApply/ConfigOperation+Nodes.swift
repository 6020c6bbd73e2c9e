// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// What a toolstack writes into xenstore for a domain, so that guests find their devices and `xl` finds the guests:
/// Xen's docs/misc/xenstore-paths.pandoc, and for the devices xen/public/io/{blkif,netif,console}.h.
extension ConfigOperation {
    /// `store`: the domain whose xenstored it is. Parents come before their children. Empty for what is no node.
    public func nodes(of domain: DomainDescription, _ rings: DomainRings, xenstore: DomainID) -> [XenstoreNode] {
        var nodes = NodeList(domain: domain.domid, xenstore: xenstore)
        switch self {
        case .home: nodes.appendHome(domain, rings)
        case .console(_, let server): nodes.appendConsole(rings, server)
        case .disk(let disk, let server): nodes.append(disk, server)
        case .interface(let interface, let handle, let server): nodes.append(interface, handle, server)
        case .vcpus, .setting, .clearedFeatures, .cpupool, .affinity, .share, .rtds, .channel, .ring: break
        }
        return nodes.nodes
    }
}

private struct NodeList {
    typealias Folders = (frontend: Line, backend: Line)

    let domain: DomainID
    let xenstore: DomainID
    var nodes: [XenstoreNode] = []

    private static func home(_ domid: DomainID) -> Line { "/local/domain/\(domid)" }

    private mutating func add(_ folder: Line, _ name: StaticString, _ value: Line, _ access: XenstoreAccess? = nil) {
        let path: Line = "\(folder)\(name)"
        nodes.append(XenstoreNode(path: path.bytes, value: value.bytes, access: access))
    }

    mutating func appendHome(_ description: DomainDescription, _ rings: DomainRings) {
        let home = Self.home(domain)
        let own = XenstoreAccess(owner: domain)
        add(home, "", "", XenstoreAccess(owner: xenstore, readers: [domain]))
        add(home, "/name", Line(description.name[...]))
        add(home, "/domid", "\(domain)")
        if let handle = description.handle {
            let folder: Line = "/vm/\(handle.text)"
            add(home, "/vm", folder)
            add(folder, "", "", XenstoreAccess(owner: xenstore, readers: [domain]))
            add(folder, "/name", Line(description.name[...]))
            add(folder, "/uuid", handle.text)
        }
        for vcpu in 0..<description.vcpus { add("\(home)/cpu/\(vcpu)", "/availability", "online") }
        add(home, "/memory/static-max", "\(description.maxMemory ?? description.memory)")
        add(home, "/memory/target", "\(description.memory)")
        add(home, "/device", "")
        add(home, "/control", "", own)
        add(home, "/control/shutdown", "", own)
        add(home, "/control/platform-feature-multiprocessor-suspend", "1")
        add(home, "/control/platform-feature-xs_reset_watches", "1")
        for name: StaticString in ["/data", "/drivers", "/feature", "/attr", "/error"] { add(home, name, "", own) }
        add(home, "/store/port", "\(rings.xenstorePort)")
        add(home, "/store/ring-ref", "\(rings.xenstoreFrame)")
        add("/libxl/\(domain)", "/type", "pvh")
    }

    /// The frontend's folder, the backend's, and what each says of the other.
    private mutating func pair(
        _ frontend: Line, _ kind: StaticString, _ number: UInt64, _ server: DomainID, _ frontendAccess: XenstoreAccess
    ) -> Line {
        let backend: Line = "\(Self.home(server))/backend/\(kind)/\(domain)/\(number)"
        add(frontend, "", "", frontendAccess)
        add(frontend, "/backend", backend)
        add(frontend, "/backend-id", "\(server)")
        add(backend, "", "", XenstoreAccess(owner: server, readers: [domain]))
        add(backend, "/frontend", frontend)
        add(backend, "/frontend-id", "\(domain)")
        add(backend, "/online", "1")
        // XenbusStateInitialising
        add(backend, "/state", "1")
        return backend
    }

    private mutating func device(_ kind: StaticString, _ number: UInt64, _ server: DomainID) -> Folders {
        let frontend: Line = "\(Self.home(domain))/device/\(kind)/\(number)"
        let backend = pair(frontend, kind, number, server, XenstoreAccess(owner: domain, readers: [server]))
        add(frontend, "/state", "1")
        return (frontend, backend)
    }

    /// The first console is no device of the guest's: it finds ring and port by its parameters.
    mutating func appendConsole(_ rings: DomainRings, _ server: DomainID) {
        let frontend: Line = "\(Self.home(domain))/console"
        let backend = pair(frontend, "console", 0, server, XenstoreAccess(owner: xenstore, readers: [domain, server]))
        add(frontend, "/type", "xenconsoled")
        add(frontend, "/output", "pty")
        add(frontend, "/tty", "")
        add(frontend, "/limit", "1048576")
        add(frontend, "/port", "\(rings.consolePort)")
        add(frontend, "/ring-ref", "\(rings.consoleFrame)")
        add(backend, "/protocol", "vt100")
    }

    mutating func append(_ disk: VirtualDisk, _ server: DomainID) {
        let (frontend, backend) = device("vbd", UInt64(disk.number), server)
        add(frontend, "/virtual-device", "\(disk.number)")
        add(frontend, "/device-type", "disk")
        add(backend, "/mode", disk.isReadOnly ? "r" : disk.isShared ? "w!" : "w")
        add(backend, "/type", "phy")
        add(backend, "/params", Line(disk.target[...]))
        add(backend, "/dev", Line(disk.name[...]))
        add(backend, "/device-type", "disk")
        add(backend, "/removable", "0")
        if let device = disk.physicalDevice { add(backend, "/physical-device", Line(device[...])) }
    }

    mutating func append(_ interface: VirtualInterface, _ handle: UInt32, _ server: DomainID) {
        let (frontend, backend) = device("vif", UInt64(handle), server)
        for folder in [frontend, backend] {
            add(folder, "/handle", "\(handle)")
            add(folder, "/mac", Line(interface.mac[...]))
        }
        // libxl's own. Linux's netback wants one, and gives it to udev.
        add(backend, "/script", "/etc/xen/scripts/vif-bridge")
        if let bridge = interface.bridge { add(backend, "/bridge", Line(bridge[...])) }
    }
}
