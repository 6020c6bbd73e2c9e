// SPDX-License-Identifier: Apache-2.0

import Platform

extension LaunchControlModule {
    /// Reads an LCM. The one format so far is the device tree blob with the Hyperlaunch bindings.
    public init(parsing bytes: [UInt8]) throws(ParseError) {
        let tree = try DeviceTree(parsing: bytes)
        let hypervisor = try Self.hypervisorNode(of: tree)
        settings = try LaunchSettings(hypervisor)
        var drafts: [DomainDraft] = []
        for child in hypervisor.children where child.isCompatible("xen,domain") {
            guard drafts.count < Limits.domains else { throw child.error(.tooManyDomains) }
            drafts.append(try DomainDraft(child))
        }
        // The boot domain is the reader itself: it is built by others and not launched by DomB.
        let boot = drafts.filter { $0.description.roles.contains(.boot) }
        guard boot.count <= 1 else { throw boot[1].view.error(.conflictingProperties, missing: "functions") }
        drafts.removeAll { $0.description.roles.contains(.boot) }
        guard !drafts.isEmpty else { throw hypervisor.error(.noDomains) }
        try Self.assignDomids(&drafts)
        try Self.checkNames(drafts)
        try Self.resolveDependencies(&drafts)
        domains = drafts.map { $0.description }
        unknownProperties =
            Self.unknown(hypervisor, LaunchSettings.knownProperties) + Self.unknownNodes(hypervisor)
            + drafts.flatMap { $0.unknown }
    }

    /// /chosen/hypervisor, or /chosen itself where it holds the domains (dom0less).
    private static func hypervisorNode(of tree: DeviceTree) throws(ParseError) -> NodeView {
        let root = NodeView(tree: tree, index: 0)
        let named = root.children.filter { $0.baseName == Line("chosen").bytes }
        guard let chosen = named.first else { throw root.error(.noHypervisorNode) }
        guard named.count == 1 else { throw named[1].error(.duplicateName) }
        let found = chosen.children.filter { $0.isCompatible("hypervisor,xen") }
        guard found.count <= 1 else { throw found[1].error(.twoHypervisorNodes) }
        if let hypervisor = found.first { return hypervisor }
        guard chosen.children.contains(where: { $0.isCompatible("xen,domain") }) else {
            throw chosen.error(.noHypervisorNode)
        }
        return chosen
    }

    /// Gives the domains without a domid the lowest ones, from 1, that nobody has.
    private static func assignDomids(_ drafts: inout [DomainDraft]) throws(ParseError) {
        var taken = [Bool](repeating: false, count: Int(DomainID.firstReserved))
        taken[0] = true
        for draft in drafts {
            guard let domid = draft.domid else { continue }
            guard !taken[Int(domid.rawValue)] else { throw draft.view.error(.duplicateDomid) }
            taken[Int(domid.rawValue)] = true
        }
        var next = 1
        for index in drafts.indices {
            if let domid = drafts[index].domid {
                drafts[index].description.domid = domid
                continue
            }
            while next < taken.count, taken[next] { next += 1 }
            guard next < taken.count, let domid = DomainID(rawValue: UInt16(next)) else {
                throw drafts[index].view.error(.tooManyDomains)
            }
            taken[next] = true
            drafts[index].description.domid = domid
        }
    }

    private static func checkNames(_ drafts: [DomainDraft]) throws(ParseError) {
        let sorted = drafts.indices.sorted {
            drafts[$0].description.name.lexicographicallyPrecedes(drafts[$1].description.name)
        }
        for (left, right) in zip(sorted, sorted.dropFirst())
        where drafts[left].description.name == drafts[right].description.name {
            throw drafts[max(left, right)].view.error(.duplicateDomainName)
        }
    }

    private static func resolveDependencies(_ drafts: inout [DomainDraft]) throws(ParseError) {
        var phandles: [(phandle: UInt32, index: Int)] = []
        for (index, draft) in drafts.enumerated() {
            if let phandle = draft.phandle { phandles.append((phandle, index)) }
        }
        phandles.sort { $0.phandle < $1.phandle }
        for (left, right) in zip(phandles, phandles.dropFirst()) where left.phandle == right.phandle {
            throw drafts[right.index].view.error(.duplicatePhandle)
        }
        // The last domain that named this one: a million references to thousands of domains stay quick.
        var lastNamedBy = [Int](repeating: -1, count: drafts.count)
        for index in drafts.indices {
            var dependencies: [Int] = []
            for phandle in drafts[index].dependsOn {
                guard let target = find(phandle, in: phandles) else {
                    throw drafts[index].view.error(.unknownPhandle, missing: "domb,depends-on")
                }
                guard target != index else {
                    throw drafts[index].view.error(.selfDependency, missing: "domb,depends-on")
                }
                if lastNamedBy[target] != index { dependencies.append(target) }
                lastNamedBy[target] = index
            }
            drafts[index].description.dependencies = dependencies
        }
    }

    private static func find(_ phandle: UInt32, in sorted: [(phandle: UInt32, index: Int)]) -> Int? {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle].phandle < phandle { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low].phandle == phandle ? sorted[low].index : nil
    }

    /// A domain with a misspelt `compatible` would otherwise vanish without a word.
    private static func unknownNodes(_ hypervisor: NodeView) -> [UnknownProperty] {
        hypervisor.children.filter { !$0.isCompatible("xen,domain") }.map {
            UnknownProperty(node: $0.tree.path(of: $0.index), name: [], offset: $0.offset)
        }
    }

    static func unknown(_ view: NodeView, _ known: [StaticString]) -> [UnknownProperty] {
        let names = known.map { Line($0).bytes }
        return view.properties.filter { property in !names.contains { $0 == property.name } }.map {
            UnknownProperty(node: view.tree.path(of: view.index), name: $0.name, offset: $0.offset)
        }
    }
}
