// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// Facts and plan: all that a launch needs before its first effect.
    mutating func makePlan(
        _ received: ReceivedLCM, in surroundings: Surroundings
    ) throws(LaunchFailure) -> LaunchPlan {
        let facts = try facts(for: received.lcm, in: surroundings)
        do throws(PlanRefusal) {
            return try LaunchPlan(received, facts: facts, arguments: arguments)
        } catch {
            throw LaunchFailure(.plan, domid: error.domid, .refusal(error))
        }
    }

    /// What a reader of the console should know before it happens.
    mutating func announce(_ plan: LaunchPlan) {
        let settings = plan.lcm.settings
        let unless: Line = arguments.launcher == .command ? ", which a command does not carry out" : ""
        host.journal.note(
            """
            \(plan.lcm.domains.count) domains, PCR \(plan.pcr.rawValue), TPM policy \(settings.tpmPolicy.name), \
            coverage \(settings.coverage.name), handoff \(settings.handoff.name)\(unless)
            """)
        if plan.banks == nil { host.journal.note("warning: no TPM answers: this launch is not measured into one") }
        let unknown = plan.lcm.unknownProperties
        for property in unknown.prefix(Excerpt.limit) {
            host.journal.note("note: unknown property \(escaped: property.node):\(escaped: property.name)")
        }
        if unknown.count > Excerpt.limit {
            host.journal.note("note: and \(unknown.count - Excerpt.limit) more unknown properties")
        }
    }
}
