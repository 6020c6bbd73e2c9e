// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Platform
import Sequencer

/// One thing for which a launch would not start, whoever refuses it.
struct CheckRefusal {
    /// Stable, for JSON: the plan's own, or "image", "builder".
    let code: String
    let text: String
    let domid: DomainID?

    init(_ refusal: PlanRefusal, in module: LaunchControlModule) {
        code = refusal.name
        text = refusal.line(in: module)
        domid = refusal.domid
    }

    init(_ refusal: Refusal) {
        code = "builder"
        text = "refused by domb-construct: \(domb.text(refusal.line.bytes))"
        domid = refusal.domid
    }

    init(code: String, _ domain: DomainDescription, _ what: String) {
        self.code = code
        text = "domain \(domain.domid.rawValue) (\(domb.text(domain.name))): \(what)"
        domid = domain.domid
    }

    var json: JSON {
        .object([
            ("code", .string(code)), ("text", .string(text)), ("domid", .optional(domid) { .number($0.rawValue) }),
        ])
    }
}

extension LaunchControlFile {
    /// What the plan refuses: all that the LCM tells by itself, and the first thing besides.
    func planRefusals(_ facts: LaunchFacts, _ arguments: LaunchArguments) -> [CheckRefusal] {
        var refusals = module.impossibilities
        do throws(PlanRefusal) {
            _ = try LaunchPlan(received(module), facts: facts, arguments: arguments)
        } catch {
            if !refusals.contains(error) { refusals.append(error) }
        }
        return refusals.map { CheckRefusal($0, in: module) }
    }
}
