// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

@testable import ConfigApply

/// What a domain has in xenstore, compared with what libxl writes for the same domain.
@Suite struct NodesTests {
    private let boot: DomainID
    private let storage: DomainID
    private var app: DomainDescription

    init() throws {
        boot = try #require(DomainID(rawValue: 0))
        storage = try #require(DomainID(rawValue: 3))
        app = DomainDescription(
            domid: try #require(DomainID(rawValue: 7)), name: Array("app".utf8),
            handle: DomainHandle(high: 0x0123_4567_89AB_CDEF, low: 0x0123_4567_89AB_CDEF), memory: 65536, vcpus: 2,
            kernel: ImageReference(moduleIndex: 1))
    }

    private func nodes(_ operation: ConfigOperation) -> [String: (value: String, access: XenstoreAccess?)] {
        let rings: DomainRings = (xenstoreFrame: 0xFEFFC, xenstorePort: 1, consoleFrame: 0xFEFFF, consolePort: 2)
        return Dictionary(
            uniqueKeysWithValues: operation.nodes(of: app, rings, xenstore: boot).map {
                (String(decoding: $0.path, as: UTF8.self), (String(decoding: $0.value, as: UTF8.self), $0.access))
            })
    }

    private func values(_ operation: ConfigOperation) -> [String: String] { nodes(operation).mapValues { $0.value } }

