// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    /// Log first, then TPM: no PCR value is ever without its record (I3).
    mutating func extend(_ event: LaunchEvent, on plan: LaunchPlan) throws(LaunchFailure) {
        // In place: a copy of the recorder would be one of the whole log, for every record.
        guard let (step, dataDigest) = recorder?.record(event) else {
            throw LaunchFailure(.measure, .measurement(.notCapped))
        }
        if plan.banks != nil {
            try LaunchFailure.during(.measure) { () throws(TPMError) in try extend(step, plan.module.settings.pcr) }
        }
        if case .domain(let record) = event {
            journal.measured(record.domid, name: record.name, digest: dataDigest)
        }
    }

    mutating func publishLog() {
        guard let log = recorder?.log else { return }
        journal.publish(eventLog: log.bytes, digest: Hash.digest(.sha256, of: log.bytes))
    }

    /// Puts the failure into log and PCR, and closes the PCR if it is still open: after this nobody can extend the
    /// values of a good launch. Best effort, since the launch has failed already; what could not be done is told.
    /// A log has one error: a second call does nothing. Returns whether no active bank was left open.
    @discardableResult
    public mutating func recordFailure(_ failure: LaunchFailure) -> Bool {
        if let failureRecorded { return failureRecorded }
        let isRecorded = tryRecording(failure)
        failureRecorded = isRecorded
        return isRecorded
    }

    private mutating func tryRecording(_ failure: LaunchFailure) -> Bool {
        do throws(TPMError) {
            if recorder == nil { recorder = try freshRecorder() }
            guard var recording = recorder else { return true }
            let event = LaunchEvent.error(
                stage: failure.stage.rawValue, domid: failure.domid, text: failure.message.bytes)
            var steps = [recording.record(event).extension]
            if !recording.isCapped { steps += recording.recordCap(launchFailed: true) }
            recorder = recording
            publishLog()
            deliverLogAgain()
            for step in steps { try extend(step, recording.pcr) }
            return unhashableBank == nil
        } catch {
            journal.note("the failure could not be extended into the TPM: \(error.message)")
            return false
        }
    }

    /// For a failure before the facts: the default PCR, since no LCM was read. `nil` where no TPM answers.
    private mutating func freshRecorder() throws(TPMError) -> Recorder<Hash>? {
        do throws(TPMError) {
            let active = try tracedTPM(.getCapability) { (store) throws(TPMError) in
                try store.activeBanks(pcr: .standard)
            }
            unhashableBank = active.first { HashAlgorithm(rawValue: $0) == nil }
            return Recorder(pcr: .standard, banks: active.compactMap(HashAlgorithm.init(rawValue:)))
        } catch {
            guard error.isAbsence || error.isFailureMode else { throw error }
            journal.note("no TPM to extend the failure into: \(error.message)")
            return nil
        }
    }
}
