// SPDX-License-Identifier: Apache-2.0

import Platform

extension LaunchControlModule {
    /// Reads a device tree blob: the Hyperlaunch bindings of all years, and dom0less's.
    static func readDeviceTree(_ bytes: [UInt8], _ problems: ProblemList) -> Contents? {
        // Of a blob whose form is broken nothing can be relied on.
        guard let tree = problems.attempt({ () throws(ParseError) in try DeviceTree(parsing: bytes) }),
            let hypervisor = problems.attempt({ () throws(ParseError) in try hypervisorNode(of: tree) })
        else { return nil }
        var drafts: [DomainDraft] = []
        for child in hypervisor.children where child.isCompatible("xen,domain") {
            guard drafts.count < Limits.domains else {
                problems.report(child.error(.tooManyDomains))
                break
            }
            if let draft = DomainDraft(child, problems) { drafts.append(draft) }
        }
        return Contents(
            settings: LaunchSettings(hypervisor, problems), drafts: drafts,
            unknown: unknown(hypervisor, LaunchSettings.knownProperties) + unknownNodes(hypervisor),
            place: hypervisor.place)
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
