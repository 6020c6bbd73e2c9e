// SPDX-License-Identifier: Apache-2.0

import Platform

/// What the LCM says of the launch as a whole: the `domb,` properties of the hypervisor node.
public struct LaunchSettings: Equatable, Sendable {
    /// `domb,pcr`: the PCR that the launch is meant for. Which one it is, the boot domain's measured command line says: a
    /// launch that is meant for another is refused.
    public var pcr: PCRIndex?
    /// `domb,tpm`
    public var tpmPolicy: TPMPolicy
    /// `domb,coverage`
    public var coverage: Coverage
    /// `domb,handoff`
    public var handoff: HandoffKind
    /// The path of the next init; for `exec` only.
    public var handoffTarget: [UInt8]?
    /// `domb,xenstored`: the SHA-256 of the program that serves xenstore, as a process of the boot domain.
    public var xenstored: Digest?
    /// `domb,builder`: who builds the domains. A hypervisor marks every one of them as dom0; that of others is refused.
    public var builder: BuilderKind
    /// `domb,cpupools`, in the order in which they are numbered from 1.
    public var cpupools: [CPUPoolDescription]

    public init(
        pcr: PCRIndex? = nil, tpmPolicy: TPMPolicy = .require, coverage: Coverage = .all,
        handoff: HandoffKind = .shutdown, handoffTarget: [UInt8]? = nil, xenstored: Digest? = nil,
        builder: BuilderKind = .toolstack, cpupools: [CPUPoolDescription] = []
    ) {
        self.pcr = pcr
        self.tpmPolicy = tpmPolicy
        self.coverage = coverage
        self.handoff = handoff
        self.handoffTarget = handoffTarget
        self.xenstored = xenstored
        self.builder = builder
        self.cpupools = cpupools
    }
}

/// What happens without a working TPM. Ordered: a greater one asks for more.
public enum TPMPolicy: UInt8, Named, Comparable, Sendable {
    /// The TPM is not used for the launch; one that answers is capped all the same.
    case off = 0
    /// Launches without, and says so.
    case warn = 1
    /// No launch without.
    case require = 2

    public static func < (left: TPMPolicy, right: TPMPolicy) -> Bool { left.rawValue < right.rawValue }

    /// The LCM's word.
    public var name: StaticString {
        switch self {
        case .off: "off"
        case .warn: "warn"
        case .require: "require"
        }
    }
}

/// How much of a domain's memory the measurement answers for.
public enum Coverage: UInt8, Named, Sendable {
    /// The images alone.
    case images = 1
    /// Every page that the domain owns.
    case all = 2

    /// The LCM's word.
    public var name: StaticString {
        switch self {
        case .images: "images"
        case .all: "all"
        }
    }
}
