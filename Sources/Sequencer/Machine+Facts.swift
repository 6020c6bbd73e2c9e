// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    /// Asks Xen and the TPM everything that the plan needs. Nothing here has an effect.
    public mutating func facts(
        for module: LaunchControlModule, launcher: LaunchEvent.Identity.Launcher = .bootDomain,
        otherProcesses: [UInt32], hasXenstored: Bool = false, inheritedDescriptors: [UInt32]
    ) throws(LaunchFailure) -> LaunchFacts {
        let pcr = module.settings.pcr
        let tpm = try tpmFacts(pcr)
        let needsMemoryMap = module.domains.contains { !$0.extended.memory.isEmpty }
        let dynamicPCR = try dynamicPCRFacts(pcr, tpm, launcher)
        return try LaunchFailure.during(.facts) { () throws(HypercallError) in
            let hypervisor = HypervisorFacts(
                version: try version(), buildID: try buildID(), commandLine: try commandLine(),
                callerIsHardwareDomain: try callerIsHardwareDomain(), securityMode: try securityMode(),
                scheduler: try scheduler(), host: try hostResources(),
                ram: needsMemoryMap ? try machineMemory() : [], domains: try domains(),
                cpupools: module.settings.cpupools.isEmpty ? [] : try cpupools())
            return LaunchFacts(
                hypervisor: hypervisor, tpm: tpm, dynamicPCR: dynamicPCR, otherProcesses: otherProcesses,
                hasXenstored: hasXenstored, inheritedDescriptors: inheritedDescriptors)
        }
    }

    /// A TPM that is not there, or has failed for good, is a fact; whether it is a failure is the plan's to say. One
    /// that answers anything else than what it was asked is a failure under every policy: its banks could not be closed.
    private mutating func tpmFacts(_ pcr: PCRIndex) throws(LaunchFailure) -> LaunchFacts.TPM {
        let active: [UInt16]
        do throws(TPMError) {
            active = try tracedTPM(.getCapability, detail: { Line(banks: $0) }) { (store) throws(TPMError) in
                try store.activeBanks(pcr: pcr)
            }
        } catch {
            guard error.isAbsence || error.isFailureMode else { throw LaunchFailure(.facts, .tpm(error)) }
            return .absent(error)
        }
        // A failure goes into the standard PCR where the LCM's turns out to be out of reach.
        let banks = active.compactMap(HashAlgorithm.init(rawValue:))
        if !banks.isEmpty, !pcr.needsLocality { recorder = Recorder(pcr: pcr, banks: banks) }
        try LaunchFailure.during(.facts) { () throws(TPMError) in
            try traceIdentity()
            resetCounts = try readResetCounts()
        }
        return .banks(active)
    }

    private mutating func dynamicPCRFacts(
        _ pcr: PCRIndex, _ tpm: LaunchFacts.TPM, _ launcher: LaunchEvent.Identity.Launcher
    ) throws(LaunchFailure) -> LaunchFacts.DynamicPCR? {
        guard pcr.needsLocality || launcher == .command, case .banks(let active) = tpm else { return nil }
        do throws(TPMError) {
            if pcr.needsLocality {
                try tracedTPM(.setLocality) { (store) throws(TPMError) in try store.setLocality(2) }
            }
        } catch {
            return .noLocality(error)
        }
        let values = try LaunchFailure.during(.facts) { () throws(TPMError) in
            try read(pcr, banks: active.compactMap(HashAlgorithm.init(rawValue:)))
        }
        if values.allSatisfy({ $0.bytes.allSatisfy { $0 == 0 } }) { return .zero }
        guard launcher == .command else { return .notBegun }
        // No log could lead to what it holds: not even the refusal goes into it.
        failureRecorded = false
        return .used
    }
}
