// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The LCM as it was received, copied once: what is measured is what was parsed.
public struct ReceivedModule: Equatable, Sendable {
    /// What it says.
    public let module: LaunchControlModule
    /// SHA-256 of all its bytes.
    public let digest: Digest
    /// How many they are.
    public let byteCount: UInt64

    /// For a launch of values: a simulation.
    public init(module: LaunchControlModule, byteCount: UInt64, digest: Digest) {
        self.module = module
        self.byteCount = byteCount
        self.digest = digest
    }

    public init<Hash: ContentHash>(_ bytes: [UInt8], hashing: Hash.Type) throws(LaunchFailure) {
        digest = Hash.digest(.sha256, of: bytes)
        byteCount = UInt64(bytes.count)
        module = try LaunchFailure.during(.module) { () throws(ParseError) in
            try LaunchControlModule(parsing: bytes, hashing: hashing)
        }
    }
}
