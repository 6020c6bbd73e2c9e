// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    /// Log first, then TPM: no PCR value is ever without its record (I3).
    mutating func extend(_ event: LaunchEvent, on plan: LaunchPlan) throws(LaunchFailure) {
        guard var recording = recorder else { throw LaunchFailure(.measure, .measurement(.notCapped)) }
        let (digests, dataDigest) = recording.record(event)
        recorder = recording
        if plan.banks != nil {
            do throws(TPMError) {
                try extend(digests, recording.pcr)
            } catch {
                throw LaunchFailure(.measure, .tpm(error))
            }
        }
        if case .domain(let record) = event {
            journal.measured(record.domid, name: record.name, digest: dataDigest)
        }
    }

    mutating func extend(_ digests: [Digest], _ pcr: PCRIndex) throws(TPMError) {
        try tracedTPM(.pcrExtend) { (store) throws(TPMError) in try store.extend(pcr, digests) }
    }

    mutating func publishLog() {
        guard let log = recorder?.log else { return }
        journal.publish(eventLog: log.bytes, digest: Hash.digest(.sha256, of: log.bytes))
    }

    func prove(_ capped: Recorder<Hash>, _ readBack: [Digest]) throws(LaunchFailure) -> MeasurementProof {
        // The TPM lists its banks in its own order, the log in theirs.
        let sorted = readBack.sorted { $0.algorithm.rawValue < $1.algorithm.rawValue }
        do throws(MeasurementError) {
            return try capped.prove(readBack: sorted)
        } catch {
            throw LaunchFailure(.cap, .measurement(error))
        }
    }

    func proveUnmeasured(_ capped: Recorder<Hash>, _ plan: LaunchPlan) throws(LaunchFailure) -> MeasurementProof {
        do throws(MeasurementError) {
            return try capped.proveUnmeasured(policy: plan.module.settings.tpmPolicy)
        } catch {
            throw LaunchFailure(.cap, .measurement(error))
        }
    }

    /// Puts the failure into log and PCR, and closes the PCR if it is still open: after this nobody can extend the
    /// values of a good launch. Best effort, since the launch has failed already; what could not be done is told.
    public mutating func recordFailure(_ failure: LaunchFailure) {
        var recording: Recorder<Hash>
        if let existing = recorder {
            recording = existing
        } else {
            guard let fresh = freshRecorder() else { return }
            recording = fresh
        }
        let record = LaunchEvent.ErrorRecord(
            stage: failure.stage.rawValue, domid: failure.domid, text: failure.message.bytes)
        var digests = [recording.record(.error(record)).extend]
        if !recording.isCapped {
            digests += [recording.recordCap(), recording.recordSeparator(launchFailed: true)]
        }
        recorder = recording
        publishLog()
        do throws(TPMError) {
            for values in digests { try extend(values, recording.pcr) }
        } catch {
            var line = Line("the failure could not be extended into the TPM: ")
            line.append(error)
            journal.note(line)
        }
    }

    /// For a failure before the facts: the default PCR, since no LCM was read.
    private mutating func freshRecorder() -> Recorder<Hash>? {
        do throws(TPMError) {
            let active = try tracedTPM(.getCapability) { (store) throws(TPMError) in
                try store.activeBanks(pcr: .standard)
            }
            return Recorder(pcr: .standard, banks: active.compactMap(HashAlgorithm.init(rawValue:)))
        } catch {
            var line = Line("no TPM to extend the failure into: ")
            line.append(error)
            journal.note(line)
            return nil
        }
    }
}
