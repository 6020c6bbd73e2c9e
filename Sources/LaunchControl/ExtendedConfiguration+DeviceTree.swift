// SPDX-License-Identifier: Apache-2.0

import Platform

extension ExtendedConfiguration {
    static let properties: [StaticString] = [
        "domb,cpupool", "domb,rtds-period", "domb,rtds-budget", "domb,node-affinity", "domb,ioports", "domb,iomem",
        "domb,irqs", "domb,tsc-mode", "domb,hvm-params", "domb,label", "domb,pci", "xen,enhanced", "domb,console",
        "domb,disks",
        "domb,vifs", "domb,event-channels", "domb,cpuid-clear",
    ]

    /// What a domain's node says; every problem is reported.
    init(_ view: NodeView, _ problems: ProblemList) {
        func get<Value>(_ read: (NodeView) throws(ParseError) -> Value?) -> Value? {
            problems.attempt { () throws(ParseError) in try read(view) } ?? nil
        }
        self.init()
        // Whether the launch has such a pool is looked at once both are read.
        cpupool = get { (view) throws(ParseError) in try view.string("domb,cpupool", limit: Limits.nameBytes) }
        rtds = get(Self.rtds)
        nodeAffinity = get { (view) throws(ParseError) in try view.cpus("domb,node-affinity") }
        ports =
            get { (view) throws(ParseError) in
                try Self.items(view, "domb,ioports", Self.wide(try view.words("domb,ioports")), Self.ports)
            } ?? []
        memory =
            get { (view) throws(ParseError) in
                try Self.items(view, "domb,iomem", try view.longs("domb,iomem"), Self.memory)
            } ?? []
        interrupts =
            get { (view) throws(ParseError) in
                try Self.items(view, "domb,irqs", Self.wide(try view.words("domb,irqs")), Self.interrupts)
            } ?? []
        tscMode = get { (view) throws(ParseError) in
            try view.choice("domb,tsc-mode", TSCMode.allCases) { $0.name }
        }
        parameters =
            get { (view) throws(ParseError) in
                try Self.items(view, "domb,hvm-params", try view.longs("domb,hvm-params"), Self.parameters)
            } ?? []
        channels =
            get { (view) throws(ParseError) in
                try Self.items(view, "domb,event-channels", try view.strings("domb,event-channels"), Self.channels)
            } ?? []
        clearedFeatures =
            get { (view) throws(ParseError) in
                try Self.items(view, "domb,cpuid-clear", try view.strings("domb,cpuid-clear"), Self.features)
            } ?? []
        label = get(Self.label)
        devices =
            get { (view) throws(ParseError) in
                try Self.items(view, "domb,pci", try view.strings("domb,pci"), Self.devices)
            } ?? []
        usesStore = get(Self.usesStore) ?? false
        console = get { (view) throws(ParseError) in
            try view.string("domb,console", limit: Limits.nameBytes).map { Backend(name: $0) }
        }
        disks =
            get { (view) throws(ParseError) in
                try Self.items(view, "domb,disks", try view.strings("domb,disks"), Self.disks)
            } ?? []
        interfaces =
            get { (view) throws(ParseError) in
                try Self.items(view, "domb,vifs", try view.strings("domb,vifs"), Self.interfaces)
            } ?? []
        if let problem = storeProblem { problems.report(view.error(problem, missing: "xen,enhanced")) }
    }

    private static func wide(_ words: [UInt32]?) -> [UInt64]? { words?.map { UInt64($0) } }

    private static func items<Raw, Item>(
        _ view: NodeView, _ name: StaticString, _ raw: Raw?, _ read: (Raw) -> List<Item>
    ) throws(ParseError) -> [Item]? {
        guard let raw else { return nil }
        let (items, problem) = read(raw)
        if let problem { throw view.error(problem, missing: name) }
        return items
    }

    private static func rtds(_ view: NodeView) throws(ParseError) -> RTDSParameters? {
        let period = try view.word("domb,rtds-period")
        let budget = try view.word("domb,rtds-budget")
        if period == nil, budget == nil { return nil }
        guard let period else { throw view.error(.missingProperty, missing: "domb,rtds-period") }
        guard let budget else { throw view.error(.missingProperty, missing: "domb,rtds-budget") }
        let parameters = RTDSParameters(period: period, budget: budget)
        guard parameters.isPossible else { throw view.error(.badPropertyValue, missing: "domb,rtds-budget") }
        return parameters
    }

    /// dom0less (Xen, docs/misc/arm/device-tree/booting.txt): no value means "enabled".
    private static func usesStore(_ view: NodeView) throws(ParseError) -> Bool? {
        guard let property = view.property("xen,enhanced") else { return nil }
        if property.value.isEmpty { return true }
        guard let text = try view.string("xen,enhanced", limit: 32), let uses = storeUse(text) else {
            throw view.error(.badPropertyValue, missing: "xen,enhanced")
        }
        return uses
    }

    private static func label(_ view: NodeView) throws(ParseError) -> [UInt8]? {
        guard let label = try view.string("domb,label", limit: Limits.labelBytes) else { return nil }
        if let problem = labelProblem(label) { throw view.error(problem, missing: "domb,label") }
        return label
    }
}
