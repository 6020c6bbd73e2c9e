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
                try operation.apply(to: domid, as: plan.lcm.domains[index].mode, on: &host)
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

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// Facts and plan: all that a launch needs before its first effect.
    mutating func makePlan(
        _ received: ReceivedLCM, in surroundings: Surroundings
    ) throws(LaunchFailure) -> LaunchPlan {
        let facts = try facts(for: received.lcm, in: surroundings)
        do throws(PlanRefusal) {
            return try LaunchPlan(received, facts: facts, arguments: arguments)
        } catch {
            throw LaunchFailure(.plan, domid: error.domid, .refusal(error))
        }
    }

    /// What a reader of the console should know before it happens.
    mutating func announce(_ plan: LaunchPlan) {
        let settings = plan.lcm.settings
        let unless: Line = arguments.launcher == .command ? ", which a command does not carry out" : ""
        host.journal.note(
            """
            \(plan.lcm.domains.count) domains, PCR \(plan.pcr.rawValue), TPM policy \(settings.tpmPolicy.name), \
            coverage \(settings.coverage.name), handoff \(settings.handoff.name)\(unless)
            """)
        if plan.banks == nil { host.journal.note("warning: no TPM answers: this launch is not measured into one") }
        let unknown = plan.lcm.unknownProperties
        for property in unknown.prefix(Excerpt.limit) {
            host.journal.note("note: unknown property \(escaped: property.node):\(escaped: property.name)")
        }
        if unknown.count > Excerpt.limit {
            host.journal.note("note: and \(unknown.count - Excerpt.limit) more unknown properties")
        }
    }
}

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
