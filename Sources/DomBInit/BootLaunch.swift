// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
import LaunchControl
import LinuxBindings
import Platform
import Sequencer
import XenBindings

/// The launch of a boot domain: LCM, facts, plan, run.
struct BootLaunch {
    private let preparation: Preparation

    init(_ preparation: Preparation) { self.preparation = preparation }

    func run(on machine: inout BootMachine) throws(LaunchFailure) -> BootHandoff {
        try preparation.check()
        guard let bytes = try readModule() else { return try classicBoot(on: &machine) }
        let received = try ReceivedModule(bytes, hashing: LibcryptoHash.self)
        let settings = received.module.settings
        var others = preparation.otherProcesses
        let hasXenstored = Processes.take(settings.xenstored, from: &others, LibcryptoHash.self)
        try confine(settings)
        var (plan, identity) = try machine.plan(
            received, buildID: BuildID.own(), otherProcesses: others,
            hasXenstored: hasXenstored, inheritedDescriptors: preparation.inheritedDescriptors)
        let handoff = try BootHandoff(settings)
        identity.nextInit = try handoff.nextInitIdentity()
        return handoff.after(try machine.run(plan, identity))
    }

    /// The LCM is read by now, which is Swift without C: what comes is C libraries that read what domains, TPM and xenstored
    /// say. A filter stays for whatever is executed, so with the handoff `exec` there can be none.
    private func confine(_ settings: LaunchSettings) throws(LaunchFailure) {
        guard settings.handoff != .execute else { return }
        try LaunchFailure.during(.prepare) { () throws(SystemError) in try Confinement.enter() }
    }

    /// No LCM at all: the next init that the measured command line names. The PCR is closed first, or the system that
    /// comes could extend into it what a good launch does.
    private func classicBoot(on machine: inout BootMachine) throws(LaunchFailure) -> BootHandoff {
        guard let path = preparation.arguments.classicInit else { throw LaunchFailure(.module, .noModule) }
        let handoff = try BootHandoff(classic: path)
        try machine.closeForClassicBoot()
        return handoff
    }

    /// The LCM, copied once: only this copy is hashed and parsed.
    private func readModule() throws(LaunchFailure) -> [UInt8]? {
        let tables = try LaunchFailure.during(.module) { () throws(SystemError) in try ACPITables.readAll() }
        return try LaunchFailure.during(.module) { () throws(ContainerError) in
            try LaunchControlContainer.assemble(tables, hashing: LibcryptoHash.self)
        }
    }
}
