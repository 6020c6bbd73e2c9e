// SPDX-License-Identifier: Apache-2.0

import Platform

extension DomainDraft {
    static let knownProperties: [StaticString] =
        [
            "compatible", "#address-cells", "#size-cells", "phandle", "linux,phandle",
            "domid", "domain-uuid", "permissions", "functions", "capabilities", "mode", "cpus", "memory", "mem-max",
            "domb,depends-on", "domb,weight", "domb,cap", "domb,log-region",
        ] + ExtendedConfiguration.properties + DomainConduct.properties
    private static let knownVCPUProperties: [StaticString] = [
        "compatible", "id", "hard-affinity", "domb,soft-affinity", "phandle", "linux,phandle",
    ]

    /// What the node says. `nil` only where there is no telling what domain it is; every problem is reported.
    init?(_ view: NodeView, _ problems: ProblemList) {
        guard let unassigned = DomainID(rawValue: 0) else { return nil }
        func get<Value>(_ read: (NodeView) throws(ParseError) -> Value?) -> Value? {
            problems.attempt { () throws(ParseError) in try read(view) } ?? nil
        }
        view.refuseUnknownDombProperties(Self.knownProperties, problems)
        let roles = get { (view) throws(ParseError) in try DomainRoles(view) } ?? []
        let modules = DomainModules(view, problems)
        // A boot domain is somebody else's to build: nothing but its role is looked at.
        let isBoot = roles.contains(.boot)
        if modules.kernel == nil, !isBoot { problems.report(view.error(.missingProperty, missing: "kernel")) }
        self.init(
            place: view.place,
            description: DomainDescription(
                domid: unassigned, name: view.baseName, roles: roles, memory: 0,
                kernel: modules.kernel ?? ImageReference(moduleIndex: nil), ramdisk: modules.ramdisk,
                otherModules: modules.others, commandLine: modules.commandLine))
        description.handle = get(Self.handle)
        description.mode = get { (view) throws(ParseError) in try DomainMode(view) } ?? .pvh
        if !isBoot { description.memory = get(Self.memory) ?? 0 }
        description.maxMemory = get { (view) throws(ParseError) in try view.kibibytes("mem-max") }
        description.vcpus = get(Self.vcpus) ?? 1
        description.weight = get { (view) throws(ParseError) in try view.short("domb,weight", in: 1...65535) }
        description.cap = get { (view) throws(ParseError) in try view.short("domb,cap", in: 0...65535) }
        description.extended = ExtendedConfiguration(view, problems)
        description.conduct = DomainConduct(view, problems)
        description.logRegion = get(Self.logRegion)
        description.affinities = Self.affinities(view, vcpus: description.vcpus, problems)
        domid = isBoot ? nil : get(Self.domid)
        phandle = get(Self.phandle)
        dependsOn = (get { (view) throws(ParseError) in try view.words("domb,depends-on") } ?? []).map { .phandle($0) }
        unknown = LaunchControlModule.unknown(view, Self.knownProperties) + modules.unknown
        for child in view.children where child.isCompatible("xen,vcpu") {
            unknown += LaunchControlModule.unknown(child, Self.knownVCPUProperties)
        }
        check(problems)
    }

    /// Zero stands for the next free one in the design document and the 2022 series; the 2025 series knows no such
    /// value, and its domid 0 is the boot domain's.
    private static func domid(_ view: NodeView) throws(ParseError) -> DomainID? {
        guard let value = try view.word("domid"), value != 0 else { return nil }
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

    private static func memory(_ view: NodeView) throws(ParseError) -> UInt64? {
        guard let memory = try view.kibibytes("memory"), memory > 0 else {
            throw view.error(.missingProperty, missing: "memory")
        }
        return memory
    }

    private static func logRegion(_ view: NodeView) throws(ParseError) -> Segment? {
        guard let cells = try view.longs("domb,log-region") else { return nil }
        let (region, problem) = Segment.logRegion(cells)
        if let problem { throw view.error(problem, missing: "domb,log-region") }
        return region
    }

    private static func vcpus(_ view: NodeView) throws(ParseError) -> UInt32? {
        let vcpus = try view.word("cpus") ?? 1
        guard (1...Limits.vcpus).contains(vcpus) else { throw view.error(.limitExceeded, missing: "cpus") }
        return vcpus
    }

    private static func affinities(_ view: NodeView, vcpus: UInt32, _ problems: ProblemList) -> [VCPUAffinity] {
        var found: [VCPUAffinity] = []
        for child in view.children where child.isCompatible("xen,vcpu") {
            child.refuseUnknownDombProperties(Self.knownVCPUProperties, problems)
            let affinity = problems.attempt { () throws(ParseError) in
                guard let id = try child.word("id") else { throw child.error(.missingProperty, missing: "id") }
                guard id < vcpus else { throw child.error(.limitExceeded, missing: "id") }
                guard !found.contains(where: { $0.vcpu == id }) else {
                    throw child.error(.duplicateName, missing: "id")
                }
                return VCPUAffinity(
                    vcpu: id, hard: try child.cpus("hard-affinity"), soft: try child.cpus("domb,soft-affinity"))
            }
            if let affinity { found.append(affinity) }
        }
        return found.inOrder { $0.vcpu < $1.vcpu }
    }
}
