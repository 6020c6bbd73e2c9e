// SPDX-License-Identifier: Apache-2.0

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
