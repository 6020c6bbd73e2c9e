// SPDX-License-Identifier: Apache-2.0

/// What Xen's XSM module says of itself. The numbers stand in the event log.
public enum SecurityMode: UInt32, CaseIterable, Sendable {
    /// No FLASK: the default policy, or SILO, which Xen's command line tells.
    case none = 0
    case permissive = 1
    case enforcing = 2

    /// In words, for people.
    public var name: StaticString {
        switch self {
        case .none: "none"
        case .permissive: "flask permissive"
        case .enforcing: "flask enforcing"
        }
    }
}
