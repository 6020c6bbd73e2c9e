// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform

extension DomainLabel {
    /// "domain 2 broker".
    var words: String { "domain \(domid) \(text(name))" }
}

extension Change.Place {
    /// For people; empty for the launch as a whole.
    var words: String {
        switch self {
        case .launch: ""
        case .identity: "identity"
        case .lcm: "LCM"
        case .nextInit: "next init"
        case .domain(let label), .configuration(let label): label.words
        case .settings: "settings"
        case .record(let number): "record \(number)"
        }
    }
}

extension Change.Aspect {
    /// For people.
    var words: String {
        switch self {
        case .presence: ""
        case .pcr: "PCR"
        case .domainOrder: "order of the domains"
        case .unmeasured: "whether a TPM answered"
        case .error: "error"
        case .outcome: "outcome"
        case .extent: "measured"
        case .launcher: "launched by"
        case .buildID: "DomB's build id"
        case .xenVersion: "Xen's version"
        case .xenBuildID: "Xen's build id"
        case .securityMode: "XSM"
        case .commandLine(let whose, let part): (whose == .xen ? "Xen's command line" : "command line") + part.words
        case .byteCount: "size"
        case .digest: "content"
        case .entry: "entry"
        case .pageCount: "pages"
        case .region(let role, let aspect): role.name.description + aspect.words
        case .regionOrder: "order of the regions"
        case .mutableRegion(let role): "\(role.name) region"
        case .swap(let other, _): "swapped with \(other.words)"
        case .tpmPolicy: "TPM policy"
        case .handoffTarget: "next init"
        case .dependencies: "depends on"
        case .item(let kind, let vcpu): kind.name.description + (vcpu.map { " of vcpu \($0)" } ?? "")
        case .itemOrder: "order of the settings"
        case .recordData: "data"
        case .recordDigest(let bank): "\(bank.name) digest"
        case .path, .domid, .name, .handle, .roles, .mode, .coverage, .vcpus, .registers, .handoff, .memory: schemaName
        }
    }
}

extension Change.CommandLine.Part {
    fileprivate var words: String {
        switch self {
        case .word: ""
        case .order: ", the same words in another order"
        case .spacing: ", the same words with other spaces"
        }
    }
}

extension Change.Region {
    fileprivate var words: String {
        switch self {
        case .presence: ""
        case .digest: " content"
        case .byteCount: " size"
        case .place: " place"
        case .source: " source"
        }
    }
}

extension Change.Value {
    /// For people.
    var words: String {
        switch self {
        case .characters(let bytes): text(bytes)
        case .word(let word): word
        case .number(let number): "\(number)"
        case .kibibytes(let count): "\(count) KiB"
        case .byteCount(let count): "\(count) bytes"
        case .address(let address): hexadecimal(address)
        case .bytes(let bytes): hexadecimal(bytes)
        case .digest(let digest): "\(digest.algorithm.name) \(hexadecimal(digest.bytes))"
        case .handle(let handle): uuid(handle)
        case .roles(let roles): roles.isEmpty ? "none" : roles.names.joined(separator: ", ")
        case .domids(let domids): domids.isEmpty ? "none" : domids.map { "\($0.rawValue)" }.joined(separator: ", ")
        case .domains(let labels): labels.map { "\($0.domid) \(text($0.name))" }.joined(separator: ", ")
        case .segments(let segments):
            segments.isEmpty
                ? "none"
                : segments.map { "\($0.byteCount) bytes at \(hexadecimal($0.address))" }.joined(separator: ", ")
        case .regionRoles(let roles): roles.map { $0.name.description }.joined(separator: ", ")
        case .item(let item): item.valueWords
        case .items(let items): items.map { $0.words }.joined(separator: ", ")
        case .error(let record):
            "\(record.stageName): " + (record.domid.map { "domain \($0.rawValue): " } ?? "") + text(record.text)
        }
    }
}

extension Change {
    /// One line, or three where the values are long: what, then A's and B's.
    var lines: [String] {
        let subject = [place.words, aspect.words].filter { !$0.isEmpty }.joined(separator: ": ")
        switch (aspect, a, b) {
        case (.swap(_, let roles), _, _):
            return ["\(subject): \(Value.regionRoles(roles).words)"]
        case (.unmeasured, let value?, nil): return ["only in A: no TPM answered; the policy was \(value.words)"]
        case (.unmeasured, nil, let value?): return ["only in B: no TPM answered; the policy was \(value.words)"]
        case (.error, let value?, nil): return ["A is the log of a launch that failed: \(value.words)"]
        case (.error, nil, let value?): return ["B is the log of a launch that failed: \(value.words)"]
        case (_, nil, nil): return [subject]
        case (_, let value?, nil) where aspect.isPresence: return [only("A", subject, value)]
        case (_, nil, let value?) where aspect.isPresence: return [only("B", subject, value)]
        default: break
        }
        let (first, second) = (a?.words ?? "none", b?.words ?? "none")
        if subject.count + first.count + second.count <= 100 { return ["\(subject): \(first) -> \(second)"] }
        return ["\(subject):", "  A \(first)", "  B \(second)"]
    }

    private func only(_ side: String, _ subject: String, _ value: Value) -> String {
        if case .commandLine = aspect { return "\(subject): only in \(side): \(value.words)" }
        return "\(subject): only in \(side)"
    }
}

extension Change.Aspect {
    /// Whether it tells that something is there at all.
    fileprivate var isPresence: Bool {
        switch self {
        case .presence, .region(_, .presence), .commandLine(_, .word): true
        default: false
        }
    }
}
