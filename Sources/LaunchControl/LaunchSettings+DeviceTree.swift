// SPDX-License-Identifier: Apache-2.0

import Platform

extension LaunchSettings {
    /// Properties of the hypervisor node that this reader acts on, or that mean nothing to a launch.
    static let knownProperties: [StaticString] = [
        "compatible", "#address-cells", "#size-cells", "phandle",
        "domb,pcr", "domb,tpm", "domb,coverage", "domb,handoff", "domb,handoff-target",
    ]

    init(_ view: NodeView) throws(ParseError) {
        try view.refuseUnknownDombProperties(Self.knownProperties)
        pcr = .standard
        if let value = try view.word("domb,pcr") {
            guard let index = PCRIndex(rawValue: value) else {
                throw view.error(.badPropertyValue, missing: "domb,pcr")
            }
            pcr = index
        }
        tpmPolicy = .require
        if let name = try view.string("domb,tpm", limit: 16) {
            guard let policy = TPMPolicy(name: name) else { throw view.error(.badPropertyValue, missing: "domb,tpm") }
            tpmPolicy = policy
        }
        coverage = try view.choice("domb,coverage", [Coverage.images, .all]) { $0.name } ?? .all
        let kinds = [HandoffKind.shutdown, .execute, .park]
        guard let kind = try view.choice("domb,handoff", kinds, name: { $0.name }) else {
            throw view.error(.missingProperty, missing: "domb,handoff")
        }
        handoff = kind
        handoffTarget = try view.string("domb,handoff-target", limit: Limits.pathBytes)
        guard (handoffTarget != nil) == (kind == .execute) else {
            throw view.error(.conflictingProperties, missing: "domb,handoff-target")
        }
        guard handoffTarget.map({ $0.first == UInt8(ascii: "/") }) ?? true else {
            throw view.error(.badPropertyValue, missing: "domb,handoff-target")
        }
    }
}

extension NodeView {
    /// A misspelt security setting must not pass as somebody else's property.
    func refuseUnknownDombProperties(_ known: [StaticString]) throws(ParseError) {
        let names = known.map { Line($0).bytes }
        let prefix = Line("domb,").bytes
        for property in properties where property.name.starts(with: prefix) {
            guard names.contains(where: { $0 == property.name }) else { throw error(.unknownDombProperty, property) }
        }
    }
}
