// SPDX-License-Identifier: Apache-2.0

/// Words of a boot command line of the form NAME=VALUE.
public enum BootOptions {
    /// The value of the last such word, as both Linux and Xen have it; `nil` where there is none.
    public static func value(of name: StaticString, in commandLine: [UInt8]) -> [UInt8]? {
        let start = Line(name).bytes + [UInt8(ascii: "=")]
        var value: [UInt8]?
        for word in commandLine.split(separator: UInt8(ascii: " ")) where word.starts(with: start) {
            value = [UInt8](word.dropFirst(start.count))
        }
        return value
    }

    /// Xen's `hardware_dom=` (docs/misc/xen-command-line.pandoc): the domid that takes the hardware role over. 0 is the
    /// boot domain and so means none.
    public static func lateHardwareDomain(in xenCommandLine: [UInt8]) -> DomainID? {
        guard let digits = value(of: "hardware_dom", in: xenCommandLine), let number = Decimal.parse(digits[...]),
            number != 0
        else { return nil }
        return UInt16(exactly: number).flatMap { DomainID(rawValue: $0) }
    }
}

/// Who built the initial domains, and everything in which builders differ for a measurement. A domain's start info tells by
/// its version which one built it; what a release of one builder does otherwise than another stands in `XenRelease`.
public enum BuilderKind: UInt8, Named, Sendable {
    /// libxenguest, in domb-construct or in a toolstack.
    case toolstack = 1
    /// The hypervisor, as Hyperlaunch has it.
    case hypervisor = 0

    /// By the `version` of `struct hvm_start_info`; `nil` for one that nobody has written yet.
    public init?(startInfoVersion version: UInt32) {
        guard let kind = Self.allCases.first(where: { $0.startInfoVersion == version }) else { return nil }
        self = kind
    }

    /// Of `struct hvm_start_info`. Only version 1 has a memory map.
    public var startInfoVersion: UInt32 { UInt32(rawValue) }

    /// In bytes.
    public var startInfoByteCount: Int {
        switch self {
        case .toolstack: 56
        case .hypervisor: 40
        }
    }

    /// Whether it may leave in a domain what lay in its pages before: it takes them from Xen unscrubbed.
    public var leavesOldMemory: Bool { self == .hypervisor }

    /// The LCM's word.
    public var name: StaticString {
        switch self {
        case .toolstack: "toolstack"
        case .hypervisor: "hypervisor"
        }
    }
}

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

/// The caller's own shutdown was refused: it still runs, and so may domains that the same hypercall unpaused.
public struct HandoffRefusal: Error, Equatable, Sendable {
    /// Why the shutdown was refused.
    public let error: HypercallError
    /// Whom Xen unpaused all the same, in the order asked for.
    public let unpaused: [DomainID]

    public init(_ error: HypercallError, unpaused: [DomainID]) {
        self.error = error
        self.unpaused = unpaused
    }
}
