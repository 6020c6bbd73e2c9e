// SPDX-License-Identifier: Apache-2.0

/// A hash algorithm that DomB computes, by its TPM_ALG_ID (TCG Algorithm Registry).
public enum HashAlgorithm: UInt16, CaseIterable, Sendable {
    case sha1 = 0x0004
    case sha256 = 0x000B
    case sha384 = 0x000C
    case sha512 = 0x000D

    /// Size of a digest in bytes.
    public var digestSize: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// As tpm2-tools write it.
    public var name: StaticString {
        switch self {
        case .sha1: "sha1"
        case .sha256: "sha256"
        case .sha384: "sha384"
        case .sha512: "sha512"
        }
    }
}

/// A digest and the algorithm that made it. Never a stand-in: an absent image has no digest.
public struct Digest: Equatable, Sendable {
    /// By what it was made.
    public let algorithm: HashAlgorithm
    /// As many as the algorithm gives.
    public let bytes: [UInt8]

    /// `nil` if the count is not the algorithm's digest size.
    public init?(_ algorithm: HashAlgorithm, bytes: [UInt8]) {
        guard bytes.count == algorithm.digestSize else { return nil }
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// For hash functions, whose output has the right size by their own making.
    public init(_ algorithm: HashAlgorithm, exactly bytes: [UInt8]) {
        precondition(bytes.count == algorithm.digestSize)
        self.algorithm = algorithm
        self.bytes = bytes
    }
}

extension Digest {
    /// "sha256:" and 64 hexadecimal digits; `nil` for anything else.
    public static func sha256(text: [UInt8]) -> Digest? {
        let prefix = Line("sha256:").bytes
        guard text.starts(with: prefix) else { return nil }
        return Hexadecimal.bytes([UInt8](text.dropFirst(prefix.count))).flatMap { Digest(.sha256, bytes: $0) }
    }
}

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
