// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform

extension Change {
    /// {where, domid?, name?, what, with?, a, b}.
    var json: JSON {
        var members = place.members + [("what", .string(aspect.schemaName))]
        if case .swap(let other, _) = aspect { members.append(("with", .object(other.members))) }
        return .object(members + [("a", value(a)), ("b", value(b))])
    }

    private func value(_ value: Value?) -> JSON { .optional(value) { $0.json } }
}

extension Change.Place {
    /// The words of the JSON schema.
    var members: [(String, JSON)] {
        switch self {
        case .launch: [("where", .string("launch"))]
        case .identity: [("where", .string("identity"))]
        case .lcm: [("where", .string("lcm"))]
        case .nextInit: [("where", .string("next-init"))]
        case .domain(let label): [("where", .string("domain"))] + label.members
        case .settings: [("where", .string("settings"))]
        case .configuration(let label): [("where", .string("configuration"))] + label.members
        case .record(let number): [("where", .string("record")), ("record", .number(number))]
        }
    }
}

extension DomainLabel {
    var members: [(String, JSON)] { [("domid", .number(domid)), ("name", .string(text(name)))] }
}

extension Change.Aspect {
    /// The words of the JSON schema.
    var schemaName: String {
        switch self {
        case .presence: "presence"
        case .pcr: "pcr"
        case .domainOrder: "domain-order"
        case .unmeasured: "unmeasured"
        case .error: "error"
        case .outcome: "result"
        case .extent: "measured"
        case .launcher: "launcher"
        case .buildID: "build-id"
        case .xenVersion: "xen-version"
        case .xenBuildID: "xen-build-id"
        case .securityMode: "xsm"
        case .commandLine(let whose, let part): (whose == .xen ? "xen-" : "") + "command-line.\(part)"
        case .byteCount: "bytes"
        case .digest: "sha256"
        case .path: "path"
        case .domid: "domid"
        case .name: "name"
        case .handle: "handle"
        case .roles: "roles"
        case .mode: "mode"
        case .coverage: "coverage"
        case .vcpus: "vcpus"
        case .entry: "entry"
        case .registers: "registers"
        case .pageCount: "pages"
        case .region(let role, let aspect): "\(role.name).\(aspect.schemaName)"
        case .regionOrder: "region-order"
        case .mutableRegion(let role): "mutable.\(role.name)"
        case .swap: "swapped"
        case .tpmPolicy: "tpm"
        case .handoff: "handoff"
        case .handoffTarget: "handoff-target"
        case .memory: "memory"
        case .dependencies: "depends-on"
        case .item(let kind, let vcpu): kind.name.description + (vcpu.map { ".vcpu\($0)" } ?? "")
        case .itemOrder: "item-order"
        case .recordData: "data"
        case .recordDigest(let bank): "digest.\(bank.name)"
        }
    }
}

extension Change.Region {
    fileprivate var schemaName: String {
        switch self {
        case .presence: "presence"
        case .digest: "sha256"
        case .byteCount: "bytes"
        case .place: "load"
        case .source: "source"
        }
    }
}

extension Change.Value {
    fileprivate var json: JSON {
        switch self {
        case .number(let number), .kibibytes(let number), .byteCount(let number), .address(let number):
            .number(number)
        case .digest(let digest): .string(hexadecimal(digest.bytes))
        case .roles(let roles): .array(roles.names.map { .string($0) })
        case .domids(let domids): .array(domids.map { .number($0.rawValue) })
        case .domains(let labels): .array(labels.map { .object($0.members) })
        case .segments(let segments): loadPlaces(segments)
        case .regionRoles(let roles): .array(roles.map { .string($0.name.description) })
        case .item(let item): .array(item.values.map { .number($0) })
        case .items(let items): .array(items.map { .string($0.kind.name.description) })
        case .error(let record):
            .object([
                ("stage", .string(record.stageName)), ("domid", .optional(record.domid) { .number($0.rawValue) }),
                ("text", .string(text(record.text))),
            ])
        case .characters, .word, .bytes, .handle: .string(words)
        }
    }
}