    @Test func aDomainsHome() {
        let found = nodes(.home)
        #expect(
            found.mapValues { $0.value } == [
                "/local/domain/7": "", "/local/domain/7/name": "app", "/local/domain/7/domid": "7",
                "/local/domain/7/vm": "/vm/01234567-89ab-cdef-0123-456789abcdef",
                "/vm/01234567-89ab-cdef-0123-456789abcdef": "",
                "/vm/01234567-89ab-cdef-0123-456789abcdef/name": "app",
                "/vm/01234567-89ab-cdef-0123-456789abcdef/uuid": "01234567-89ab-cdef-0123-456789abcdef",
                "/local/domain/7/cpu/0/availability": "online", "/local/domain/7/cpu/1/availability": "online",
                "/local/domain/7/memory/static-max": "65536", "/local/domain/7/memory/target": "65536",
                "/local/domain/7/device": "", "/local/domain/7/control": "", "/local/domain/7/control/shutdown": "",
                "/local/domain/7/control/platform-feature-multiprocessor-suspend": "1",
                "/local/domain/7/control/platform-feature-xs_reset_watches": "1", "/local/domain/7/data": "",
                "/local/domain/7/drivers": "", "/local/domain/7/feature": "", "/local/domain/7/attr": "",
                "/local/domain/7/error": "", "/local/domain/7/store/port": "1",
                "/local/domain/7/store/ring-ref": "1044476", "/libxl/7/type": "pvh",
            ])
        // Only its own folders are the domain's to write.
        let own = found.filter { $0.value.access?.owner == app.domid }.keys.sorted()
        #expect(
            own
                == ["attr", "control", "control/shutdown", "data", "drivers", "error", "feature"].map {
                    "/local/domain/7/\($0)"
                })
        #expect(found["/local/domain/7"]?.access == XenstoreAccess(owner: boot, readers: [app.domid]))
        #expect(found["/local/domain/7/name"]?.access == nil)
    }

    @Test func withoutAHandleThereIsNoVM() {
        var anonymous = self
        anonymous.app.handle = nil
        anonymous.app.maxMemory = 131_072
        let found = anonymous.values(.home)
        #expect(!found.keys.contains { $0.contains("vm") })
        #expect(found["/local/domain/7/memory/static-max"] == "131072")
    }

    @Test func aDisk() throws {
        let disk = try #require(
            VirtualDisk(text: Array("vdev=xvdb,target=/dev/ram0,access=ro,physical-device=1:0".utf8)[...]))
        let found = nodes(.disk(disk, server: storage))
        let (frontend, backend) = ("/local/domain/7/device/vbd/51728", "/local/domain/3/backend/vbd/7/51728")
        #expect(
            found.mapValues { $0.value } == [
                frontend: "", "\(frontend)/backend": backend, "\(frontend)/backend-id": "3", "\(frontend)/state": "1",
                "\(frontend)/virtual-device": "51728", "\(frontend)/device-type": "disk", backend: "",
                "\(backend)/frontend": frontend, "\(backend)/frontend-id": "7", "\(backend)/online": "1",
                "\(backend)/state": "1", "\(backend)/mode": "r", "\(backend)/type": "phy",
                "\(backend)/params": "/dev/ram0", "\(backend)/dev": "xvdb", "\(backend)/device-type": "disk",
                "\(backend)/removable": "0", "\(backend)/physical-device": "1:0",
            ])
        #expect(found[frontend]?.access == XenstoreAccess(owner: app.domid, readers: [storage]))
        #expect(found[backend]?.access == XenstoreAccess(owner: storage, readers: [app.domid]))
    }

    @Test func aWritableDiskIsSo() throws {
        let disk = try #require(VirtualDisk(text: Array("vdev=xvda,target=x".utf8)[...]))
        let found = values(.disk(disk, server: storage))
        #expect(found["/local/domain/3/backend/vbd/7/51712/mode"] == "w")
        #expect(found["/local/domain/3/backend/vbd/7/51712/physical-device"] == nil)
    }

    @Test func anInterface() throws {
        let interface = try #require(VirtualInterface(text: Array("mac=00:16:3e:00:00:01,bridge=xenbr0".utf8)[...]))
        let (frontend, backend) = ("/local/domain/7/device/vif/1", "/local/domain/3/backend/vif/7/1")
        #expect(
            values(.interface(interface, handle: 1, server: storage)) == [
                frontend: "", "\(frontend)/backend": backend, "\(frontend)/backend-id": "3", "\(frontend)/state": "1",
                "\(frontend)/handle": "1", "\(frontend)/mac": "00:16:3e:00:00:01", backend: "",
                "\(backend)/frontend": frontend, "\(backend)/frontend-id": "7", "\(backend)/online": "1",
                "\(backend)/state": "1", "\(backend)/handle": "1", "\(backend)/mac": "00:16:3e:00:00:01",
                "\(backend)/script": "/etc/xen/scripts/vif-bridge", "\(backend)/bridge": "xenbr0",
            ])
    }

    @Test func aConsoleIsReadByWhoServesIt() {
        let found = nodes(.console(Backend(name: Array("storage".utf8)), server: storage))
        let (frontend, backend) = ("/local/domain/7/console", "/local/domain/3/backend/console/7/0")
        #expect(
            found.mapValues { $0.value } == [
                frontend: "", "\(frontend)/backend": backend, "\(frontend)/backend-id": "3",
                "\(frontend)/type": "xenconsoled", "\(frontend)/output": "pty", "\(frontend)/tty": "",
                "\(frontend)/limit": "1048576", "\(frontend)/port": "2", "\(frontend)/ring-ref": "1044479", backend: "",
                "\(backend)/frontend": frontend, "\(backend)/frontend-id": "7", "\(backend)/online": "1",
                "\(backend)/state": "1", "\(backend)/protocol": "vt100",
            ])
        #expect(found[frontend]?.access == XenstoreAccess(owner: boot, readers: [app.domid, storage]))
    }

    /// A child that is written before its parent would take its permissions from the wrong one.
    @Test func parentsComeFirst() throws {
        let disk = try #require(VirtualDisk(text: Array("vdev=xvda,target=x".utf8)[...]))
        for operation in [
            ConfigOperation.home, .disk(disk, server: storage), .console(Backend(name: []), server: boot),
        ] {
            var seen: Set<String> = []
            for node in operation.nodes(of: app, (0, 0, 0, 0), xenstore: boot) {
                let path = String(decoding: node.path, as: UTF8.self)
                #expect(!seen.contains { $0.hasPrefix(path + "/") }, "\(path)")
                seen.insert(path)
            }
        }
    }
}
