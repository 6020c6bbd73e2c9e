// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, Store: ~Copyable {
    /// Facts, plan, and who launches it: all that a launch needs before its first effect. `buildID` is the caller's own;
    /// the identity of a next init is the caller's to add.
    public mutating func plan(
        _ received: ReceivedModule, buildID: [UInt8], otherProcesses: [UInt32],
        hasXenstored: Bool, inheritedDescriptors: [UInt32] = []
    ) throws(LaunchFailure) -> (plan: LaunchPlan, identity: LaunchIdentity) {
        let facts = try facts(
            for: received.module, otherProcesses: otherProcesses, hasXenstored: hasXenstored,
            inheritedDescriptors: inheritedDescriptors)
        let plan: LaunchPlan
        do throws(PlanRefusal) {
            plan = try LaunchPlan(
                module: received.module, digest: received.digest, facts: facts, arguments: arguments)
        } catch {
            throw LaunchFailure(.plan, domid: error.domid, .refusal(error))
        }
        announce(plan)
        let hypervisor = facts.hypervisor
        let identity = LaunchEvent.Identity(
            launcher: arguments.launcher, buildID: buildID, commandLine: arguments.commandLine,
            xenVersion: hypervisor.version, xenBuildID: hypervisor.buildID, xenCommandLine: hypervisor.commandLine,
            securityMode: hypervisor.securityMode)
        return (
            plan,
            LaunchIdentity(
                identity: identity, moduleByteCount: received.byteCount, moduleDigest: received.digest, nextInit: nil)
        )
    }

    /// What a reader of the console should know before it happens.
    private mutating func announce(_ plan: LaunchPlan) {
        let settings = plan.module.settings
        let unless: Line = arguments.launcher == .command ? ", which a command does not carry out" : ""
        host.journal.note(
            """
            \(plan.module.domains.count) domains, PCR \(plan.pcr.rawValue), TPM policy \(settings.tpmPolicy.name), \
            coverage \(settings.coverage.name), handoff \(settings.handoff.name)\(unless)
            """)
        if plan.banks == nil { host.journal.note("warning: no TPM answers: this launch is not measured into one") }
        let unknown = plan.module.unknownProperties
        for property in unknown.prefix(Excerpt.limit) {
            host.journal.note("note: unknown property \(escaped: property.node):\(escaped: property.name)")
        }
        if unknown.count > Excerpt.limit {
            host.journal.note("note: and \(unknown.count - Excerpt.limit) more unknown properties")
        }
    }
}
