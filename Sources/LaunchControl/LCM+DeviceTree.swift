// SPDX-License-Identifier: Apache-2.0

import Platform

extension LCM {
    /// Reads a device tree blob: the Hyperlaunch bindings of all years, and dom0less's.
    static func readDeviceTree(_ bytes: [UInt8], _ problems: ProblemList) -> Contents? {
        // Of a blob whose form is broken nothing can be relied on.
        guard let tree = problems.attempt({ () throws(ParseError) in try DeviceTree(parsing: bytes) }),
            let hypervisor = problems.attempt({ () throws(ParseError) in
                try hypervisorNode(NodeView(tree: tree, index: 0, problems: problems))
            })
        else { return nil }
        var drafts: [DomainDraft] = []
        var nodeNames: [[UInt8]] = []
        for child in hypervisor.children where child.isCompatible("xen,domain") {
            guard drafts.count < Limits.domains else {
                child.report(.tooManyDomains)
                break
            }
            if let draft = DomainDraft(child, isX86: hypervisor.isCompatible("xen,x86")) {
                drafts.append(draft)
                nodeNames.append(child.node.name)
            }
        }
        tellApart(&drafts, by: nodeNames)
        for child in hypervisor.children where child.isUnknownDomain { child.report(.unknownDomain, "compatible") }
        hypervisor.refuseUnknownDombProperties(knownProperties)
        return Contents(
            settings: LaunchSettings(SettingSource(hypervisor)), drafts: drafts,
            unknown: hypervisor.unknown(knownProperties) + unknownNodes(hypervisor), place: hypervisor.place)
    }

    /// A tree's names are unique with their unit address: those that are not without it keep it.
    private static func tellApart(_ drafts: inout [DomainDraft], by nodeNames: [[UInt8]]) {
        let sorted = Array(drafts.indices).inOrder {
            drafts[$0].description.name.lexicographicallyPrecedes(drafts[$1].description.name)
        }
        let shared = sorted.neighbours { drafts[$0].description.name == drafts[$1].description.name }
        for (left, right) in shared {
            drafts[left].description.name = nodeNames[left]
            drafts[right].description.name = nodeNames[right]
        }
    }

    /// Properties of the hypervisor node that this reader acts on, or that mean nothing to a launch.
    private static let knownProperties: [Line] =
        ["compatible", "#address-cells", "#size-cells", "phandle", "linux,phandle"]
        + SettingKey.keys(in: .launch).map { $0.schema.property }

    /// Every property that a reader of a launch's, domain's, vcpu's or module's node acts on: what others may have been
    /// meant for.
    public static var propertyNames: [Line] {
        let all = knownProperties + DomainDraft.knownProperties + ImageReference.knownProperties
        let names = (all + ["id"] + SettingKey.keys(in: .vcpu).map { $0.schema.property }).filter {
            !meaningless.contains($0)
        }
        return names
    }

    private static let meaningless: [Line] = ["#address-cells", "#size-cells", "phandle", "linux,phandle"]

    /// /chosen/hypervisor, or /chosen itself where it holds the domains (dom0less).
    private static func hypervisorNode(_ root: NodeView) throws(ParseError) -> NodeView {
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

    private static func unknownNodes(_ hypervisor: NodeView) -> [UnknownProperty] {
        hypervisor.children.filter { !$0.isCompatible("xen,domain") }.map {
            UnknownProperty(node: $0.place.path, name: [], offset: $0.offset)
        }
    }
}
