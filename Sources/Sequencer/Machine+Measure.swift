// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// Has all images hashed, largest first, and meanwhile gives the TPM what comes before them and each domain's record,
    /// in LCM order, once its digests are known.
    mutating func measure(_ plan: LaunchPlan) throws(LaunchFailure) {
        let surveys = survey(plan)
        host.beginHashing(surveys.flatMap { Self.regions($0) })
        defer { host.endHashing() }
        try measureLaunch(plan)
        for index in surveys.indices { try measure(plan, index, surveys[index]) }
    }

    /// Who launches what.
    mutating func measureLaunch(_ plan: LaunchPlan) throws(LaunchFailure) {
        isUnmeasured = plan.banks == nil
        recorder = Recorder(pcr: plan.pcr, banks: plan.banks ?? [.sha256])
        for event in plan.opening { try extend(event, on: plan) }
    }

    /// One domain alone.
    mutating func measure(_ plan: LaunchPlan, _ index: Int) throws(LaunchFailure) {
        try measure(plan, index, survey(plan, index))
    }

    private mutating func measure(
        _ plan: LaunchPlan, _ index: Int, _ survey: Result<DomainSurvey, MeasurementError>
    ) throws(LaunchFailure) {
        let domid = plan.lcm.domains[index].domid
        let record = try LaunchFailure.during(.measure, domid) { () throws(MeasurementError) in
            try measurement(plan, index).measure(try survey.get(), on: &host)
        }
        try extend(.domain(record), on: plan)
    }

    /// Of all domains in LCM order, or up to the first that fails: that is told when it is its turn, so that the records
    /// before it are in the log.
    private mutating func survey(_ plan: LaunchPlan) -> [Result<DomainSurvey, MeasurementError>] {
        var surveys: [Result<DomainSurvey, MeasurementError>] = []
        for index in plan.lcm.domains.indices {
            let next = survey(plan, index)
            surveys.append(next)
            if case .failure = next { break }
        }
        return surveys
    }

    private mutating func survey(_ plan: LaunchPlan, _ index: Int) -> Result<DomainSurvey, MeasurementError> {
        do throws(MeasurementError) {
            return .success(try measurement(plan, index).survey(on: &host))
        } catch {
            return .failure(error)
        }
    }

    private static func regions(_ survey: Result<DomainSurvey, MeasurementError>) -> [ContentRegion] {
        if case .success(let survey) = survey { survey.regions } else { [] }
    }

    private func measurement(_ plan: LaunchPlan, _ index: Int) -> DomainMeasurement<Hash, Host> {
        DomainMeasurement(
            plan.lcm.domains[index], coverage: plan.lcm.settings.coverage, builder: plan.lcm.settings.builder,
            pageCount: plan.pageCounts[index])
    }
}

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

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// Leaves the capped log where the domain wants it, before any runs.
    mutating func deliverLog(_ plan: LaunchPlan, _ index: Int) throws(LaunchFailure) {
        let domain = plan.lcm.domains[index]
        guard order.states[index] != .skipped, let place = domain.logRegion else { return }
        do throws(MeasurementError) {
            try writeLog(domain.domid, place)
        } catch {
            return try skipOrThrow(LaunchFailure(.cap, domid: domain.domid, .measurement(error)), plan, index)
        }
        logRegions.append((domain.domid, place))
    }

    /// After an error: domains that do not run yet get the longer log. What cannot be written is told.
    mutating func deliverLogAgain() {
        for (domid, place) in logRegions where !unpaused.contains(domid) {
            do throws(MeasurementError) {
                try writeLog(domid, place)
            } catch {
                host.journal.note("the log of the failure could not be left with domain \(domid): \(error.message)")
            }
        }
    }

    /// docs/lcm.md: magic, length, log.
    private mutating func writeLog(_ domid: DomainID, _ place: Segment) throws(MeasurementError) {
        guard let log = recorder?.log.bytes else { throw .notCapped }
        var bytes = Line("DOMB LOG").bytes
        bytes.append(littleEndian: UInt64(log.count), byteCount: 8)
        bytes += log
        guard UInt64(bytes.count) <= place.byteCount else {
            throw .logRegionTooSmall(needed: UInt64(bytes.count), room: place.byteCount)
        }
        do throws(HypercallError) {
            try host.write(domid, at: place.address, bytes)
        } catch {
            throw .hypercall(error)
        }
    }
}
