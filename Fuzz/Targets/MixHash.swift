// SPDX-License-Identifier: Apache-2.0

import Platform

/// A hash that tells inputs apart and costs nothing (FNV-1a with 64 bits): for fuzzers that forge what stands beside a
/// digest, never a digest.
struct MixHash: ContentHash {
    private let algorithm: HashAlgorithm
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    init(_ algorithm: HashAlgorithm) { self.algorithm = algorithm }

    mutating func update(_ bytes: Span<UInt8>) {
        for index in bytes.indices { state = (state ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
    }

    mutating func finish() -> Digest {
        var value = state ^ UInt64(algorithm.rawValue)
        var digest: [UInt8] = []
        while digest.count < algorithm.digestSize {
            value = value &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
            digest.append(UInt8(value >> 56))
        }
        return Digest(algorithm, exactly: digest)
    }
}
