// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// Asks Xen and the TPM everything that the plan needs. Nothing here has an effect.
    mutating func facts(
        for lcm: LCM, in surroundings: Surroundings
    ) throws(LaunchFailure) -> LaunchFacts {
        let (tpm, dynamicPCR) = try tpmFacts()
        let needsMemoryMap = lcm.domains.contains { $0.settings.has(.iomem) }
        let version = try LaunchFailure.during(.facts) { () throws(HypercallError) in try host.version() }
        try LaunchFailure.during(.facts) { () throws(OtherXen) in
            try host.checkInterface(of: version, for: arguments.launcher == .command ? .command : .initial)
        }
        return try LaunchFailure.during(.facts) { () throws(HypercallError) in
            var hypervisor = HypervisorFacts(
                version: version, buildID: try host.buildID(), commandLine: try host.commandLine(),
                callerIsHardwareDomain: try host.callerIsHardwareDomain(), securityMode: try host.securityMode(),
                scheduler: try host.scheduler(), host: try host.hostResources(),
                ram: needsMemoryMap ? try host.machineMemory() : [], domains: try host.domains(waiting: []),
                cpupools: lcm.settings.cpupools.isEmpty ? [] : try host.cpupools())
            if needsMemoryMap { hypervisor.taken = try takenFrames(lcm, hypervisor.domains) }
            return LaunchFacts(
                hypervisor: hypervisor, tpm: tpm, dynamicPCR: dynamicPCR, surroundings: surroundings)
        }
    }

    /// By Xen's word: where a builder leaves holes, RAM reaches further than its size. A command's domains are found by their
    /// UUIDs later, and no toolstack leaves any.
    private mutating func takenFrames(
        _ lcm: LCM, _ existing: [DomainInfo]
    ) throws(HypercallError) -> [HypervisorFacts.TakenFrames] {
        var taken: [HypervisorFacts.TakenFrames] = []
        for domain in lcm.domains where arguments.launcher == .bootDomain && domain.settings.has(.iomem) {
            guard existing.contains(where: { $0.domid == domain.domid && $0.isHVM }) else { continue }
            let highest = try host.maximumFrame(domain.domid)
            for case .iomem(let range) in domain.settings {
                let frames = range.guestFrames.clamped(to: 0..<(min(highest, 1 << 40) + 1))
                for run in frames.isEmpty ? [] : try host.frames(domain.domid, in: frames) {
                    taken.append(HypervisorFacts.TakenFrames(domain.domid, run))
                }
            }
        }
        return taken
    }

    /// A TPM that is not there, or has failed for good, is a fact; whether it is a failure is the plan's to say. One
    /// that answers anything else than what it was asked is a failure under every policy: its banks could not be closed.
    private mutating func tpmFacts() throws(LaunchFailure) -> (LaunchFacts.TPMState, LaunchFacts.DynamicPCR?) {
        let active: [UInt16]
        do throws(TPMError) {
            active = try activeBanks(arguments.pcr)
        } catch {
            guard error.isAbsence || error.isFailureMode else { throw LaunchFailure(.facts, .tpm(error)) }
            absence = error
            return (.absent(error), nil)
        }
        let dynamicPCR = try LaunchFailure.during(.facts) { () throws(TPMError) in
            try traceIdentity()
            resetCounts = try readResetCounts()
            let found = try self.dynamicPCR(active)
            recorder = try recorder(active, found)
            return found
        }
        return (.banks(active), dynamicPCR)
    }
}
