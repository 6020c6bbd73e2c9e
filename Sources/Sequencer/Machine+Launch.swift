// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// A whole launch, whoever launches: facts, plan, and from the first effect to the last domain that is ready. Throws where
    /// the answer to a failure is to halt.
    @discardableResult
    public mutating func launch(
        _ received: ReceivedLCM, in surroundings: Surroundings
    ) throws(LaunchFailure) -> LaunchEnd {
        let plan = try makePlan(received, in: surroundings)
        self.plan = plan
        announce(plan)
        return try run(plan)
    }

    private mutating func run(_ plan: LaunchPlan) throws(LaunchFailure) -> LaunchEnd {
        order = LaunchOrder(plan.graph, apart: plan.recovery)
        do throws(LaunchFailure) {
            try launch(plan)
        } catch {
            guard plan.answer(to: error) == .recover else { throw error }
            try recover(plan, after: error)
            return .recovered(error)
        }
        guard let failure = firstSkipped?.failure else { return .complete }
        // Now, when all is known: one error record may follow the cap.
        switch recordFailure(failure) {
        case .closed: return .partial(failure)
        case .noTPM:
            // The policy allows a launch that is not measured; a TPM that has gone meanwhile is a failure.
            guard plan.banks == nil else { throw failure }
            return .partial(failure)
        case .open: throw failure
        }
    }

    private mutating func launch(_ plan: LaunchPlan) throws(LaunchFailure) {
        for index in plan.lcm.domains.indices { try configure(plan, index, .beforeMeasuring) }
        try measure(plan)
        try extend(.configuration(plan.configurationRecord), on: plan)
        let proof = try cap(plan)
        for index in plan.lcm.domains.indices { try deliverLog(plan, index) }
        for index in plan.lcm.domains.indices { try configure(plan, index, .afterMeasuring) }
        try publishInXenstore(plan, plan.lcm.domains.indices.filter { order.states[$0] != .skipped })
        try unpause(plan, proof)
    }

    /// What a domain's failure leads to: it is left out, or the launch ends.
    mutating func skipOrThrow(_ failure: LaunchFailure, _ plan: LaunchPlan, _ index: Int) throws(LaunchFailure) {
        guard plan.answer(to: failure) == .skip else { throw failure }
        if index < firstSkipped?.index ?? .max { firstSkipped = (index, failure) }
        let left = Line(excerpt: order.skip(index), separator: " ") { "\(plan.lcm.domains[$0].domid)" }
        host.journal.note("left out: \(left): \(failure.message)")
    }

    mutating func configure(
        _ plan: LaunchPlan, _ index: Int, _ moment: ConfigOperation.Moment
    ) throws(LaunchFailure) {
        let domid = plan.lcm.domains[index].domid
        guard order.states[index] != .skipped else { return }
        for operation in plan.configurations[index].operations where operation.moment == moment {
            do throws(ConfigError) {
                try operation.apply(to: domid, on: &host)
            } catch {
                return try skipOrThrow(LaunchFailure(.configure, domid: domid, .configuration(error)), plan, index)
            }
        }
        if plan.recovery == index { recoveryConfigured.append(moment) }
    }

    /// Closes the PCR and compares it with what the log leads to.
    private mutating func cap(_ plan: LaunchPlan) throws(LaunchFailure) -> MeasurementProof {
        guard var capping = recorder else { throw LaunchFailure(.cap, .measurement(.notCapped)) }
        let steps = capping.recordCap(launchFailed: false)
        recorder = capping
        publishLog()
        guard plan.banks != nil else {
            return try LaunchFailure.during(.cap) { () throws(MeasurementError) in
                try capping.proveUnmeasured(policy: plan.lcm.settings.tpmPolicy)
            }
        }
        try LaunchFailure.during(.cap) { () throws(TPMError) in
            for step in steps { try extend(step, capping.pcr) }
        }
        let values = try readBack()
        return try LaunchFailure.during(.cap) { () throws(MeasurementError) in try capping.prove(readBack: values) }
    }

    /// The PCR, from a TPM that was not reset since the first measurement.
    mutating func readBack() throws(LaunchFailure) -> [Digest] {
        guard let (pcr, banks) = recorder.map({ ($0.pcr, $0.log.banks) }) else {
            throw LaunchFailure(.cap, .measurement(.notCapped))
        }
        let (counts, values) = try LaunchFailure.during(.cap) { () throws(TPMError) in
            (try readResetCounts(), try read(pcr, banks: banks))
        }
        guard counts == resetCounts else { throw LaunchFailure(.cap, .measurement(.tpmReset)) }
        return values
    }
}
