// SPDX-License-Identifier: Apache-2.0

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
