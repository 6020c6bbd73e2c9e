// SPDX-License-Identifier: Apache-2.0

import Platform

extension LaunchSettings {
    /// Properties of the hypervisor node that this reader acts on, or that mean nothing to a launch.
    static let knownProperties: [StaticString] = [
        "compatible", "#address-cells", "#size-cells", "phandle",
        "domb,pcr", "domb,tpm", "domb,coverage", "domb,handoff", "domb,handoff-target", "domb,cpupools",
        "domb,xenstored",
    ]

    /// What the node says; a problem leaves that setting at its default.
    init(_ view: NodeView, _ problems: ProblemList) {
        self.init()
        view.refuseUnknownDombProperties(Self.knownProperties, problems)
        pcr = problems.attempt { () throws(ParseError) in try Self.pcr(view) } ?? pcr
        tpmPolicy =
            problems.attempt { () throws(ParseError) in
                try view.choice("domb,tpm", [TPMPolicy.off, .warn, .require]) { $0.name } ?? .require
            } ?? tpmPolicy
        coverage =
            problems.attempt { () throws(ParseError) in
                try view.choice("domb,coverage", [Coverage.images, .all]) { $0.name } ?? .all
            } ?? coverage
        handoff =
            problems.attempt { () throws(ParseError) in
                try view.choice("domb,handoff", [HandoffKind.shutdown, .execute, .park]) { $0.name } ?? .shutdown
            } ?? handoff
        handoffTarget =
            problems.attempt { () throws(ParseError) in
                try view.string("domb,handoff-target", limit: Limits.pathBytes)
            } ?? nil
        xenstored =
            problems.attempt { () throws(ParseError) in try view.digest("domb,xenstored") } ?? nil
        cpupools = problems.attempt { () throws(ParseError) in try Self.cpupools(view) } ?? []
        if let code = handoffProblem { problems.report(view.error(code, missing: "domb,handoff-target")) }
    }

    /// A target goes with `exec` and with nothing else, and is an absolute path.
    var handoffProblem: ParseError.Code? {
        guard (handoffTarget != nil) == (handoff == .execute) else { return .conflictingProperties }
        guard let target = handoffTarget else { return nil }
        return target.first == UInt8(ascii: "/") ? nil : .badPropertyValue
    }

    private static func cpupools(_ view: NodeView) throws(ParseError) -> [CPUPoolDescription] {
        guard let texts = try view.strings("domb,cpupools") else { return [] }
        let (pools, problem) = CPUPoolDescription.list(texts)
        if let problem { throw view.error(problem, missing: "domb,cpupools") }
        return pools
    }

    private static func pcr(_ view: NodeView) throws(ParseError) -> PCRIndex {
        guard let value = try view.word("domb,pcr") else { return .standard }
        guard let index = PCRIndex(rawValue: value) else { throw view.error(.badPropertyValue, missing: "domb,pcr") }
        return index
    }
}

extension NodeView {
    /// A misspelt security setting must not pass as somebody else's property.
    func refuseUnknownDombProperties(_ known: [StaticString], _ problems: ProblemList) {
        let names = known.map { Line($0).bytes }
        let prefix = Line("domb,").bytes
        for property in properties where property.name.starts(with: prefix) {
            if !names.contains(where: { $0 == property.name }) {
                problems.report(error(.unknownDombProperty, property))
            }
        }
    }
}
