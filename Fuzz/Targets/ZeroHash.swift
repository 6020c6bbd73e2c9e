// SPDX-License-Identifier: Apache-2.0

import Platform

/// A hash that every input agrees with, so that the fuzzer gets past digests that it could never forge.
struct ZeroHash: ContentHash {
    private let algorithm: HashAlgorithm

    init(_ algorithm: HashAlgorithm) { self.algorithm = algorithm }

    mutating func update(_ bytes: Span<UInt8>) {}

    mutating func finish() -> Digest {
        Digest(algorithm, exactly: [UInt8](repeating: 0, count: algorithm.digestSize))
    }
}
