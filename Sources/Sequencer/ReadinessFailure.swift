// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Why a domain that was unpaused will not be ready, or was not in time.
public enum ReadinessFailure: Equatable, Sendable {
    /// Not ready within this time, in milliseconds.
    case timeout(UInt32)
    /// It shut itself down, and that is not what was waited for.
    case shutDown(ShutdownReason)
    /// Xen has no such domain any more, or it is dying.
    case gone
    /// Xen took the unpause, and its toolstack's pause count is above zero still: somebody else has paused it, too.
    case stillPaused
}

extension ReadinessFailure {
    var message: Line {
        switch self {
        case .timeout(let milliseconds): "not ready within \(milliseconds) ms"
        case .shutDown(let reason): "it shut down (\(reason.name)) before it was ready"
        case .gone: "it died before it was ready"
        case .stillPaused: "unpaused by Xen's word, and still paused"
        }
    }
}
