// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    /// Asks Xen and the TPM everything that the plan needs. Nothing here has an effect.
    public mutating func facts(
        pcr: PCRIndex, otherProcesses: [UInt32], inheritedDescriptors: [UInt32]
    ) throws(LaunchFailure) -> LaunchFacts {
        let tpm = tpmFacts(pcr)
        do throws(HypercallError) {
            let hypervisor = HypervisorFacts(
                version: try version(), buildID: try buildID(), commandLine: try commandLine(),
                callerIsHardwareDomain: try callerIsHardwareDomain(), scheduler: try scheduler(),
                cpus: try cpuCount(), domains: try domains())
            return LaunchFacts(
                hypervisor: hypervisor, tpm: tpm, otherProcesses: otherProcesses,
                inheritedDescriptors: inheritedDescriptors)
        } catch {
            throw LaunchFailure(.facts, .hypercall(error))
        }
    }

    /// A TPM that does not answer is a fact; whether it is a failure is the plan's to say.
    private mutating func tpmFacts(_ pcr: PCRIndex) -> LaunchFacts.TPM {
        do throws(TPMError) {
            let active = try tracedTPM(.getCapability) { (store) throws(TPMError) in try store.activeBanks(pcr: pcr) }
            let banks = active.compactMap(HashAlgorithm.init(rawValue:))
            if !banks.isEmpty { recorder = Recorder(pcr: pcr, banks: banks) }
            return .banks(active)
        } catch {
            return .absent(error)
        }
    }
}
