// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// What is measured before the domains.
public struct LaunchIdentity: Equatable, Sendable {
    /// The first record.
    public var identity: LaunchEvent.Identity
    /// Of the whole LCM.
    public var moduleByteCount: UInt64
    /// SHA-256 of the whole LCM.
    public var moduleDigest: Digest
    /// For an `exec` handoff.
    public var nextInit: NextInitIdentity?

    /// What `exec` will run.
    public struct NextInitIdentity: Equatable, Sendable {
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
        identity: LaunchEvent.Identity, moduleByteCount: UInt64, moduleDigest: Digest, nextInit: NextInitIdentity?
    ) {
        self.identity = identity
        self.moduleByteCount = moduleByteCount
        self.moduleDigest = moduleDigest
        self.nextInit = nextInit
    }
}
