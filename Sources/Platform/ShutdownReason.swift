// SPDX-License-Identifier: Apache-2.0

/// Why a domain shut down: `SHUTDOWN_*` (xen/public/sched.h).
public struct ShutdownReason: Equatable, Sendable {
    public static let powerOff = ShutdownReason(rawValue: 0)
    public static let reboot = ShutdownReason(rawValue: 1)
    public static let crash = ShutdownReason(rawValue: 3)

    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public var name: StaticString {
        switch rawValue {
        case 0: "poweroff"
        case 1: "reboot"
        case 2: "suspend"
        case 3: "crash"
        case 4: "watchdog"
        case 5: "soft reset"
        default: "unknown reason"
        }
    }
}
