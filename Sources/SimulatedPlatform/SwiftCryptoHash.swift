// SPDX-License-Identifier: Apache-2.0

import Crypto
import Platform

/// The host tool's and the tests' hash, by swift-crypto. PID 1 has libcrypto's own functions instead.
public struct SwiftCryptoHash: ContentHash {
    private enum State {
        case sha1(Insecure.SHA1)
        case sha256(SHA256)
        case sha384(SHA384)
        case sha512(SHA512)
        /// While it is updated: swift-crypto copies a state that anybody else still has.
        case taken
    }

    private var state: State

    public init(_ algorithm: HashAlgorithm) {
        state =
            switch algorithm {
            case .sha1: .sha1(Insecure.SHA1())
            case .sha256: .sha256(SHA256())
            case .sha384: .sha384(SHA384())
            case .sha512: .sha512(SHA512())
            }
    }

    public mutating func update(_ bytes: Span<UInt8>) {
        let taken = state
        state = .taken
        // Safety: the buffer is read inside the closure only, while `bytes` is alive.
        state = unsafe bytes.withUnsafeBytes { unsafe Self.updated(taken, by: $0) }
    }

    private static func updated(_ state: consuming State, by buffer: UnsafeRawBufferPointer) -> State {
        switch consume state {
        case .sha1(var hash):
            unsafe hash.update(bufferPointer: buffer)
            return .sha1(hash)
        case .sha256(var hash):
            unsafe hash.update(bufferPointer: buffer)
            return .sha256(hash)
        case .sha384(var hash):
            unsafe hash.update(bufferPointer: buffer)
            return .sha384(hash)
        case .sha512(var hash):
            unsafe hash.update(bufferPointer: buffer)
            return .sha512(hash)
        case .taken: return .taken
        }
    }

    public mutating func finish() -> Platform.Digest {
        switch state {
        case .sha1(let hash): Self.digest(.sha1, hash.finalize())
        case .sha256(let hash): Self.digest(.sha256, hash.finalize())
        case .sha384(let hash): Self.digest(.sha384, hash.finalize())
        case .sha512(let hash): Self.digest(.sha512, hash.finalize())
        case .taken: preconditionFailure("a hash is finished while it is updated")
        }
    }

    private static func digest(_ algorithm: HashAlgorithm, _ value: some Crypto.Digest) -> Platform.Digest {
        // Safety: the buffer is copied inside the closure.
        Platform.Digest(algorithm, exactly: unsafe value.withUnsafeBytes { unsafe [UInt8]($0) })
    }
}
