// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
import LaunchControl
import LinuxBindings
import Measurement
import Platform
import Sequencer
import TPMBindings
import XenBindings

/// The launch of a boot domain: LCM, facts, plan, run.
struct BootLaunch {
    private let preparation: Preparation
    private var arguments: LaunchArguments { preparation.arguments }

    init(_ preparation: Preparation) { self.preparation = preparation }

    func run(on machine: inout BootMachine) throws(LaunchFailure) -> BootHandoff {
        try preparation.check()
        guard let bytes = try readModule() else { return try classicBoot(on: &machine) }
        let digest = LibcryptoHash.digest(.sha256, of: bytes)
        let module = try LaunchFailure.during(.module) { () throws(ParseError) in
            try LaunchControlModule(parsing: bytes, hashing: LibcryptoHash.self)
        }
        let (store, others) = processes(module.settings.xenstored)
        try confine(module.settings)
        let facts = try machine.facts(
            for: module, launcher: arguments.launcher, otherProcesses: others, hasXenstored: store != nil,
            inheritedDescriptors: preparation.inheritedDescriptors)
        let plan = try plan(module, digest, facts)
        let handoff = arguments.launcher == .command ? BootHandoff() : try BootHandoff(module.settings)
        announce(plan, on: &machine)
        let identity = LaunchIdentity(
            identity: identity(facts.hypervisor), moduleByteCount: UInt64(bytes.count), moduleDigest: digest,
            nextInit: try handoff.nextInitIdentity())
        return handoff.after(try machine.run(plan, identity))
    }

    /// The LCM is read by now, which is Swift without C: what comes is C libraries that read what domains, TPM and xenstored
    /// say. A filter stays for whatever is executed, so with the handoff `exec` there can be none.
    private func confine(_ settings: LaunchSettings) throws(LaunchFailure) {
        guard settings.handoff != .execute, arguments.launcher != .command else { return }
        try LaunchFailure.during(.prepare) { () throws(SystemError) in try Confinement.enter() }
    }

    /// The process that runs the LCM's xenstored, and all others. One whose program cannot be read is another.
    private func processes(_ xenstored: Digest?) -> (store: UInt32?, others: [UInt32]) {
        var others = preparation.otherProcesses
        guard let xenstored else { return (nil, others) }
        for (index, process) in others.enumerated() {
            do throws(SystemError) {
                guard try Processes.digest(of: process, LibcryptoHash.self) == xenstored else { continue }
                return (others.remove(at: index), others)
            } catch {
                continue
            }
        }
        return (nil, others)
    }

    private func identity(_ facts: HypervisorFacts) -> LaunchEvent.Identity {
        LaunchEvent.Identity(
            launcher: arguments.launcher, buildID: BuildID.own(), commandLine: arguments.commandLine,
            xenVersion: facts.version,
            xenBuildID: facts.buildID, xenCommandLine: facts.commandLine, securityMode: facts.securityMode)
    }

    /// What a reader of the console should know before it happens.
    private func announce(_ plan: LaunchPlan, on machine: inout BootMachine) {
        let settings = plan.module.settings
        machine.journal.note(
            """
            \(plan.module.domains.count) domains, PCR \(settings.pcr.rawValue), TPM policy \(settings.tpmPolicy.name), \
            coverage \(settings.coverage.name), handoff \(settings.handoff.name)\
            \(arguments.launcher == .command ? ", which a command does not carry out" : "" as StaticString)
            """)
        if plan.banks == nil { machine.journal.note("warning: no TPM answers: this launch is not measured into one") }
        for property in plan.module.unknownProperties {
            machine.journal.note("note: unknown property \(escaped: property.node):\(escaped: property.name)")
        }
    }

    /// No LCM at all: the next init that the measured command line names. The PCR is closed first, or the system that
    /// comes could extend into it what a good launch does.
    private func classicBoot(on machine: inout BootMachine) throws(LaunchFailure) -> BootHandoff {
        let failure = LaunchFailure(.module, .noModule)
        guard let path = arguments.classicInit else { throw failure }
        let handoff = try BootHandoff(classic: path)
        guard machine.recordFailure(failure) else { throw failure }
        machine.journal.note("no LCM: classic boot")
        return handoff
    }

    /// The LCM, copied once: only this copy is hashed and parsed.
    private func readModule() throws(LaunchFailure) -> [UInt8]? {
        if let module = preparation.module { return module }
        let tables = try LaunchFailure.during(.module) { () throws(SystemError) in try ACPITables.readAll() }
        return try LaunchFailure.during(.module) { () throws(ContainerError) in
            try LaunchControlContainer.assemble(tables, hashing: LibcryptoHash.self)
        }
    }

    private func plan(
        _ module: LaunchControlModule, _ digest: Digest, _ facts: LaunchFacts
    ) throws(LaunchFailure) -> LaunchPlan {
        do throws(PlanRefusal) {
            return try LaunchPlan(module: module, digest: digest, facts: facts, arguments: arguments)
        } catch {
            throw LaunchFailure(.plan, domid: error.domid, .refusal(error))
        }
    }
}
