// SPDX-License-Identifier: Apache-2.0

import Sequencer

/// The exit status of domb-launch, in a dom0. docs/classic-dom0.md has the table; 64 and above are those of
/// sysexits.h, as `domb` has them.
public enum CommandStatus: Int32, Sendable {
    /// Every domain runs and is ready.
    case complete = 0
    /// The plan is refused: nothing had an effect.
    case refused = 1
    /// Something failed, and no domain was unpaused.
    case failed = 2
    /// Something failed, and some domains run.
    case failedLate = 3
    /// Some domains were left out, as the LCM wants it; the others run.
    case partial = 4
    /// The Recovery Domain runs.
    case recovered = 5
    case usage = 64
    case malformed = 65
    case noInput = 66
    /// Xen cannot be had.
    case unavailable = 69
    /// A file for the log or the trace cannot be made.
    case cannotCreate = 73

    public init(_ end: LaunchEnd) {
        switch end {
        case .complete: self = .complete
        case .partial: self = .partial
        case .recovered: self = .recovered
        }
    }

    public init(after failure: LaunchFailure, unpaused: Int) {
        switch failure.stage {
        case .lcm: self = .malformed
        case .plan: self = .refused
        default: self = unpaused == 0 ? .failed : .failedLate
        }
    }
}
