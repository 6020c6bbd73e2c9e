// SPDX-License-Identifier: Apache-2.0

/// How DomB gives the machine over (DESIGN section 7).
public enum HandoffKind: UInt8, Named, Equatable, Sendable {
    /// The boot domain shuts itself down: SCHEDOP_shutdown(SHUTDOWN_poweroff). Not for the hardware domain.
    case shutdown = 1
    /// PID 1 is replaced by the next init, which was measured and is run through the same open file.
    case execute = 2
    /// PID 1 gives everything back and sleeps for ever.
    case park = 3

    /// What the trace calls it.
    public var operation: Operation {
        switch self {
        case .shutdown: .shutdown
        case .execute: .execute
        case .park: .park
        }
    }

    /// The LCM's word for it.
    public var name: StaticString {
        switch self {
        case .shutdown: "shutdown"
        case .execute: "exec"
        case .park: "park"
        }
    }
}
