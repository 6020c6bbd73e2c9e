// SPDX-License-Identifier: Apache-2.0

/// A running hash. PID 1 uses libcrypto's functions, the host tool swift-crypto's.
public protocol ContentHash: SendableMetatype {
    init(_ algorithm: HashAlgorithm)
    /// Takes the bytes in, behind those before.
    mutating func update(_ bytes: Span<UInt8>)
    /// Ends the hash; the value is not used after.
    mutating func finish() -> Digest
}

extension ContentHash {
    /// The digest of these bytes alone.
    public static func digest(_ algorithm: HashAlgorithm, of bytes: [UInt8]) -> Digest {
        digest(algorithm, of: bytes.span)
    }

    /// The digest of these bytes alone.
    public static func digest(_ algorithm: HashAlgorithm, of bytes: Span<UInt8>) -> Digest {
        var hash = Self(algorithm)
        hash.update(bytes)
        return hash.finish()
    }
}
