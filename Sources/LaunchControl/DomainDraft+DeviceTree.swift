// SPDX-License-Identifier: Apache-2.0

import Platform

extension DomainDraft {
    static let knownProperties: [Line] =
        [
            "compatible", "#address-cells", "#size-cells", "phandle", "linux,phandle",
            "domid", "permissions", "functions", "capabilities", "mode", "cpus", "memory",
        ] + SettingKey.keys(in: .domain).map { $0.schema.property }
        + SettingKey.keys(in: .vcpu).map { "domb,\($0.schema.word)" }
    private static let knownVCPUProperties: [Line] =
        ["compatible", "id", "phandle", "linux,phandle"] + SettingKey.keys(in: .vcpu).map { $0.schema.property }

    /// What the node says. `nil` only where there is no telling what domain it is; every problem is reported.
    init?(_ view: NodeView, isX86: Bool) {
        guard let unassigned = DomainID(rawValue: 0) else { return nil }
        view.refuseUnknownDombProperties(Self.knownProperties)
        if view.node.name.count > Limits.nameBytes { view.report(.nameTooLong) }
        let roles = DomainRoles(view, isX86: isX86)
        let modules = DomainModules(view)
        // A boot domain is somebody else's to build: nothing but its role is looked at.
        let isBoot = roles.contains(.boot)
        if modules.kernel == nil, !isBoot { view.report(.missingProperty, "kernel") }
        self.init(
            place: view.place,
            description: DomainDescription(
                domid: unassigned, name: view.baseName, roles: roles, memory: 0,
                kernel: modules.kernel ?? ImageReference(moduleIndex: nil), ramdisk: modules.ramdisk,
                otherModules: modules.others, commandLine: modules.commandLine))
        description.mode = DomainMode(view, isBoot: isBoot) ?? .pvh
        if !isBoot {
            description.memory = Self.memory(view)
            domid = Self.domid(view)
        }
        description.vcpus = Self.vcpus(view)
        apply(SettingSource(view))
        description.handle = view.bytes("domain-uuid", count: DomainHandle.byteCount).flatMap {
            DomainHandle(bytes: $0)
        }
        description.maxMemory = view.kibibytes("mem-max")
        readVCPUs(view)
        readPhandle(view)
        let phandles = view.cells("domb,depends-on", bytes: 4) ?? []
        dependsOn = phandles.map { .phandle(UInt32(truncatingIfNeeded: $0)) }
        unknown = view.unknown(Self.knownProperties) + modules.unknown + unknown
        check(view.problems)
    }

    /// Zero stands for the next free one in the design document and the 2022 series; the 2025 series knows no such
    /// value, and its domid 0 is the boot domain's.
    private static func domid(_ view: NodeView) -> DomainID? {
        guard let value = view.word("domid"), value != 0 else { return nil }
        let domid = UInt16(exactly: value).flatMap { DomainID(rawValue: $0) }
        if domid == nil { view.report(.badDomid, "domid") }
        return domid
    }

    private static func memory(_ view: NodeView) -> UInt64 {
        let memory = view.kibibytes("memory")
        if memory == 0 || view.property("memory") == nil { view.report(.missingProperty, "memory") }
        return memory ?? 0
    }

    private static func vcpus(_ view: NodeView) -> UInt32 {
        let vcpus = view.word("cpus") ?? 1
        if (1...Limits.vcpus).contains(vcpus) { return vcpus }
        view.report(.limitExceeded, "cpus")
        return 1
    }

    /// `linux,phandle` is the name that it had before ePAPR; dtc -H both writes the two.
    private mutating func readPhandle(_ view: NodeView) {
        let old = view.word("linux,phandle")
        phandle = view.word("phandle") ?? old
        if phandle == 0 || phandle == .max { view.report(.badPhandle, "phandle") }
        if let old, old != phandle { view.report(.conflictingProperties, "linux,phandle") }
    }

    private mutating func readVCPUs(_ view: NodeView) {
        var found: [VCPUAffinity] = []
        for child in view.children where child.isCompatible("xen,vcpu") {
            child.refuseUnknownDombProperties(Self.knownVCPUProperties)
            unknown += child.unknown(Self.knownVCPUProperties)
            guard let id = child.word("id") else {
                if child.property("id") == nil { child.report(.missingProperty, "id") }
                continue
            }
            if id >= description.vcpus {
                child.report(.limitExceeded, "id")
            } else if found.contains(where: { $0.vcpu == id }) {
                child.report(.duplicateName, "id")
            } else {
                found.append(
                    VCPUAffinity(vcpu: id, hard: child.cpus("hard-affinity"), soft: child.cpus("domb,soft-affinity")))
            }
        }
        let listed = description.affinities
        if listed.contains(where: { $0.vcpu >= description.vcpus }) {
            view.report(.limitExceeded, "domb,hard-affinity")
        }
        guard !found.isEmpty else { return }
        // One place for all of them, so that none is said twice.
        if !listed.isEmpty { view.report(.conflictingProperties, "domb,hard-affinity") }
        description.affinities = found.inOrder { $0.vcpu < $1.vcpu }
    }
}
