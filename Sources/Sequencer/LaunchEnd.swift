// SPDX-License-Identifier: Apache-2.0

/// How a launch ended that did not halt.
public enum LaunchEnd: Equatable, Sendable {
    /// Every domain runs and is ready.
    case complete
    /// Some were left out, after this failure, the first in LCM order.
    case partial(LaunchFailure)
    /// After this failure the Recovery Domain runs.
    case recovered(LaunchFailure)
}
