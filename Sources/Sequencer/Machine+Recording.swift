// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// Log first, then TPM: no PCR value is ever without its record (I3).
    mutating func extend(_ event: LaunchEvent, on plan: LaunchPlan) throws(LaunchFailure) {
        // In place: a copy of the recorder would be one of the whole log, for every record.
        guard let (step, dataDigest) = recorder?.record(event) else {
            throw LaunchFailure(.measure, .measurement(.notCapped))
        }
        if plan.banks != nil {
            try LaunchFailure.during(.measure) { () throws(TPMError) in try extend(step, plan.pcr) }
        }
        if case .domain(let record) = event {
            host.journal.measured(record.domid, name: record.name, digest: dataDigest)
        }
    }

    mutating func publishLog() {
        guard let log = recorder?.log else { return }
        host.journal.publish(eventLog: log.bytes, digest: Hash.digest(.sha256, of: log.bytes))
    }

    /// Puts the failure into log and PCR, and closes the PCR if it is still open: after this nobody can extend the
    /// values of a good launch. Best effort, since the launch has failed already; what could not be done is told, and is the
    /// result. A log has one error: a second call does nothing.
    @discardableResult
    public mutating func recordFailure(_ failure: LaunchFailure) -> PCRClosure {
        if let closure { return closure }
        let result = tryRecording(failure)
        closure = result
        return result
    }

    private mutating func tryRecording(_ failure: LaunchFailure) -> PCRClosure {
        do throws(TPMError) {
            // A failure before the facts.
            if recorder == nil {
                let active = try activeBanks(arguments.pcr)
                recorder = try recorder(active, try dynamicPCR(active))
            }
            guard var recording = recorder else { return .open }
            let event = LaunchEvent.error(
                stage: failure.stage.rawValue, domid: failure.domid, text: failure.message.bytes)
            var steps = [recording.record(event).extension]
            if !recording.isCapped { steps += recording.recordCap(launchFailed: true) }
            recorder = recording
            publishLog()
            deliverLogAgain()
            if isUnmeasured, let absence { return noTPM(absence) }
            for step in steps where !step.digests.isEmpty { try extend(step, recording.pcr) }
            return staysOpen ? .open : .closed
        } catch {
            guard !tpmAnswers, error.isAbsence || error.isFailureMode else {
                host.journal.note("the failure could not be extended into the TPM: \(error.message)")
                return .open
            }
            return noTPM(error)
        }
    }

    private mutating func noTPM(_ error: TPMError) -> PCRClosure {
        host.journal.note("no TPM to extend the failure into: \(error.message)")
        return .noTPM(error)
    }
}
