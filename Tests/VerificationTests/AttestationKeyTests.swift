// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import Verification

/// A public area is that of a key that signs what its TPM made and nothing else: every attribute, size and field.
@Suite struct AttestationKeyTests {
    private static let restricted = 16
    /// TPMA_OBJECT of a key as tpm2_createak makes it: fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth,
    /// restricted, sign.
    private static let attributes: UInt32 = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 16 | 1 << 18

    /// The base points of the curves (SEC 2): public keys as good as any.
    private static let points: [(curve: UInt16, name: String, x: String, y: String)] = [
        (
            3, "ECDSA P-256", "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296",
            "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"
        ),
        (
            4, "ECDSA P-384",
            "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7",
            "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F"
        ),
    ]

    private static func big(_ value: UInt64, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    private static func sized(_ bytes: [UInt8]) -> [UInt8] { big(UInt64(bytes.count), 2) + bytes }

    private static func start(
        _ type: UInt64, attributes: UInt32, symmetric: UInt64 = 0x10, policy: [UInt8] = [1, 2, 3]
    ) -> [UInt8] {
        big(type, 2) + big(0x0B, 2) + big(UInt64(attributes), 4) + sized(policy) + big(symmetric, 2)
    }

    /// TPMT_PUBLIC of an ECC key, with its scheme or without.
    private static func curve(
        _ number: Int = 0, attributes: UInt32 = attributes, symmetric: UInt64 = 0x10,
        scheme: [UInt8] = [0, 0x18, 0, 0x0B]
    ) throws -> [UInt8] {
        let point = points[number]
        let (x, y) = (
            try #require(Hexadecimal.bytes(Array(point.x.utf8))), try #require(Hexadecimal.bytes(Array(point.y.utf8)))
        )
        return start(0x23, attributes: attributes, symmetric: symmetric) + scheme + big(UInt64(point.curve), 2)
            + big(0x10, 2) + sized(x) + sized(y)
    }

    /// And of an RSA key.
    private static func rsa(
        bits: UInt64 = 2048, exponent: UInt64 = 0, modulusSize: Int = 256, attributes: UInt32 = attributes,
        policy: [UInt8] = [1, 2, 3]
    ) -> [UInt8] {
        start(0x01, attributes: attributes, policy: policy) + [0, 0x14, 0, 0x0B] + big(bits, 2) + big(exponent, 4)
            + sized([UInt8](repeating: 0xF7, count: modulusSize))
    }

    private func problem(_ bytes: [UInt8]) -> StructureError? {
        do throws(StructureError) {
            _ = try AttestationKey(parsing: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func keysOfEveryKindAreRead() throws {
        for (number, point) in Self.points.enumerated() {
            for scheme in [[0, 0x18, 0, 0x0B], [0, 0x10]] as [[UInt8]] {
                let key = try AttestationKey(parsing: try Self.curve(number, scheme: scheme))
                #expect(key.name == point.name && key.isKnownToBeRestricted)
            }
        }
        for exponent in [0, 65537, 3] as [UInt64] {
            let key = try AttestationKey(parsing: Self.rsa(exponent: exponent))
            #expect(key.name == "RSA of 2048 bits" && key.isKnownToBeRestricted)
        }
        #expect(try AttestationKey(parsing: Self.rsa(bits: 3072, modulusSize: 384)).name == "RSA of 3072 bits")
    }

    /// fixedTPM, restricted and sign must be there, decrypt must not; each alone decides, and no other bit does.
    @Test(arguments: 0..<32 as Range<UInt32>) func everyAttributeOfAKeyIsLookedAt(bit: UInt32) throws {
        let isDecisive = [1, 16, 17, 18].contains(bit)
        let changed = Self.attributes ^ 1 << bit
        for (bytes, place) in [
            (try Self.curve(attributes: changed), 4), (Self.rsa(attributes: changed), 4),
            (Self.sized(try Self.curve(1, attributes: changed)), 6),
        ] {
            #expect(problem(bytes) == (isDecisive ? StructureError(.wrongKeyUse, at: place) : nil), "bit \(bit)")
        }
    }

    /// Of the four that decide, one set of them is good.
    @Test func oneSetOfAttributesIsGood() throws {
        let bits: [UInt32] = [1, 16, 17, 18]
        for set in 0..<16 as Range<UInt32> {
            var attributes: UInt32 = 0
            for (place, bit) in bits.enumerated() where set >> UInt32(place) & 1 == 1 { attributes |= 1 << bit }
            #expect((problem(try Self.curve(attributes: attributes)) == nil) == (set == 0b1011), "\(set)")
        }
        #expect(problem(try Self.curve(attributes: .max))?.code == .wrongKeyUse)
        #expect(problem(try Self.curve(attributes: 0))?.code == .wrongKeyUse)
    }

    /// A key with a symmetric part is a storage key.
    @Test(arguments: [0x0006, 0x0001, 0x0000, 0x0011, 0x0025] as [UInt64]) func aStorageKeyIsRefused(
        symmetric: UInt64
    ) throws {
        #expect(problem(try Self.curve(symmetric: symmetric)) == StructureError(.wrongKeyUse, at: 13))
    }

    @Test func everyPrefixAndEveryTailIsRefused() throws {
        for bytes in [try Self.curve(), Self.rsa()] {
            for length in bytes.indices { #expect(problem([UInt8](bytes[..<length])) != nil, "cut to \(length)") }
            #expect(problem(bytes + [0])?.code == .trailing)
            #expect(problem(Self.sized(bytes) + [0]) != nil)
        }
    }

    @Test func keysOfAnotherMakingAreRefused() throws {
        var bytes = try Self.curve()
        bytes[1] = 0x25
        #expect(problem(bytes)?.code == .badKey, "a symmetric cipher's key")
        // Bits and modulus that do not agree; a short one.
        #expect(problem(Self.rsa(bits: 2049))?.code == .badKey)
        #expect(problem(Self.rsa(bits: 2048, modulusSize: 255))?.code == .badKey)
        #expect(problem(Self.rsa(bits: 512, modulusSize: 64))?.code == .weakKey)
        #expect(problem(Self.rsa(bits: 4104, modulusSize: 513)) != nil)
        // No curve that is known, and a point that is not on its curve.
        let good = try Self.curve()
        let curve = good.count - 2 * 34 - 4
        for number in [0, 1, 2, 4, 5, 0x10, 0x20] as [UInt8] {
            bytes = good
            bytes[curve + 1] = number
            #expect(problem(bytes)?.code == .badKey, "curve \(number)")
        }
        for place in [curve + 6, good.count - 1] {
            bytes = good
            bytes[place] ^= 1
            #expect(problem(bytes)?.code == .badKey)
        }
    }

    /// A coordinate may be shorter than its curve, and have zeros before it; never longer.
    @Test func coordinatesAreAsWideAsTheirCurve() {
        #expect(AttestationKey.padded([7], 3) == [0, 0, 7])
        #expect(AttestationKey.padded([1, 2, 3], 3) == [1, 2, 3])
        #expect(AttestationKey.padded([0, 0, 1, 2, 3], 3) == [1, 2, 3])
        #expect(AttestationKey.padded([1, 2, 3, 4], 3) == nil)
        #expect(AttestationKey.padded([], 2) == [0, 0])
    }

    /// A policy is a digest, at most SHA-512's.
    @Test(arguments: [0, 20, 32, 48, 63, 64, 65, 1000]) func aKeysPolicyIsADigest(_ size: Int) {
        let key = Self.rsa(policy: [UInt8](repeating: 1, count: size))
        #expect((problem(key) == nil) == (size <= 64), "\(size)")
    }
}
