// SPDX-License-Identifier: Apache-2.0

import CCryptoShim
import Platform

/// A running hash by libcrypto's low-level functions (SHA1_Update and its kin), which use SHA-NI where the cpu has it.
public struct LibcryptoHash: ContentHash {
    private var state = domb_hash()
    private let algorithm: HashAlgorithm

    public init(_ algorithm: HashAlgorithm) {
        self.algorithm = algorithm
        // Safety: the state is this value's own.
        unsafe domb_hash_init(&state, algorithm.rawValue)
    }

    public mutating func update(_ bytes: Span<UInt8>) {
        // Safety: the span is valid for the closure, and its count is the buffer's.
        unsafe bytes.withUnsafeBufferPointer { unsafe domb_hash_update(&state, $0.baseAddress, $0.count) }
    }

    public mutating func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: algorithm.digestSize)
        // Safety: the shim writes exactly the algorithm's digest size, which is the array's count.
        unsafe bytes.withUnsafeMutableBufferPointer { unsafe domb_hash_final(&state, $0.baseAddress) }
        return Digest(algorithm, exactly: bytes)
    }
}
