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
        // Safety: the buffer is read inside the closure only, while `bytes` is alive.
        unsafe bytes.withUnsafeBytes { buffer in
            switch state {
            case .sha1(var hash):
                unsafe hash.update(bufferPointer: buffer)
                state = .sha1(hash)
            case .sha256(var hash):
                unsafe hash.update(bufferPointer: buffer)
                state = .sha256(hash)
            case .sha384(var hash):
                unsafe hash.update(bufferPointer: buffer)
                state = .sha384(hash)
            case .sha512(var hash):
                unsafe hash.update(bufferPointer: buffer)
                state = .sha512(hash)
            }
        }
    }

    public mutating func finish() -> Platform.Digest {
        let (algorithm, bytes): (HashAlgorithm, [UInt8]) =
            switch state {
            case .sha1(let hash): (.sha1, [UInt8](hash.finalize()))
            case .sha256(let hash): (.sha256, [UInt8](hash.finalize()))
            case .sha384(let hash): (.sha384, [UInt8](hash.finalize()))
            case .sha512(let hash): (.sha512, [UInt8](hash.finalize()))
            }
        guard let digest = Platform.Digest(algorithm, bytes: bytes) else {
            preconditionFailure("swift-crypto gave a digest of the wrong size")
        }
        return digest
    }
}
