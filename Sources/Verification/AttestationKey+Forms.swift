// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import Platform
import SwiftASN1

/// The files in which people have a public key: TPM2B_PUBLIC or TPMT_PUBLIC (`tpm2_readpublic -f tss` and `-f tpmt`),
/// SubjectPublicKeyInfo, PKCS#1's RSAPublicKey or an X.509 certificate, each of these in DER or in PEM.
extension AttestationKey {
    /// TPM2_CONTEXT_LOAD's file as tpm2-tools write it: `tpm2_createak -c`.
    private static let contextMagic: [UInt8] = [0xBA, 0xDC, 0xC0, 0xDE]
    /// DER's SEQUENCE: no TPM2B of this size fits into the limit.
    private static let sequence: UInt8 = 0x30

    /// Errors: a private key, an endorsement key, a key that could sign a forged quote, or no key at all.
    public init(parsing bytes: [UInt8]) throws(StructureError) {
        if bytes.starts(with: Self.contextMagic) { throw StructureError(.keyContext, at: 0) }
        if let block = PEMBlock.find(in: bytes, where: { Self.isOfKey($0) }) {
            try self.init(block)
        } else if bytes.first == Self.sequence {
            try self.init(der: bytes, at: 0)
        } else {
            self.init(try Self.readPublic(bytes), isKnownToBeRestricted: true)
        }
    }

    private static func isOfKey(_ label: String) -> Bool {
        label.hasSuffix("PUBLIC KEY") || label.hasSuffix("CERTIFICATE") || label.hasSuffix("PRIVATE KEY")
    }

    private init(_ block: PEMBlock) throws(StructureError) {
        if block.label.hasSuffix("PRIVATE KEY") { throw StructureError(.privateKey, at: block.offset) }
        guard let content = block.content else { throw StructureError(.badKey, at: block.offset) }
        try self.init(der: content, at: block.offset)
    }

    private init(der bytes: [UInt8], at place: Int) throws(StructureError) {
        if let key = try Self.key(der: bytes, at: place) {
            self.init(key, isKnownToBeRestricted: false)
            return
        }
        guard let certificate = KeyCertificate(parsing: bytes) else { throw StructureError(.badKey, at: place) }
        guard !certificate.isEndorsementKeys else { throw StructureError(.endorsementKey, at: place) }
        guard let key = try Self.key(der: certificate.publicKey, at: place) else {
            throw StructureError(.badKey, at: place)
        }
        self.init(key, isKnownToBeRestricted: false)
    }

    /// SubjectPublicKeyInfo, or RSAPublicKey.
    private static func key(der: [UInt8], at place: Int) throws(StructureError) -> Key? {
        if let key = attempt({ try _RSA.Signing.PublicKey(derRepresentation: der) }) { return .rsa(key) }
        if attempt({ try _RSA.Signing.PublicKey(unsafeDERRepresentation: der) }) != nil {
            throw StructureError(.weakKey, at: place)
        }
        if let key = attempt({ try P256.Signing.PublicKey(derRepresentation: der) }) { return .p256(key) }
        if let key = attempt({ try P384.Signing.PublicKey(derRepresentation: der) }) { return .p384(key) }
        return attempt { try P521.Signing.PublicKey(derRepresentation: der) }.map { .p521($0) }
    }
}

/// What of an X.509 certificate a verifier of quotes needs (RFC 5280, 4.1). Its signature is not looked at: whoever gives
/// the file answers for it, as for every other form of the key.
struct KeyCertificate {
    /// SubjectPublicKeyInfo, in DER.
    let publicKey: [UInt8]
    /// tcg-kp-EKCertificate among its extended key usages (TCG EK Credential Profile 2.6, 3.5.16).
    let isEndorsementKeys: Bool

    private static let extendedKeyUsage: ASN1ObjectIdentifier = [2, 5, 29, 37]
    private static let endorsement: ASN1ObjectIdentifier = [2, 23, 133, 8, 1]

    /// `nil` for what is no certificate.
    init?(parsing bytes: [UInt8]) {
        guard let root = AttestationKey.attempt({ try DER.parse(bytes) }), let parts = Self.children(root),
            let body = parts.first.flatMap({ Self.children($0) })
        else { return nil }
        // The version is left out in certificates of version 1.
        let version = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
        let fields = body.first?.identifier == version ? body.dropFirst() : body[...]
        // Serial number, signature's algorithm, issuer, validity, subject, and then the key.
        guard fields.count >= 6 else { return nil }
        publicKey = [UInt8](fields[fields.startIndex + 5].encodedBytes)
        let list = ASN1Identifier(tagWithNumber: 3, tagClass: .contextSpecific)
        let extensions = fields.first { $0.identifier == list }.flatMap { Self.children($0)?.first }
        isEndorsementKeys = (extensions.flatMap { Self.children($0) } ?? []).contains { Self.namesEndorsement($0) }
    }

    private static func namesEndorsement(_ part: ASN1Node) -> Bool {
        guard let fields = children(part), let first = fields.first, let last = fields.last,
            AttestationKey.attempt({ try ASN1ObjectIdentifier(derEncoded: first) }) == extendedKeyUsage,
            let value = AttestationKey.attempt({ try ASN1OctetString(derEncoded: last) }),
            let usages = AttestationKey.attempt({ try DER.parse(value.bytes) }).flatMap({ children($0) })
        else { return false }
        return usages.contains {
            usage in AttestationKey.attempt { try ASN1ObjectIdentifier(derEncoded: usage) } == endorsement
        }
    }

    private static func children(_ node: ASN1Node) -> [ASN1Node]? {
        guard case .constructed(let nodes) = node.content else { return nil }
        return Array(nodes)
    }
}
