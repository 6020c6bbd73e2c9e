// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// What is measured before the domains.
public struct LaunchIdentity: Equatable, Sendable {
    public var identity: LaunchEvent.Identity
    public var moduleByteCount: UInt64
    public var moduleDigest: Digest
    /// For an `exec` handoff.
    public var nextInit: NextInitIdentity?

    public struct NextInitIdentity: Equatable, Sendable {
        public var path: [UInt8]
        public var byteCount: UInt64
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
