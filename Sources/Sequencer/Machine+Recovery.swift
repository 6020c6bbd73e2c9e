// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// Runs the Recovery Domain, once log and PCR hold its record and the failure (I1). Where that cannot be, the launch
    /// halts with the failure that it had: there is one error record in a log.
    mutating func recover(_ plan: LaunchPlan, after failure: LaunchFailure) throws(LaunchFailure) {
        do throws(LaunchFailure) {
            guard let index = plan.recovery, plan.banks != nil else {
                throw LaunchFailure(.cap, .measurement(.tpmRequired))
            }
            try runRecovery(plan, index, failure)
        } catch {
            host.journal.note("no recovery: \(error.message)")
            throw failure
        }
    }

    private mutating func runRecovery(
        _ plan: LaunchPlan, _ index: Int, _ failure: LaunchFailure
    ) throws(LaunchFailure) {
        let domain = plan.lcm.domains[index]
        if !recoveryConfigured.contains(.beforeMeasuring) { try configure(plan, index, .beforeMeasuring) }
        if recorder?.isEmpty ?? true { try measureLaunch(plan) }
        if !(recorder?.domains.contains(domain.domid) ?? false) { try measure(plan, index) }
        guard recordFailure(failure) == .closed, let recorded = recorder else {
            throw LaunchFailure(.cap, .measurement(.notCapped))
        }
        let values = try readBack()
        let proof = try LaunchFailure.during(.cap) { () throws(MeasurementError) in
            try recorded.proveRecovery(of: domain.domid, readBack: values)
        }
        if !logRegions.contains(where: { $0.domid == domain.domid }) { try deliverLog(plan, index) }
        if !recoveryConfigured.contains(.afterMeasuring) { try configure(plan, index, .afterMeasuring) }
        if !recoveryConfigured.contains(.inXenstore) { try publishInXenstore(plan, [index]) }
        try unpauseRecovery(proof)
    }

    /// Nothing but the proof opens this door.
    private mutating func unpauseRecovery(_ proof: borrowing RecoveryProof) throws(LaunchFailure) {
        let domid = proof.domid
        try LaunchFailure.during(.unpause, domid) { () throws(HypercallError) in try host.unpause(proof) }
        unpaused.append(domid)
        if let failure = readBackUnpause(domid) { throw failure }
        host.journal.note("recovery: domain \(domid) runs")
    }
}
