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
