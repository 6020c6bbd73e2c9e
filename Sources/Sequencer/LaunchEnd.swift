// SPDX-License-Identifier: Apache-2.0

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
