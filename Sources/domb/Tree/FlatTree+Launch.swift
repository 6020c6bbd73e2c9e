// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension FlatTree {
    /// The launch in the Hyperlaunch bindings: docs/lcm.md.
    init(_ launch: Launch) {
        var hypervisor = Node("hypervisor")
        hypervisor.set("compatible", text: "hypervisor,xen")
        hypervisor.add(launch.module.settings)
        if let boot = launch.bootDomain, boot.kernelIndex != nil { hypervisor.children.append(Node(boot)) }
        let neededIndices = Set(launch.module.domains.flatMap { $0.dependencies })
        for (index, domain) in launch.module.domains.enumerated() {
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
        children.append(Self.module("kernel", boot.kernelIndex, boot.commandLine))
        if let index = boot.ramdiskIndex { children.append(Self.module("ramdisk", index)) }
    }

    /// `index` is its place among the domains: what others refer to it by.
    fileprivate init(_ domain: DomainDescription, index: Int, isNeeded: Bool) {
        self.init(name: domain.name)
        set("compatible", text: "xen,domain")
        if isNeeded { set("phandle", cells: [UInt32(index) + 1]) }
        set("domid", cells: [UInt32(domain.domid.rawValue)])
        if let handle = domain.handle { set("domain-uuid", bytes: handle.bytes) }
        set("permissions", cells: [domain.roles.permissions])
        set("functions", cells: [domain.roles.functions])
        set("mode", cells: [UInt32(domain.mode.rawValue)])
        set("cpus", cells: [domain.vcpus])
        set("memory", longs: [domain.memory])
        if let most = domain.maxMemory { set("mem-max", longs: [most]) }
        if let weight = domain.weight { set("domb,weight", cells: [UInt32(weight)]) }
        if let cap = domain.cap { set("domb,cap", cells: [UInt32(cap)]) }
        add(domain.extended)
        add(domain.conduct)
        if !domain.dependencies.isEmpty {
            set("domb,depends-on", cells: domain.dependencies.map { UInt32($0) + 1 })
        }
        if let place = domain.logRegion { set("domb,log-region", longs: [place.address, place.byteCount]) }
        children = domain.affinities.map { Self.affinity($0) }
        children.append(Self.image("kernel", domain.kernel, domain.commandLine))
        if let ramdisk = domain.ramdisk { children.append(Self.image("ramdisk", ramdisk)) }
    }

    private mutating func add(_ extended: ExtendedConfiguration) {
        if let pool = extended.cpupool { set("domb,cpupool", text: pool) }
        if let rtds = extended.rtds {
            set("domb,rtds-period", cells: [rtds.period])
            set("domb,rtds-budget", cells: [rtds.budget])
        }
        if let nodes = extended.nodeAffinity { set("domb,node-affinity", text: cpuList(nodes)) }
        if !extended.ports.isEmpty { set("domb,ioports", cells: extended.ports.flatMap { [$0.first, $0.count] }) }
        if !extended.memory.isEmpty {
            set("domb,iomem", longs: extended.memory.flatMap { [$0.host, $0.count, $0.guest] })
        }
        if !extended.interrupts.isEmpty { set("domb,irqs", cells: extended.interrupts) }
        if let mode = extended.tscMode { set("domb,tsc-mode", text: mode.name.description) }
        if !extended.parameters.isEmpty {
            set("domb,hvm-params", longs: extended.parameters.flatMap { [UInt64($0.parameter.rawValue), $0.value] })
        }
        let channels = extended.channels.map { Array("\($0.port):".utf8) + $0.remote.text.bytes }
        if !channels.isEmpty { set("domb,event-channels", bytes: channels.flatMap { $0 + [0] }) }
        if !extended.clearedFeatures.isEmpty {
            set("domb,cpuid-clear", bytes: extended.clearedFeatures.flatMap { Line($0.name).bytes + [0] })
        }
        if let label = extended.label { set("domb,label", text: label) }
        // Strings, each with its zero.
        if extended.usesStore { set("xen,enhanced", text: "enabled") }
        if let console = extended.console { set("domb,console", text: console.text.bytes) }
        if !extended.disks.isEmpty { set("domb,disks", bytes: extended.disks.flatMap { $0.text.bytes + [0] }) }
        if !extended.interfaces.isEmpty { set("domb,vifs", bytes: extended.interfaces.flatMap { $0.text.bytes + [0] }) }
        if !extended.devices.isEmpty { set("domb,pci", bytes: extended.devices.flatMap { $0.text.bytes + [0] }) }
    }

    private mutating func add(_ conduct: DomainConduct) {
        for (key, value) in conduct.words {
            if key == "ready-timeout" {
                set("domb,ready-timeout", cells: [conduct.timeout])
            } else {
                set("domb,\(key)", text: value)
            }
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

    private static func module(_ kind: String, _ index: UInt32?, _ commandLine: [UInt8] = []) -> FlatTree.Node {
        var node = FlatTree.Node(kind)
        node.set("compatible", text: "module,\(kind)")
        if let index { node.set("module-index", cells: [index]) }
        if !commandLine.isEmpty { node.set("bootargs", text: commandLine) }
        return node
    }

    private static func image(
        _ kind: String, _ image: ImageReference, _ commandLine: [UInt8] = []
    ) -> FlatTree.Node {
        var node = module(kind, image.moduleIndex, commandLine)
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
