// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

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
