// SPDX-License-Identifier: Apache-2.0

/// How a domain's time stamp counter works: XEN_CPUID_TSC_MODE_* (xen/public/arch-x86/cpuid.h), by their numbers.
public enum TSCMode: UInt32, Named, Sendable {
    /// The host's where it is safe, otherwise emulated.
    case standard = 0
    case alwaysEmulate = 1
    case neverEmulate = 2

    /// The LCM's word.
    public var name: StaticString {
        switch self {
        case .standard: "default"
        case .alwaysEmulate: "always-emulate"
        case .neverEmulate: "never-emulate"
        }
    }
}
