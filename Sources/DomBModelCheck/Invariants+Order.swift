// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Sequencer
import SimulatedPlatform

/// I4 and I5: what is done, once, in the one order that the plan has.
extension Invariants {
    /// I5: each operation at most once, in an order that the dependencies allow.
    func planned() -> String? {
        var seen: [UInt16: Int] = [:]
        for place in unpauses {
            guard let domain = domain(entries[place].domid) else {
                return "I5: a domain is unpaused that the LCM does not name"
            }
            if seen[domain.domid.rawValue] != nil { return "I5: a domain is unpaused twice" }
            seen[domain.domid.rawValue] = place
            for other in domain.dependencies.map({ launch.lcm.domains[$0] }) {
                guard let earlier = seen[other.domid.rawValue], earlier < place else {
                    return "I5: a domain runs before one that it depends on"
                }
                guard isReady(other, at: place) else {
                    return "I5: a domain runs, and one that it depends on is not ready"
                }
            }
        }
        for operation in [Platform.Operation.maxVCPUs, .credit2Set, .grantWrite, .introduce] {
            for domain in launch.lcm.domains {
                let count = entries.count { $0.operation == operation && $0.domid == domain.domid && $0.result == 0 }
                if count > 1 { return "I5: \(operation.name) twice for a domain" }
            }
        }
        return nil
    }

    /// Whether it was known to be ready when the entry at `place` began. It runs by then.
    private func isReady(_ domain: DomainDescription, at place: Int) -> Bool {
        guard domain.conduct.readiness != .unpaused else { return true }
        return run.ready.contains { $0.domid == domain.domid && $0.time <= entries[place].start }
    }

    /// I5: the trace has what Xen and xenstored were asked, and nothing else.
    func traced() -> String? {
        let asked = Self.folded(run.host.calls.map { $0.operation }.filter { !Self.atTheEnd.contains($0) })
        let told = Self.folded(
            entries.map { $0.operation }.filter { !Self.atTheEnd.contains($0) && !Self.tpmOperations.contains($0) })
        return asked == told ? nil : "I5: the trace is not what Xen was asked"
    }

    /// Announced before they are issued.
    private static let atTheEnd: [Platform.Operation] = [.unpauseAtHandoff, .shutdown, .execute, .park]

    /// One entry stands for all nodes of a domain.
    private static func folded(_ operations: [Platform.Operation]) -> [Platform.Operation] {
        var folded: [Platform.Operation] = []
        for operation in operations {
            if [.xenstoreRead, .xenstoreWrite].contains(operation), folded.last == operation { continue }
            folded.append(operation)
        }
        return folded
    }

    /// I5: who runs with a xenstore is known there, and nobody is who was left out before.
    func stored() -> String? {
        for place in unpauses {
            guard let domain = domain(entries[place].domid), domain.settings.usesXenstore else { continue }
            let isKnown = entries[..<place].contains {
                $0.operation == .introduce && $0.result == 0 && $0.domid == domain.domid
            }
            if !isKnown { return "I5: a domain runs that xenstore does not know" }
        }
        var isLost = [Bool](repeating: false, count: launch.lcm.domains.count)
        for entry in entries {
            guard let index = launch.lcm.domains.firstIndex(where: { $0.domid == entry.domid }) else { continue }
            if entry.operation == .xenstoreWrite, isLost[index] {
                return "I5: xenstore has nodes of a domain that was left out"
            }
            // A log or a node that fails goes into the answer, and a domain that fails takes its dependents along.
            guard entry.result != 0, recovery != entry.domid else { continue }
            var open = [index]
            while let next = open.popLast() {
                guard !isLost[next] else { continue }
                isLost[next] = true
                open += launch.lcm.domains.indices.filter { launch.lcm.domains[$0].dependencies.contains(next) }
            }
        }
        return nil
    }

    /// I4: of those that may run the first in LCM order does; and of several failures the first one's is told.
    func inOrder() -> String? {
        let late = Set((run.plan?.atHandoff ?? []).map { launch.lcm.domains[$0].domid.rawValue })
        let picks: [(index: Int, place: Int)] = entries.indices.compactMap { place in
            guard entries[place].operation == .unpause, let domid = entries[place].domid, domid != recovery,
                !late.contains(domid.rawValue)
            else { return nil }
            return launch.lcm.domains.firstIndex { $0.domid == domid }.map { ($0, place) }
        }
        for (number, pick) in picks.enumerated() {
            for other in picks[(number + 1)...] where other.index < pick.index {
                let wasFree = launch.lcm.domains[other.index].dependencies.allSatisfy { dependency in
                    picks[..<number].contains { $0.index == dependency }
                        && isReady(launch.lcm.domains[dependency], at: pick.place)
                }
                if wasFree { return "I4: of two that may run the later in LCM order runs first" }
            }
        }
        return told(picks.map { $0.index })
    }

    private func told(_ picked: [Int]) -> String? {
        guard case .partial(let failure) = run.end,
            let index = launch.lcm.domains.firstIndex(where: { $0.domid == failure.domid })
        else { return nil }
        let unpaused = Set(run.unpaused.map { $0.rawValue })
        let ready = Set(run.ready.map { $0.domid.rawValue })
        for other in launch.lcm.domains[..<index] where other.domid != recovery {
            // It ran, and did not get ready.
            if unpaused.contains(other.domid.rawValue), other.conduct.readiness != .unpaused,
                !ready.contains(other.domid.rawValue)
            {
                return "I4: of several failures another than the first in LCM order is told"
            }
        }
        return nil
    }
}
