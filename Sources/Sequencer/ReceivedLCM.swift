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
