// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Why a domain that runs will not be ready, or was not in time.
public enum ReadinessFailure: Equatable, Sendable {
    /// Not ready within this time, in milliseconds.
    case timeout(UInt32)
    /// It shut itself down, and that is not what was waited for.
    case shutDown(ShutdownReason)
    /// Xen has no such domain any more, or it is dying.
    case gone
}

extension Line {
    mutating func append(_ failure: ReadinessFailure) {
        switch failure {
        case .timeout(let milliseconds): append("not ready within ", Int(milliseconds), " ms")
        case .shutDown(let reason):
            append("it shut down (")
            append(reason.name)
            append(") before it was ready")
        case .gone: append("it died before it was ready")
        }
    }
}
