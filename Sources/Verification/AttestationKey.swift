// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import Platform

/// The public half of the key that a TPM signs quotes with. Whose key it is, is for whoever gives it to know.
public struct AttestationKey: Sendable {
    enum Key: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case p521(P521.Signing.PublicKey)
    }

    /// A public area of RSA 4096 has some 550 bytes, its PEM form some 800, a certificate in text some thousands.
    public static let limit = 1 << 16

    let key: Key
    /// A TPM's public area says that the key signs nothing that starts like an attestation but is none; no other form
    /// says anything of it.
    public let isKnownToBeRestricted: Bool
    /// "rsa2048", "P-256".
    public let name: String

    init(_ key: Key, isKnownToBeRestricted: Bool) {
        self.key = key
        self.isKnownToBeRestricted = isKnownToBeRestricted
        name =
            switch key {
            case .rsa(let key): "RSA of \(key.keySizeInBits) bits"
            case .p256: "ECDSA P-256"
            case .p384: "ECDSA P-384"
            case .p521: "ECDSA P-521"
            }
    }

    /// Whether the key made the signature over the message. `hash` stands in for the one that a plain signature does
    /// not tell.
    public func verifies(_ signature: TPMSignature, over message: [UInt8], plainHash: HashAlgorithm?) -> Bool {
        guard let algorithm = signature.hash ?? plainHash else { return false }
        switch algorithm {
        case .sha1: return false
        case .sha256: return verifies(signature.value, SHA256.hash(data: message), SHA256.self)
        case .sha384: return verifies(signature.value, SHA384.hash(data: message), SHA384.self)
        case .sha512: return verifies(signature.value, SHA512.hash(data: message), SHA512.self)
        }
    }

    private func verifies<Hash: HashFunction>(
        _ value: TPMSignature.Value, _ digest: Hash.Digest, _: Hash.Type
    ) -> Bool {
        switch (key, value) {
        case (.rsa(let key), .rsaPKCS1(let bytes)):
            return key.isValidSignature(.init(rawRepresentation: bytes), for: digest, padding: .insecurePKCS1v1_5)
        case (.rsa(let key), .rsaPSS(let bytes)):
            return PSSSignature(bytes: bytes).isValid(by: key, for: digest, hash: Hash.self)
        case (.rsa(let key), .rsaPlain(let bytes)):
            let signature = _RSA.Signing.RSASignature(rawRepresentation: bytes)
            return key.isValidSignature(signature, for: digest, padding: .insecurePKCS1v1_5)
                || PSSSignature(bytes: bytes).isValid(by: key, for: digest, hash: Hash.self)
        case (.p256, .ecdsa), (.p384, .ecdsa), (.p521, .ecdsa), (.p256, .ecdsaPlain), (.p384, .ecdsaPlain),
            (.p521, .ecdsaPlain):
            return verifiesCurve(value, digest)
        default: return false
        }
    }

    private func verifiesCurve(_ value: TPMSignature.Value, _ digest: some Crypto.Digest) -> Bool {
        switch key {
        case .rsa: false
        case .p256(let key):
            Self.attempt {
                switch value {
                case .ecdsaPlain(let der): try P256.Signing.ECDSASignature(derRepresentation: der)
                default: try P256.Signing.ECDSASignature(rawRepresentation: Self.raw(value, size: 32))
                }
            }.map { key.isValidSignature($0, for: digest) } ?? false
        case .p384(let key):
            Self.attempt {
                switch value {
                case .ecdsaPlain(let der): try P384.Signing.ECDSASignature(derRepresentation: der)
                default: try P384.Signing.ECDSASignature(rawRepresentation: Self.raw(value, size: 48))
                }
            }.map { key.isValidSignature($0, for: digest) } ?? false
        case .p521(let key):
            Self.attempt {
                switch value {
                case .ecdsaPlain(let der): try P521.Signing.ECDSASignature(derRepresentation: der)
                default: try P521.Signing.ECDSASignature(rawRepresentation: Self.raw(value, size: 66))
                }
            }.map { key.isValidSignature($0, for: digest) } ?? false
        }
    }

    /// r and s, each as wide as the curve; empty, and so no signature, where one is wider.
    private static func raw(_ value: TPMSignature.Value, size: Int) -> [UInt8] {
        guard case .ecdsa(let r, let s) = value, let left = padded(r, size), let right = padded(s, size) else {
            return []
        }
        return left + right
    }

    /// Zeros in front, as many as are missing; `nil` for a wider number.
    static func padded(_ number: [UInt8], _ size: Int) -> [UInt8]? {
        let digits = number.drop { $0 == 0 }
        return digits.count > size ? nil : [UInt8](repeating: 0, count: size - digits.count) + digits
    }

    /// What swift-crypto throws says only that it is no such key or signature.
    static func attempt<Value>(_ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch {
            return nil
        }
    }
}
