// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    /// The launch itself, from the first effect to the last domain that runs.
    public mutating func run(_ plan: LaunchPlan, _ identity: LaunchIdentity) throws(LaunchFailure) {
        try configure(plan, .beforeMeasuring)
        try measure(plan, identity)
        let proof = try cap(plan)
        try deliverLog(plan)
        try configure(plan, .afterMeasuring)
        try publishInStore(plan)
        try unpause(plan, proof)
    }

    private mutating func configure(_ plan: LaunchPlan, _ moment: ConfigOperation.Moment) throws(LaunchFailure) {
        for (domain, configuration) in zip(plan.module.domains, plan.configurations) {
            for operation in configuration.operations where operation.moment == moment {
                do throws(ConfigError) {
                    try operation.apply(to: domain.domid, on: &self)
                } catch {
                    throw LaunchFailure(.configure, domid: domain.domid, .configuration(error))
                }
            }
        }
    }

    private mutating func measure(_ plan: LaunchPlan, _ identity: LaunchIdentity) throws(LaunchFailure) {
        recorder = Recorder(pcr: plan.module.settings.pcr, banks: plan.banks ?? [.sha256])
        try extend(.identity(identity.identity), on: plan)
        if plan.banks == nil { try extend(.unmeasured(plan.module.settings.tpmPolicy), on: plan) }
        try extend(.module(byteCount: identity.moduleByteCount, digest: identity.moduleDigest), on: plan)
        if let next = identity.nextInit {
            try extend(.nextInit(path: next.path, byteCount: next.byteCount, digest: next.digest), on: plan)
        }
        for (index, domain) in plan.module.domains.enumerated() {
            let record: LaunchEvent.DomainRecord
            do throws(MeasurementError) {
                record = try DomainMeasurement(
                    domain, coverage: plan.module.settings.coverage, pageCount: plan.pageCounts[index],
                    hashing: Hash.self
                ).measure(on: &self)
            } catch {
                throw LaunchFailure(.measure, domid: domain.domid, .measurement(error))
            }
            try extend(.domain(record), on: plan)
        }
        try extend(.configuration(plan.configurationRecord), on: plan)
    }

    /// Closes the PCR and compares it with what the log leads to.
    private mutating func cap(_ plan: LaunchPlan) throws(LaunchFailure) -> MeasurementProof {
        guard var capping = recorder else { throw LaunchFailure(.cap, .measurement(.notCapped)) }
        let steps = capping.recordCap(launchFailed: false)
        recorder = capping
        publishLog()
        guard plan.banks != nil else { return try proveUnmeasured(capping, plan) }
        let counts: TPMResetCounts
        let readBack: [Digest]
        do throws(TPMError) {
            for step in steps { try extend(step, capping.pcr) }
            counts = try readResetCounts()
            readBack = try read(capping.pcr, banks: capping.log.banks)
        } catch {
            throw LaunchFailure(.cap, .tpm(error))
        }
        guard counts == resetCounts else { throw LaunchFailure(.cap, .measurement(.tpmReset)) }
        return try prove(capping, readBack)
    }

    /// Unpauses in dependency order. Nothing but the proof that all is measured opens this door.
    private mutating func unpause(_ plan: LaunchPlan, _ proof: consuming MeasurementProof) throws(LaunchFailure) {
        for index in plan.unpauseOrder {
            let domain = plan.module.domains[index]
            do throws(HypercallError) {
                try unpause(domain.domid)
            } catch {
                throw LaunchFailure(.unpause, domid: domain.domid, .hypercall(error))
            }
            unpaused.append(domain.domid)
        }
    }
}
