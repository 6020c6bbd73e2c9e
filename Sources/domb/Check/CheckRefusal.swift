// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Sequencer

/// One thing for which a launch would not start, whoever refuses it.
struct CheckRefusal {
    /// Stable, for JSON: the plan's own, or "image", "builder", "initramfs", "digest", "dialect".
    let code: String
    let text: String
    let domid: DomainID?
    /// Of a description: the line on which it stands, and the key.
    private(set) var line: Int?
    private(set) var key: String?

    init(_ refusal: PlanRefusal, in lcm: LCM) {
        code = refusal.name
        text = refusal.line(in: lcm)
        domid = refusal.domid
    }

    /// `nil` for what is no domain's.
    init(code: String, _ what: String, in domain: DomainDescription?) {
        self.code = code
        text = (domain.map { "domain \($0.domid.rawValue) (\(domb.text($0.name))): " } ?? "") + what
        domid = domain?.domid
    }

    /// Of what an author wrote; `domid` for what is one domain's.
    init(code: String, _ text: String, domid: DomainID?, line: Int, key: String) {
        self.code = code
        self.text = text
        self.domid = domid
        self.line = line
        self.key = key
    }

    /// For people: the place, if it is known, and what is wrong there.
    func told(of file: String) -> String {
        guard let line, let key else { return "\(file): refused: \(text)" }
        return "\(file):\(line): \(key): \(text)"
    }

    var json: JSON {
        .object([
            ("code", .string(code)), ("text", .string(text)), ("domid", .optional(domid) { .number($0.rawValue) }),
            ("line", .optional(line) { .number($0) }), ("key", .optional(key) { .string($0) }),
        ])
    }
}

extension CommandFailure {
    static func refusal(_ refusals: [CheckRefusal], of file: String) -> CommandFailure {
        .refusal(refusals) { $0.told(of: file) }
    }
}

extension LaunchControlFile {
    /// Everything that the plan refuses.
    func planRefusals(_ facts: LaunchFacts, _ arguments: LaunchArguments) -> [PlanRefusal] {
        LaunchPlan.refusals(of: received(lcm), facts: facts, arguments: arguments)
    }
}
