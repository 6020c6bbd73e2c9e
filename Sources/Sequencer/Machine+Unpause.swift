// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// Unpauses whatever may run, waits until something is ready or late, and so on until nothing is left. Nothing but
    /// the proof that all is measured opens this door.
    mutating func unpause(_ plan: LaunchPlan, _ proof: consuming MeasurementProof) throws(LaunchFailure) {
        var source = EventSource.none
        if plan.waits { source = try watch(plan) }
        var deferred: [Int] = []
        var isForHandoff = [Bool](repeating: false, count: plan.lcm.domains.count)
        for index in plan.atHandoff { isForHandoff[index] = true }
        while true {
            while let index = order.next() {
                if isForHandoff[index] { deferred.append(index) } else { try unpause(plan, index, proof) }
            }
            guard let deadline = order.nextDeadline else { break }
            let before = order.waiting.count
            try look(plan)
            guard order.waiting.count == before else { continue }
            try wait(source, until: deadline)
        }
        if source == .domains { endWatch(plan) }
        // A failure goes into the log when all is known, and after it nobody may begin to run (I6).
        if firstSkipped != nil {
            for index in deferred { try unpause(plan, index, proof) }
        } else {
            atHandoff = deferred.map { plan.lcm.domains[$0].domid }
        }
        self.proof = consume proof
    }

    private mutating func unpause(
        _ plan: LaunchPlan, _ index: Int, _ proof: borrowing MeasurementProof
    ) throws(LaunchFailure) {
        let domain = plan.lcm.domains[index]
        do throws(HypercallError) {
            try host.unpause(domain.domid, proof)
        } catch {
            return try skipOrThrow(LaunchFailure(.unpause, domid: domain.domid, .hypercall(error)), plan, index)
        }
        unpaused.append(domain.domid)
        if let failure = readBackUnpause(domain.domid) { return try skipOrThrow(failure, plan, index) }
        let limit = host.journal.now() &+ UInt64(domain.conduct.timeout) * 1000
        order.unpaused(index, deadline: domain.conduct.readiness == .unpaused ? nil : limit)
    }

    /// Whether Xen keeps the domain paused (I2). One that has shut down already ran, and one that is gone did, too; what it is
    /// waiting for itself does not count as paused.
    mutating func readBackUnpause(_ domid: DomainID) -> LaunchFailure? {
        do throws(HypercallError) {
            return try host.domainInfo(domid).isPaused
                ? LaunchFailure(.unpause, domid: domid, .readiness(.stillPaused)) : nil
        } catch {
            // ESRCH
            return error.code == 3 ? nil : LaunchFailure(.unpause, domid: domid, .hypercall(error))
        }
    }

    /// What has become of those that are waited for. Who is ready and late at once is ready.
    private mutating func look(_ plan: LaunchPlan) throws(LaunchFailure) {
        let waiting = order.waiting.map { plan.lcm.domains[$0].domid }
        let found = try LaunchFailure.during(.ready) { () throws(HypercallError) in
            try host.domains(waiting: waiting).inOrder { $0.domid < $1.domid }
        }
        for index in order.waiting {
            let domain = plan.lcm.domains[index]
            let info = LaunchPlan.find(domain.domid, in: found) { $0.domid }
            if let failure = try look(domain, info, index) {
                try skipOrThrow(LaunchFailure(.ready, domid: domain.domid, .readiness(failure)), plan, index)
            }
        }
    }

    private mutating func look(
        _ domain: DomainDescription, _ info: DomainInfo?, _ index: Int
    ) throws(LaunchFailure) -> ReadinessFailure? {
        guard let info, !info.isDying else { return .gone }
        if case .node(let path, let value) = domain.conduct.readiness {
            let isThere = try LaunchFailure.during(.ready) { () throws(HypercallError) in
                try host.isThere(DomainConduct.Readiness.path(path, of: domain.domid), value, of: domain.domid)
            }
            if isThere {
                markReady(domain.domid, index)
                return nil
            }
        }
        if let reason = info.shutdownReason {
            guard domain.conduct.readiness == .poweredOff, reason == .powerOff else { return .shutDown(reason) }
            markReady(domain.domid, index)
            return nil
        }
        return order.isLate(index, at: host.journal.now()) ? .timeout(domain.conduct.timeout) : nil
    }

    private mutating func markReady(_ domid: DomainID, _ index: Int) {
        order.ready(index)
        ready.append((domid, host.journal.now()))
        host.journal.note("domain \(domid) is ready")
    }
}

/// Who tells that something has happened.
enum EventSource: Equatable {
    case none
    /// Xen: VIRQ_DOM_EXC.
    case domains
    /// xenstore: watches on nodes, and on `@releaseDomain` for domains that shut down.
    case xenstore
}

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// A xenstored has the interrupt, and tells of domains by itself: EEXIST for one in the boot domain; EBUSY, from Xen 4.21
    /// on, for one elsewhere, from which older ones take the interrupt away.
    private static var taken: [Int32] { [16, 17] }

    mutating func watch(_ plan: LaunchPlan) throws(LaunchFailure) -> EventSource {
        try LaunchFailure.during(.ready) { () throws(HypercallError) in
            if !plan.nodesWaitedFor.isEmpty {
                try watchXenstore(plan)
                return .xenstore
            }
            do throws(HypercallError) {
                try host.watchDomains(bootDomain: plan.bootDomain)
                return .domains
            } catch {
                guard Self.taken.contains(error.code) else { throw error }
                try watchXenstore(plan)
                return .xenstore
            }
        }
    }

    private mutating func watchXenstore(_ plan: LaunchPlan) throws(HypercallError) {
        try host.openXenstore(patience: Self.xenstorePatience)
        for path in plan.nodesWaitedFor + [Line("@releaseDomain").bytes] { try host.watchNode(path) }
    }

    /// Until something may have changed, at the latest until `deadline` in the journal's microseconds.
    mutating func wait(_ source: EventSource, until deadline: UInt64) throws(LaunchFailure) {
        let now = host.journal.now()
        guard now < deadline else { return }
        try LaunchFailure.during(.ready) { () throws(HypercallError) in
            switch source {
            case .none: host.journal.wait(microseconds: deadline - now)
            case .domains: try host.waitForEvent(atMost: deadline - now)
            case .xenstore: _ = try host.waitForXenstore(microseconds: deadline - now)
            }
        }
    }

    /// The hardware domain's xenstored wants to know of domains that end. Nothing in the launch depends on it.
    mutating func endWatch(_ plan: LaunchPlan) {
        let hardware = plan.lcm.domains.first { $0.roles.contains(.hardware) }?.domid
        do throws(HypercallError) {
            try host.endWatch(handOver: hardware)
        } catch {
            host.journal.note("VIRQ_DOM_EXC could not be given back: \(error.message)")
        }
    }
}
