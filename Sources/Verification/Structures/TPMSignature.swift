// SPDX-License-Identifier: Apache-2.0

import Platform

/// TPMT_SIGNATURE (TCG TPM 2.0 Library, part 2, 11.3.4), as `tpm2_quote -s` writes it, or the plain form of `-f plain`,
/// which tells neither scheme nor hash. Big-endian.
///
/// | size | field |
/// |---|---|
/// | 2 | scheme: 0014 RSASSA, 0016 RSAPSS, 0018 ECDSA |
/// | 2 | hash: 000b, 000c or 000d |
/// | 2 + n | RSA: the signature. ECDSA: r, and after it s in the same form |
public struct TPMSignature: Equatable, Sendable {
    public enum Value: Equatable, Sendable {
        case rsaPKCS1([UInt8])
        case rsaPSS([UInt8])
        /// Of which padding, the key or a try must tell.
        case rsaPlain([UInt8])
        /// Big-endian, with or without leading zeros.
        case ecdsa(r: [UInt8], s: [UInt8])
        /// ECDSA-Sig-Value in DER.
        case ecdsaPlain([UInt8])
    }

    /// RSA of 4096 bits: beyond what TPMs have.
    private static let rsaLimit = 512
    /// A coordinate of P-521.
    private static let coordinateLimit = 66

    /// `nil` in the plain form. A quote's digest over the PCRs is made by the same algorithm, so its size tells.
    public let hash: HashAlgorithm?
    public let value: Value

    public init(parsing bytes: [UInt8]) throws(StructureError) {
        if let plain = Self.plain(bytes) {
            hash = nil
            value = plain
            return
        }
        var reader = ByteReader(bytes)
        let scheme = try reader.readBig16()
        guard [0x0014, 0x0016, 0x0018].contains(scheme) else { throw StructureError(.unknownAlgorithm, at: 0) }
        guard let hash = HashAlgorithm(rawValue: try reader.readBig16()) else {
            throw StructureError(.unknownAlgorithm, at: 2)
        }
        guard hash != .sha1 else { throw StructureError(.weakHash, at: 2) }
        self.hash = hash
        switch scheme {
        case 0x0014: value = .rsaPKCS1(try Self.readPart(&reader, atMost: Self.rsaLimit))
        case 0x0016: value = .rsaPSS(try Self.readPart(&reader, atMost: Self.rsaLimit))
        default:
            let r = try Self.readPart(&reader, atMost: Self.coordinateLimit)
            value = .ecdsa(r: r, s: try Self.readPart(&reader, atMost: Self.coordinateLimit))
        }
        try reader.finish()
    }

    private static func readPart(_ reader: inout ByteReader, atMost limit: Int) throws(StructureError) -> [UInt8] {
        let place = reader.offset
        let part = try reader.readSized(atMost: limit)
        guard !part.isEmpty else { throw StructureError(.badSize, at: place) }
        return part
    }

    /// RSA's plain form has the size of a modulus, which no TPMT_SIGNATURE has (it is six bytes longer); a DER sequence
    /// starts with 30, a TPMT_SIGNATURE with 00.
    private static func plain(_ bytes: [UInt8]) -> Value? {
        if [256, 384, 512].contains(bytes.count) { return .rsaPlain(bytes) }
        guard bytes.first == 0x30, (8...144).contains(bytes.count) else { return nil }
        return .ecdsaPlain(bytes)
    }
}
