// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension FlatTree {
    /// The launch in the Hyperlaunch bindings: docs/lcm.md.
    init(_ launch: Launch) {
        var hypervisor = Node("hypervisor")
        hypervisor.set("compatible", texts: launch.dialect.launch)
        hypervisor.add(launch.lcm.settings)
        if let boot = launch.bootDomain, boot.kernelIndex != nil {
            hypervisor.children.append(Node(boot, launch.dialect))
        }
        let neededIndices = Set(launch.lcm.domains.flatMap { $0.dependencies })
        for (index, domain) in launch.lcm.domains.enumerated() {
            hypervisor.children.append(
                Node(domain, index: index, isNeeded: neededIndices.contains(index), launch.dialect))
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

    /// Roles that its builder gives it anyway are said. Function boot is DomB's: the hypervisors pass it over.
    fileprivate init(_ boot: BootDomain, _ dialect: TreeDialect) {
        self.init(name: boot.name)
        set("compatible", text: "xen,domain")
        set("domid", cells: [dialect == .document ? BootDomain.domid : 0])
        let mode = UInt32(boot.mode.rawValue)
        switch dialect {
        case .document:
            set("functions", cells: [1])
            set("mode", cells: [mode])
        case .xen2024:
            set("permissions", cells: [3])
            set("functions", cells: [TreeDialect.initialDomain | 1])
            // Xen's own word for a kernel of 64 bits: LONG.
            set("mode", cells: [boot.mode == .pv ? mode | 4 : mode])
        case .xen2025:
            set("capabilities", cells: [3])
            set("functions", cells: [1])
            set("mode", cells: [mode | TreeDialect.startsOnBoot])
        }
        set("cpus", cells: [boot.vcpus])
        if let memory = boot.memory { add(memory: memory, dialect) }
        children.append(Self.lcm("kernel", boot.kernelIndex, boot.commandLine, dialect))
        if let index = boot.ramdiskIndex { children.append(Self.lcm("ramdisk", index, [], dialect)) }
    }

    private mutating func add(memory kibibytes: UInt64, _ dialect: TreeDialect) {
        guard dialect == .xen2024 else { return set("memory", longs: [kibibytes]) }
        set("memory", text: kibibytes % 1024 == 0 ? "\(kibibytes / 1024)M" : "\(kibibytes)K")
    }

    private mutating func add(_ roles: DomainRoles, _ dialect: TreeDialect) {
        guard dialect == .xen2025 else {
            set("permissions", cells: [roles.permissions])
            return set("functions", cells: [roles.functions])
        }
        set("capabilities", cells: [roles.capabilities])
        set("functions", cells: [roles.subtracting(.xenstore).functions])
    }

    /// `index` is its place among the domains: what others refer to it by.
    fileprivate init(_ domain: DomainDescription, index: Int, isNeeded: Bool, _ dialect: TreeDialect) {
        self.init(name: domain.name)
        set("compatible", text: "xen,domain")
        if isNeeded { set("phandle", cells: [UInt32(index) + 1]) }
        set("domid", cells: [UInt32(domain.domid.rawValue)])
        add(.uuid, domain.settings)
        add(domain.roles, dialect)
        set("mode", cells: [UInt32(domain.mode.rawValue)])
        set("cpus", cells: [domain.vcpus])
        add(memory: domain.memory, dialect)
        for key in SettingKey.written where key != .uuid { add(key, domain.settings) }
        add(domain.conduct)
        if !domain.dependencies.isEmpty {
            set("domb,depends-on", cells: domain.dependencies.map { UInt32($0) + 1 })
        }
        if let place = domain.logRegion { set("domb,log-region", longs: [place.address, place.byteCount]) }
        if dialect.hasVCPUNodes {
            children = domain.affinities.map { Self.affinity($0) }
        } else {
            for key in [SettingKey.hardAffinity, .softAffinity] where domain.settings.has(key) {
                set("domb,\(key.word)", texts: domain.settings.items(key).map { domb.text($0.text.bytes) })
            }
        }
        children.append(Self.image("kernel", domain.kernel, domain.commandLine, dialect))
        if let ramdisk = domain.ramdisk { children.append(Self.image("ramdisk", ramdisk, [], dialect)) }
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

    private static func lcm(
        _ kind: String, _ index: UInt32?, _ commandLine: [UInt8], _ dialect: TreeDialect
    ) -> FlatTree.Node {
        var node = FlatTree.Node(kind)
        node.set("compatible", texts: dialect.module(kind))
        if let index { node.set("module-index", cells: [index]) }
        if !commandLine.isEmpty { node.set("bootargs", text: commandLine) }
        return node
    }

    private static func image(
        _ kind: String, _ image: ImageReference, _ commandLine: [UInt8], _ dialect: TreeDialect
    ) -> FlatTree.Node {
        var node = lcm(kind, image.moduleIndex, commandLine, dialect)
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

    fileprivate var capabilities: UInt32 { word([(.control, 0), (.hardware, 1), (.xenstore, 2)]) }

    fileprivate var functions: UInt32 {
        word([(.boot, 0), (.recovery, 1), (.console, 2), (.stubDomain, 3), (.xenstore, 30), (.legacyDom0, 31)])
    }

    private func word(_ bits: [(role: DomainRoles, bit: UInt32)]) -> UInt32 {
        bits.reduce(0) { $0 | (contains($1.role) ? 1 << $1.bit : 0) }
    }
}
