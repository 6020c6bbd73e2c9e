// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The LCM as it was received, copied once: what is measured is what was parsed.
public struct ReceivedLCM: Equatable, Sendable {
    /// What it says.
    public let lcm: LCM
    /// SHA-256 of all its bytes.
    public let digest: Digest
    /// How many they are.
    public let byteCount: UInt64

    /// For a launch of values: a simulation.
    public init(lcm: LCM, byteCount: UInt64, digest: Digest) {
        self.lcm = lcm
        self.byteCount = byteCount
        self.digest = digest
    }

    public init<Hash: ContentHash>(_ bytes: [UInt8], hashing: Hash.Type) throws(LaunchFailure) {
        digest = Hash.digest(.sha256, of: bytes)
        byteCount = UInt64(bytes.count)
        lcm = try LaunchFailure.during(.lcm) { () throws(ParseError) in
            try LCM(parsing: bytes, hashing: hashing)
        }
    }
}

/// Who launches, and who else is there: what a caller knows besides the LCM, and neither Xen nor the TPM. The launcher's
/// kind and the command line are in `LaunchArguments`, which a boot without an LCM needs, too.
public struct Surroundings: Equatable, Sendable {
    /// GNU build ID of the program that launches.
    public var buildID: [UInt8]
    /// User processes of the boot domain besides DomB and the LCM's xenstored.
    public var otherProcesses: [UInt32]
    /// Whether a process runs whose program has the digest that the LCM gives of xenstored.
    public var hasXenstored: Bool
    /// Descriptors that were open when DomB started, above the console's three.
    public var inheritedDescriptors: [UInt32]
    /// For an `exec` handoff.
    public var nextInit: NextInit?

    /// What `exec` will run.
    public struct NextInit: Equatable, Sendable {
        /// Absolute.
        public var path: [UInt8]
        /// Of the file.
        public var byteCount: UInt64
        /// SHA-256 of the file, read through the descriptor that is executed.
        public var digest: Digest

        public init(path: [UInt8], byteCount: UInt64, digest: Digest) {
            self.path = path
            self.byteCount = byteCount
            self.digest = digest
        }
    }

    public init(
        buildID: [UInt8] = [], otherProcesses: [UInt32] = [], hasXenstored: Bool = false,
        inheritedDescriptors: [UInt32] = [], nextInit: NextInit? = nil
    ) {
        self.buildID = buildID
        self.otherProcesses = otherProcesses
        self.hasXenstored = hasXenstored
        self.inheritedDescriptors = inheritedDescriptors
        self.nextInit = nextInit
    }
}

/// Everything outside the LCM that a plan depends on, asked once and without effect.
public struct LaunchFacts: Equatable, Sendable {
    /// What Xen says of itself, of the host and of its domains.
    public var hypervisor: HypervisorFacts
    /// The TPM_ALG_IDs of the active banks, or why no TPM answers.
    public var tpm: TPMState
    /// For a PCR that takes extends from locality 2 only, and for a command, before which the PCR may have been used.
    public var dynamicPCR: DynamicPCR?
    /// What the caller says of itself and of who else is there.
    public var surroundings: Surroundings

    /// Whether a TPM answers.
    public enum TPMState: Equatable, Sendable {
        case banks([UInt16])
        case absent(TPMError)
    }

    /// What a PCR of the dynamic launch was found to be.
    public enum DynamicPCR: Equatable, Sendable {
        /// The transport cannot send from locality 2.
        case noLocality(TPMError)
        /// It holds what a TPM gives it at power on: no dynamic launch has begun it.
        case notBegun
        /// Something was extended into it since the TPM's reset.
        case used
        /// It holds zeros in every bank.
        case zero
    }

    public init(
        hypervisor: HypervisorFacts, tpm: TPMState, dynamicPCR: DynamicPCR? = nil,
        surroundings: Surroundings = Surroundings()
    ) {
        self.hypervisor = hypervisor
        self.tpm = tpm
        self.dynamicPCR = dynamicPCR
        self.surroundings = surroundings
    }
}
