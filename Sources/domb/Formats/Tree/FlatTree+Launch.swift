// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension FlatTree {
    /// The launch in the Hyperlaunch bindings: docs/lcm.md.
    init(_ launch: Launch) {
        var hypervisor = Node("hypervisor")
        hypervisor.set("compatible", text: "hypervisor,xen")
        hypervisor.add(launch.lcm.settings)
        if let boot = launch.bootDomain, boot.kernelIndex != nil { hypervisor.children.append(Node(boot)) }
        let neededIndices = Set(launch.lcm.domains.flatMap { $0.dependencies })
        for (index, domain) in launch.lcm.domains.enumerated() {
            hypervisor.children.append(Node(domain, index: index, isNeeded: neededIndices.contains(index)))
        }
        var chosen = Node("chosen")
        chosen.children = [hypervisor]
        root.children = [chosen]
    }
}

extension FlatTree.Node {
    fileprivate mutating func add(_ settings: LaunchSettings) {
        if let pcr = settings.pcr { set("domb,pcr", cells: [UInt32(pcr.rawValue)]) }
        set("domb,tpm", text: settings.tpmPolicy.name.description)
        set("domb,coverage", text: settings.coverage.name.description)
        set("domb,handoff", text: settings.handoff.name.description)
        if let target = settings.handoffTarget { set("domb,handoff-target", text: target) }
        if let digest = settings.xenstored { set("domb,xenstored", bytes: digest.bytes) }
        if settings.builder != .toolstack { set("domb,builder", text: settings.builder.name.description) }
        if !settings.cpupools.isEmpty {
            set("domb,cpupools", bytes: settings.cpupools.flatMap { Array($0.words.utf8) + [0] })
        }
    }

    fileprivate init(_ boot: BootDomain) {
        self.init(name: boot.name)
        set("compatible", text: "xen,domain")
        set("domid", cells: [BootDomain.domid])
        set("functions", cells: [1])
        set("mode", cells: [0])
        set("cpus", cells: [boot.vcpus])
        if let memory = boot.memory { set("memory", longs: [memory]) }
        children.append(Self.lcm("kernel", boot.kernelIndex, boot.commandLine))
        if let index = boot.ramdiskIndex { children.append(Self.lcm("ramdisk", index)) }
    }

    /// `index` is its place among the domains: what others refer to it by.
    fileprivate init(_ domain: DomainDescription, index: Int, isNeeded: Bool) {
        self.init(name: domain.name)
        set("compatible", text: "xen,domain")
        if isNeeded { set("phandle", cells: [UInt32(index) + 1]) }
        set("domid", cells: [UInt32(domain.domid.rawValue)])
        add(.uuid, domain.settings)
        set("permissions", cells: [domain.roles.permissions])
        set("functions", cells: [domain.roles.functions])
        set("mode", cells: [UInt32(domain.mode.rawValue)])
        set("cpus", cells: [domain.vcpus])
        set("memory", longs: [domain.memory])
        for key in SettingKey.written where key != .uuid { add(key, domain.settings) }
        add(domain.conduct)
        if !domain.dependencies.isEmpty {
            set("domb,depends-on", cells: domain.dependencies.map { UInt32($0) + 1 })
        }
        if let place = domain.logRegion { set("domb,log-region", longs: [place.address, place.byteCount]) }
        children = domain.affinities.map { Self.affinity($0) }
        children.append(Self.image("kernel", domain.kernel, domain.commandLine))
        if let ramdisk = domain.ramdisk { children.append(Self.image("ramdisk", ramdisk)) }
    }

    /// What stands there of the key. A vcpu's has a node of its own.
    private mutating func add(_ key: SettingKey, _ settings: [Setting]) {
        let (schema, items) = (key.schema, settings.items(key))
        guard !items.isEmpty, schema.place != .vcpu else { return }
        let name = domb.text(schema.property.bytes)
        let numbers = items.flatMap { $0.numbers }
        switch schema.form {
        case .cells(bytes: 4, _): set(name, cells: numbers.map { UInt32(truncatingIfNeeded: $0) })
        case .cells, .kibibytes: set(name, longs: numbers)
        case .bytes: set(name, bytes: numbers.flatMap { BigEndian.bytes($0) })
        case .string, .strings: set(name, bytes: items.flatMap { $0.text.bytes + [0] })
        }
    }

    private mutating func add(_ conduct: DomainConduct) {
        for (key, value) in conduct.words {
            let name = domb.text(key.schema.property.bytes)
            if key == .readyTimeout { set(name, cells: [conduct.timeout]) } else { set(name, text: value) }
        }
    }

    private static func affinity(_ affinity: VCPUAffinity) -> FlatTree.Node {
        var node = FlatTree.Node("vcpu\(affinity.vcpu)")
        node.set("compatible", text: "xen,vcpu")
        node.set("id", cells: [affinity.vcpu])
        if let hard = affinity.hard { node.set("hard-affinity", text: cpuList(hard)) }
        if let soft = affinity.soft { node.set("domb,soft-affinity", text: cpuList(soft)) }
        return node
    }

    private static func lcm(_ kind: String, _ index: UInt32?, _ commandLine: [UInt8] = []) -> FlatTree.Node {
        var node = FlatTree.Node(kind)
        node.set("compatible", text: "module,\(kind)")
        if let index { node.set("module-index", cells: [index]) }
        if !commandLine.isEmpty { node.set("bootargs", text: commandLine) }
        return node
    }

    private static func image(
        _ kind: String, _ image: ImageReference, _ commandLine: [UInt8] = []
    ) -> FlatTree.Node {
        var node = lcm(kind, image.moduleIndex, commandLine)
        node.add(image)
        return node
    }

    /// What the image itself says.
    mutating func add(_ image: ImageReference) {
        if !image.segments.isEmpty { set("domb,load", longs: image.segments.flatMap { [$0.address, $0.byteCount] }) }
        if let byteCount = image.byteCount { set("domb,size", longs: [byteCount]) }
        if let digest = image.expectedDigest { set("domb,digest", bytes: digest.bytes) }
    }
}

extension DomainRoles {
    fileprivate var permissions: UInt32 { word([(.control, 0), (.hardware, 1)]) }

    fileprivate var functions: UInt32 {
        word([(.boot, 0), (.recovery, 1), (.console, 2), (.stubDomain, 3), (.xenstore, 30), (.legacyDom0, 31)])
    }

    private func word(_ bits: [(role: DomainRoles, bit: UInt32)]) -> UInt32 {
        bits.reduce(0) { $0 | (contains($1.role) ? 1 << $1.bit : 0) }
    }
}
