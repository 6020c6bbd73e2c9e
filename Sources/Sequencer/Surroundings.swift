// SPDX-License-Identifier: Apache-2.0

import Platform

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
