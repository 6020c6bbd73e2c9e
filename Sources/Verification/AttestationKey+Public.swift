// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import Platform

extension AttestationKey {
    /// TPMA_OBJECT: fixedTPM, restricted, decrypt, sign.
    private static let fixedTPM: UInt32 = 1 << 1
    private static let restricted: UInt32 = 1 << 16
    private static let decrypt: UInt32 = 1 << 17
    private static let sign: UInt32 = 1 << 18
    /// TPM_ALG_NULL.
    private static let none: UInt16 = 0x0010

    /// TPMT_PUBLIC (TCG TPM 2.0 Library, part 2, 12.2.4), with its size before it or without. Big-endian: u16 type 0001 RSA
    /// or 0023 ECC, u16 name's hash, u32 attributes, u16 + n policy, the parameters, the key.
    static func readPublic(_ bytes: [UInt8]) throws(StructureError) -> Key {
        var reader = ByteReader(bytes)
        if bytes.count >= 2, Int(bytes[0]) << 8 | Int(bytes[1]) == bytes.count - 2 { _ = try reader.readBig16() }
        let place = reader.offset
        let type = try reader.readBig16()
        guard type == 0x0001 || type == 0x0023 else { throw StructureError(.badKey, at: place) }
        _ = try reader.readBig16()
        let attributesPlace = reader.offset
        let attributes = try reader.readBig32()
        let wanted = fixedTPM | restricted | sign
        // As an endorsement key has them by TCG's templates; a storage key has them, too.
        if attributes & (restricted | decrypt | sign) == restricted | decrypt {
            throw StructureError(.endorsementKey, at: attributesPlace)
        }
        guard attributes & (wanted | decrypt) == wanted else { throw StructureError(.wrongKeyUse, at: attributesPlace) }
        _ = try reader.readSized(atMost: 64)
        let symmetricPlace = reader.offset
        // A key that signs has no symmetric part.
        guard try reader.readBig16() == none else { throw StructureError(.wrongKeyUse, at: symmetricPlace) }
        if try reader.readBig16() != none { _ = try reader.readBig16() }
        let key = type == 0x0001 ? try readRSA(&reader) : try readCurve(&reader)
        try reader.finish()
        return key
    }

    /// u16 bits, u32 exponent (0 is 65537), u16 + n modulus.
    private static func readRSA(_ reader: inout ByteReader) throws(StructureError) -> Key {
        let place = reader.offset
        let bits = Int(try reader.readBig16())
        let exponent = try reader.readBig32()
        let modulus = try reader.readSized(atMost: 512)
        let e: [UInt8] =
            exponent == 0
            ? [1, 0, 1] : (0..<4).reversed().map { UInt8(truncatingIfNeeded: exponent >> UInt32(8 * $0)) }
        guard bits >= 2048 || modulus.count * 8 != bits else { throw StructureError(.weakKey, at: place) }
        guard modulus.count * 8 == bits,
            let key = attempt({ try _RSA.Signing.PublicKey(n: modulus, e: [UInt8](e.drop { $0 == 0 })) })
        else { throw StructureError(.badKey, at: place) }
        return .rsa(key)
    }

    /// u16 curve, u16 key derivation, u16 + n x, u16 + n y.
    private static func readCurve(_ reader: inout ByteReader) throws(StructureError) -> Key {
        let place = reader.offset
        let curve = try reader.readBig16()
        if try reader.readBig16() != none { _ = try reader.readBig16() }
        let x = try reader.readSized(atMost: 66)
        let y = try reader.readSized(atMost: 66)
        let size: Int
        switch curve {
        case 0x0003: size = 32
        case 0x0004: size = 48
        case 0x0005: size = 66
        default: throw StructureError(.badKey, at: place)
        }
        guard let left = padded(x, size), let right = padded(y, size) else { throw StructureError(.badKey, at: place) }
        // X9.63's uncompressed form.
        let point = [0x04] + left + right
        let key: Key? =
            switch size {
            case 32: attempt { try P256.Signing.PublicKey(x963Representation: point) }.map { .p256($0) }
            case 48: attempt { try P384.Signing.PublicKey(x963Representation: point) }.map { .p384($0) }
            default: attempt { try P521.Signing.PublicKey(x963Representation: point) }.map { .p521($0) }
            }
        guard let key else { throw StructureError(.badKey, at: place) }
        return key
    }
}
