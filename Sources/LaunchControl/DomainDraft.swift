// SPDX-License-Identifier: Apache-2.0

import Platform

/// A domain as its node has it, before domids and dependencies are settled.
struct DomainDraft {
    static let knownProperties: [StaticString] = [
        "compatible", "#address-cells", "#size-cells", "phandle", "linux,phandle",
        "domid", "domain-uuid", "permissions", "functions", "capabilities", "mode", "cpus", "memory", "mem-max",
        "domb,depends-on", "domb,weight", "domb,cap",
    ]
    private static let knownVCPUProperties: [StaticString] = [
        "compatible", "id", "hard-affinity", "domb,soft-affinity", "phandle", "linux,phandle",
    ]

    let view: NodeView
    var description: DomainDescription
    /// `nil`: the next free one.
    let domid: DomainID?
    let phandle: UInt32?
    let dependsOn: [UInt32]
    private(set) var unknown: [UnknownProperty]

    init(_ view: NodeView) throws(ParseError) {
        self.view = view
        try view.refuseUnknownDombProperties(Self.knownProperties)
        unknown = LaunchControlModule.unknown(view, Self.knownProperties)
        let roles = try DomainRoles(view)
        domid = try Self.domid(view, roles)
        phandle = try Self.phandle(view)
        dependsOn = try view.words("domb,depends-on") ?? []
        let modules = try DomainModules(view)
        unknown += modules.unknown
        for child in view.children where child.isCompatible("xen,vcpu") {
            unknown += LaunchControlModule.unknown(child, Self.knownVCPUProperties)
        }
        guard let unassigned = DomainID(rawValue: 0) else { throw view.error(.badDomid) }
        // A boot domain is somebody else's to build: nothing but its role is looked at.
        let isBoot = roles.contains(.boot)
        guard let kernel = modules.kernel ?? (isBoot ? ImageReference(moduleIndex: nil) : nil) else {
            throw view.error(.missingProperty, missing: "kernel")
        }
        let vcpus = try Self.vcpus(view)
        description = DomainDescription(
            domid: unassigned, name: view.baseName, handle: try Self.handle(view), roles: roles,
            mode: try DomainMode(view), memory: isBoot ? 0 : try Self.memory(view),
            maxMemory: try view.kibibytes("mem-max"),
            vcpus: vcpus, affinities: try Self.affinities(view, vcpus: vcpus),
            weight: try view.short("domb,weight", in: 1...65535), cap: try view.short("domb,cap", in: 0...65535),
            kernel: kernel, ramdisk: modules.ramdisk, commandLine: modules.commandLine)
        try checkMemory()
    }

    private func checkMemory() throws(ParseError) {
        guard description.memory <= Limits.memory, (description.maxMemory ?? 0) <= Limits.memory else {
            throw view.error(.limitExceeded, missing: "memory")
        }
        if let most = description.maxMemory, most < description.memory {
            throw view.error(.conflictingProperties, missing: "mem-max")
        }
    }

    private static func domid(_ view: NodeView, _ roles: DomainRoles) throws(ParseError) -> DomainID? {
        guard let value = try view.word("domid"), value != 0, !roles.contains(.boot) else { return nil }
        guard let short = UInt16(exactly: value), let domid = DomainID(rawValue: short) else {
            throw view.error(.badDomid, missing: "domid")
        }
        return domid
    }

    private static func phandle(_ view: NodeView) throws(ParseError) -> UInt32? {
        guard let value = try view.word("phandle") else { return nil }
        guard value != 0, value != .max else { throw view.error(.badPhandle, missing: "phandle") }
        return value
    }

    private static func handle(_ view: NodeView) throws(ParseError) -> DomainHandle? {
        try view.bytes("domain-uuid", count: DomainHandle.byteCount).flatMap { DomainHandle(bytes: $0) }
    }

    private static func memory(_ view: NodeView) throws(ParseError) -> UInt64 {
        guard let memory = try view.kibibytes("memory"), memory > 0 else {
            throw view.error(.missingProperty, missing: "memory")
        }
        return memory
    }

    private static func vcpus(_ view: NodeView) throws(ParseError) -> UInt32 {
        let vcpus = try view.word("cpus") ?? 1
        guard (1...Limits.vcpus).contains(vcpus) else { throw view.error(.limitExceeded, missing: "cpus") }
        return vcpus
    }

    private static func affinities(_ view: NodeView, vcpus: UInt32) throws(ParseError) -> [VCPUAffinity] {
        var found: [VCPUAffinity] = []
        for child in view.children where child.isCompatible("xen,vcpu") {
            try child.refuseUnknownDombProperties(Self.knownVCPUProperties)
            guard let id = try child.word("id") else { throw child.error(.missingProperty, missing: "id") }
            guard id < vcpus else { throw child.error(.limitExceeded, missing: "id") }
            guard !found.contains(where: { $0.vcpu == id }) else { throw child.error(.duplicateName, missing: "id") }
            found.append(
                VCPUAffinity(
                    vcpu: id, hard: try child.cpus("hard-affinity"), soft: try child.cpus("domb,soft-affinity")))
        }
        return found.sorted { $0.vcpu < $1.vcpu }
    }
}

extension NodeView {
    /// KiB in a cell of eight bytes, in one of four, or as text with a unit: the dialects differ.
    func kibibytes(_ name: StaticString) throws(ParseError) -> UInt64? {
        guard let property = property(name) else { return nil }
        let value = tree.value(property)
        // First of all: as a cell "64M" would be 867 GiB.
        if value.count <= 32, value.last == 0, let size = Self.size(value.dropLast()) { return size }
        switch value.count {
        case 8: return try longs(name)?.first
        case 4: return try word(name).map(UInt64.init)
        default: throw error(.badPropertyValue, property)
        }
    }

    /// "256M", "1G", "65536K"; bytes without a unit, in whole KiB.
    private static func size(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard let last = text.last else { return nil }
        let shift: UInt64? =
            switch last {
            case UInt8(ascii: "K"), UInt8(ascii: "k"): 0
            case UInt8(ascii: "M"), UInt8(ascii: "m"): 10
            case UInt8(ascii: "G"), UInt8(ascii: "g"): 20
            default: nil
            }
        guard let value = Decimal.parse(shift == nil ? text : text.dropLast()) else { return nil }
        guard let shift else { return value % 1024 == 0 ? value / 1024 : nil }
        let (scaled, overflow) = value.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : scaled
    }

    func cpus(_ name: StaticString) throws(ParseError) -> CPUSet? {
        guard let text = try string(name, limit: 4096) else { return nil }
        guard let set = CPUList.parse(text) else { throw error(.badCPUList, missing: name) }
        return set
    }

    func short(_ name: StaticString, in range: ClosedRange<UInt32>) throws(ParseError) -> UInt16? {
        guard let value = try word(name) else { return nil }
        guard range.contains(value) else { throw error(.badPropertyValue, missing: name) }
        return UInt16(value)
    }

    /// The one of `values` that the property names.
    func choice<Value>(
        _ property: StaticString, _ values: [Value], name: (Value) -> StaticString
    ) throws(ParseError) -> Value? {
        guard let text = try string(property, limit: 32) else { return nil }
        for value in values where Line(name(value)).bytes == text { return value }
        throw error(.badPropertyValue, missing: property)
    }
}
