// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Sequencer
import SimulatedPlatform

/// I6 and I7: how a launch ends.
extension Invariants {
    /// I6: after a failure that is in the log nothing runs but, where it is the answer, the Recovery Domain.
    func closed() -> String? {
        guard run.end != .complete else { return nil }
        let last = entries.lastIndex { $0.operation == .pcrExtend } ?? 0
        let after = unpauses.filter { $0 > last }
        // A launch that fails before its first extend, or in the last of them, has none after.
        let firstUnpause = unpauses.first ?? entries.count
        guard last > firstUnpause || isRecovered else { return nil }
        guard isRecovered else { return after.isEmpty ? nil : "I6: a domain runs after the failure was recorded" }
        return after.count == 1 && entries[after[0]].domid == recovery ? nil : "I6: not the Recovery Domain alone"
    }

    /// I6: a launch that says that it is complete is.
    func whole() -> String? {
        guard run.end == .complete else { return nil }
        let late = Set((run.plan?.atHandoff ?? []).map { launch.lcm.domains[$0].domid.rawValue })
        let running = Set(run.unpaused.map { $0.rawValue })
        // Of those that the handoff unpauses nobody learns what became.
        for domain in launch.lcm.domains where !domain.roles.contains(.recovery) {
            guard running.contains(domain.domid.rawValue) || late.contains(domain.domid.rawValue) else {
                return "I6: complete, and a domain does not run"
            }
        }
        let waiting = launch.lcm.domains.count { $0.conduct.readiness != .unpaused }
        return run.ready.count == waiting ? handedOver() : "I6: complete, and not all are ready"
    }

    /// I6, I7: the handoff comes last, and unpauses nobody for whom the launch would have had to halt.
    private func handedOver() -> String? {
        guard entries.last?.operation == launch.lcm.settings.handoff.operation else {
            return "I7: something is done after the handoff"
        }
        let late = entries.indices.filter { entries[$0].operation == .unpauseAtHandoff }
        if let first = late.first,
            entries[first...].contains(where: { ![.unpauseAtHandoff, .shutdown].contains($0.operation) })
        {
            return "I7: something is done between the handoff's unpauses"
        }
        for place in late {
            guard let domain = domain(entries[place].domid), domain.conduct.onFailure == .skip,
                domain.conduct.readiness == .unpaused
            else { return "I6: the handoff unpauses a domain whose failure would have to be seen" }
        }
        return nil
    }
}
