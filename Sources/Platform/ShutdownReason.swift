// SPDX-License-Identifier: Apache-2.0

/// Why a domain shut down: `SHUTDOWN_*` (xen/public/sched.h).
public struct ShutdownReason: Equatable, Sendable {
    /// SHUTDOWN_poweroff
    public static let powerOff = ShutdownReason(rawValue: 0)

    /// The number of SHUTDOWN_* (xen/public/sched.h).
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// In words; `unknown reason` for a number that Xen 4.20 does not have.
    public var name: StaticString {
        let names: [StaticString] = ["poweroff", "reboot", "suspend", "crash", "watchdog", "soft reset"]
        return rawValue < names.count ? names[Int(rawValue)] : "unknown reason"
    }
}
