// SPDX-License-Identifier: Apache-2.0

import Platform

/// The fields that the log and its records are made of.
extension [UInt8] {
    mutating func append(word: UInt32) { append(littleEndian: UInt64(word), byteCount: 4) }

    mutating func append(long: UInt64) { append(littleEndian: long, byteCount: 8) }

    mutating func append(_ segment: Segment) {
        append(long: segment.address)
        append(long: segment.byteCount)
    }

    /// A count of four bytes, then the bytes.
    mutating func append(counted field: [UInt8]) {
        append(word: UInt32(field.count))
        append(contentsOf: field)
    }

    /// The TPM_ALG_ID in two bytes, then the digest, whose size the algorithm tells.
    mutating func append(_ digest: Digest) {
        append(littleEndian: UInt64(digest.algorithm.rawValue), byteCount: 2)
        append(contentsOf: digest.bytes)
    }
}
