// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

/// How a launch ended that did not halt.
public enum LaunchEnd: Equatable, Sendable {
    /// Every domain runs and is ready.
    case complete
    /// Some were left out, after this failure, the first in LCM order.
    case partial(LaunchFailure)
    /// After this failure the Recovery Domain runs.
    case recovered(LaunchFailure)
}

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// "launch complete: 3 domains unpaused, 1 by the handoff"; what did not go well is told first.
    public mutating func report(_ end: LaunchEnd) -> Line {
        if case .partial(let failure) = end { host.journal.note("not all domains run: \(failure.message)") }
        let others: Line = atHandoff.isEmpty ? "" : ", \(atHandoff.count) by the handoff"
        return "launch complete: \(unpaused.count) domains unpaused\(others)"
    }
}

extension Journal where Self: ~Copyable {
    /// What a launch that did not come to its end has done.
    public mutating func report(_ failure: LaunchFailure, isRecovered: Bool = false, unpaused: [DomainID]) {
        note(isRecovered ? "launch failed, recovered: \(failure.message)" : "launch failed: \(failure.message)")
        guard !unpaused.isEmpty else { return note("no domain was unpaused") }
        note("unpaused before the failure: \(Line(excerpt: unpaused, separator: " ") { "\($0)" })")
    }
}

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// The trace's last entries: what the handoff is about to do. Of what comes of it nobody can tell.
    public mutating func announceHandoff(_ operation: Operation) {
        let now = host.journal.now()
        for domid in atHandoff { host.journal.record(.unpauseAtHandoff, domid, 0, since: now) }
        host.journal.record(operation, nil, 0, since: now)
    }

    /// The boot domain's own shutdown, with the last unpauses. Returns what failed where Xen refuses: the boot domain still
    /// runs then, and so does whom Xen unpaused all the same. The TPM is still open, for the failure to be recorded.
    public mutating func shutDown() -> LaunchFailure? {
        guard let proof = proof.take() else { return LaunchFailure(.handoff, .measurement(.notCapped)) }
        do throws(HandoffRefusal) {
            try host.shutDownCaller(unpausing: atHandoff, proof)
            return nil
        } catch {
            unpaused += error.unpaused
            atHandoff = []
            return LaunchFailure(.handoff, .hypercall(error.error))
        }
    }

    /// The one end of every failure, of whatever stage: it goes into log and PCR, it is told, and then Xen is asked who has
    /// the hardware role. Returns what the boot domain may do with itself. Nothing that is paused is unpaused, and nothing
    /// here says to Xen that all is well (I6).
    public mutating func end(after failure: LaunchFailure) -> LaunchArguments.End {
        recordFailure(failure)
        host.journal.report(failure, unpaused: unpaused)
        host.journal.note("end: \(arguments.end.name)")
        return endHost(arguments.end) ? arguments.end : .hold
    }

    /// Ends the host where the boot domain's own power-off would not: once the hardware role has moved, Linux here can
    /// only shut its own domain down, and a failed launch would leave a machine on which nothing runs. Returns whether
    /// the boot domain may go: only as hardware domain, whose end is the host's. Any other end of it might count as
    /// that of a good launch, upon which a hypervisor unpauses whatever is paused (I6).
    mutating func endHost(_ end: LaunchArguments.End) -> Bool {
        guard end != .hold else { return false }
        do throws(HypercallError) {
            if try host.callerIsHardwareDomain() { return true }
            guard let domid = BootOptions.lateHardwareDomain(in: try host.commandLine()) else {
                host.journal.note(
                    "another domain has the hardware: the boot domain stays, or its end could be taken for success")
                return false
            }
            let what: Line = end == .reboot ? "restarts the machine" : "halts the machine, which stays on"
            host.journal.note("the hardware role is domain \(domid)'s: Xen \(what)")
            try host.apply(.shutDownHost(reboot: end == .reboot), to: domid)
        } catch {
            // Who has the hardware is not known then, or it cannot be shut down.
            host.journal.note("the boot domain stays: \(error.message)")
        }
        return false
    }
}

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

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// A boot without an LCM, if the command line allows it: closes the PCR, or the system that comes could extend into it what
    /// a good launch does. Where it cannot be closed nothing comes; where no TPM answers, the command line's least policy
    /// decides.
    public mutating func closeForClassicBoot() throws(LaunchFailure) {
        guard let path = arguments.classicInit else { throw LaunchFailure(.lcm, .noModule) }
        try LaunchFailure.during(.lcm) { () throws(PlanRefusal) in try arguments.checkNextInit(path) }
        switch recordFailure(LaunchFailure(.lcm, .noModule)) {
        case .closed: break
        case .noTPM(let error):
            guard arguments.leastTPMPolicy < .require else {
                throw LaunchFailure(.lcm, .refusal(.tpmRequired(error)))
            }
        case .open:
            let words: Line = """
                PCR \(arguments.pcr.rawValue) could not be closed: what comes could extend into it what a good launch does
                """
            throw LaunchFailure(.lcm, .refusal(PlanRefusal(.openPCR, words)))
        }
        host.journal.note("no LCM: classic boot")
    }
}
