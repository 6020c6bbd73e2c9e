// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// What `domb check` has to tell of a launch that it may still take.
struct CheckNote: Equatable {
    /// Stable, for JSON.
    enum Code: String {
        /// A property or node of the tree that DomB does not read.
        case unread
        /// A word that most launches cannot do without.
        case options
        /// What the boot domain will find in its initramfs.
        case initramfs
        /// What was not compared, and with what it would be.
        case comparison
    }

    let code: Code
    private let words: String
    private let property: UnknownProperty?

    init(_ code: Code, _ words: String) {
        self.code = code
        self.words = words
        property = nil
    }

    init(_ property: UnknownProperty) {
        code = .unread
        words = ""
        self.property = property
    }

    /// Made when it is told: a tree may have tens of thousands of what nobody reads.
    var text: String {
        guard let property else { return words }
        let place = domb.text(property.node) + (property.isNode ? "" : ":" + domb.text(property.name))
        let what = "not a \(property.isNode ? "node" : "property") that DomB reads"
        let hint = property.suggestion.map { " (did you mean \($0)?)" } ?? (property.isOfOthers ? " there" : "")
        return "\(place): \(what)\(hint) (offset \(property.offset))"
    }

    var json: JSON {
        .object([
            ("code", .string(code.rawValue)), ("text", .string(text)),
            ("place", .optional(property) { .string(domb.text($0.node)) }),
            ("name", .optional(property.flatMap { $0.isNode ? nil : domb.text($0.name) }) { .string($0) }),
            ("offset", .optional(property) { .number($0.offset) }),
            ("suggestion", .optional(property?.suggestion) { .string($0) }),
        ])
    }
}

extension [CheckNote] {
    /// On standard error, as many as somebody may read.
    func write(for path: String) {
        for line in Excerpt.lines(of: self, { $0.text }) { Diagnostics.write("domb: \(path): note: \(line)") }
    }
}

extension UnknownProperty {
    fileprivate var isNode: Bool { name.isEmpty }

    private static let known = LCM.propertyNames.map { domb.text($0.bytes) }

    /// What people write, and the property that it may have been meant for: also DomB's words without what stands before
    /// them, and words of others.
    private static let spellings: [(written: String, property: String)] =
        known.filter { $0.count > 2 }.map { ($0, $0) }
        + SettingKey.allCases.filter { $0.schema.place != .text }.map { ($0.word, domb.text($0.schema.property.bytes)) }
        + [
            ("maxmem", "mem-max"), ("max-mem", "mem-max"), ("max-memory", "mem-max"), ("cmdline", "bootargs"),
            ("command-line", "bootargs"), ("extra", "bootargs"), ("num-cpus", "cpus"),
        ]

    /// Of Hyperlaunch's other binding: they are what they say.
    private static let others = ["role", "capability", "security-id"]

    /// Whether another node has it: a kernel's `bootargs` in a domain.
    fileprivate var isOfOthers: Bool { !isNode && Self.known.contains(domb.text(name)) }

    /// The property that it may have been meant for. Short names are near to each other by chance.
    var suggestion: String? {
        let name = domb.text(name)
        guard !isNode, !isOfOthers, !Self.others.contains(name) else { return nil }
        let written = Self.spellings.map { $0.written }
        guard let near = NearName.suggestion(for: name, among: written) else { return nil }
        let distance = NearName.distance(name, near)
        guard distance <= max(2, name.count / 3), distance * 2 <= name.count else { return nil }
        return Self.spellings.first { $0.written == near }?.property
    }
}
