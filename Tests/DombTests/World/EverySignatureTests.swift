// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import Verification
@testable import domb

/// Signatures that openssl makes with keys of every kind that a TPM has: each is the key's, and no other.
@Suite struct EverySignatureTests {
    private static let hashes: [(hash: HashAlgorithm, name: String)] = [
        (.sha256, "sha256"), (.sha384, "sha384"), (.sha512, "sha512"),
    ]
    private static let message = Array("TPMS_ATTEST".utf8)

    private static func big(_ value: Int, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func sized(_ bytes: [UInt8]) -> [UInt8] { big(bytes.count, 2) + bytes }

    /// TPMT_SIGNATURE.
    private static func signature(_ scheme: Int, _ hash: HashAlgorithm, _ parts: [[UInt8]]) throws -> TPMSignature {
        try TPMSignature(
            parsing: big(scheme, 2) + big(Int(hash.rawValue), 2) + parts.flatMap { sized($0) })
    }

    /// Yes for the signature; no for another message, a changed signature, and under another hash.
    private func check(
        _ key: AttestationKey, _ signature: TPMSignature, _ hash: HashAlgorithm, _ what: String, changed: TPMSignature
    ) {
        #expect(key.verifies(signature, over: Self.message, plainHash: hash), "\(what)")
        #expect(!key.verifies(signature, over: Self.message + [0], plainHash: hash), "\(what): another message")
        #expect(!key.verifies(changed, over: Self.message, plainHash: hash), "\(what): another signature")
    }

    /// RSASSA, and RSAPSS with no salt, one as long as the hash, the longest, and some drawn by chance.
    @Test(arguments: [2048, 3072, 4096]) func everyRSASignatureIsItsKeys(bits: Int) throws {
        let seed = UInt64.random(in: .min ... .max)
        print("every RSA signature: let seed: UInt64 = \(seed)")
        var random = SeededGenerator(seed: seed)
        try Sandbox.run { sandbox throws in
            try sandbox.write(Self.message, to: "message")
            func openssl(_ arguments: String...) throws -> [UInt8] {
                try Tool.run(["openssl"] + arguments, in: sandbox.folder)
            }
            _ = try openssl("genrsa", "-out", "key.pem", "\(bits)")
            let key = try AttestationKey(parsing: try openssl("pkey", "-in", "key.pem", "-pubout"))
            #expect(key.name == "RSA of \(bits) bits")
            // Larger keys take their time: of them the hash and the lengths that TPMs and tools use.
            for (hash, name) in Self.hashes where bits == 2048 || hash == .sha256 {
                let most = bits / 8 - hash.digestSize - 2
                let more = bits == 2048 ? [1, Int.random(in: 2..<most, using: &random)] : []
                for salt in [nil, 0, hash.digestSize, most] + more {
                    let options = salt.map { ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:\($0)"] }
                    let bytes = try Tool.run(
                        ["openssl", "dgst", "-\(name)", "-sign", "key.pem"] + (options ?? []) + ["message"],
                        in: sandbox.folder)
                    var other = bytes
                    other[Int.random(in: other.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    let what = "\(bits), \(name), salt \(salt.map(String.init) ?? "none"), seed \(seed)"
                    let scheme = salt == nil ? 0x14 : 0x16
                    let good = try Self.signature(scheme, hash, [bytes])
                    check(key, good, hash, what, changed: try Self.signature(scheme, hash, [other]))
                    check(key, try TPMSignature(parsing: bytes), hash, what, changed: try TPMSignature(parsing: other))
                    guard salt == nil || salt == hash.digestSize else { continue }
                    let wrong = try Self.signature(scheme == 0x14 ? 0x16 : 0x14, hash, [bytes])
                    #expect(!key.verifies(wrong, over: Self.message, plainHash: hash), "\(what): the other scheme")
                    for (otherHash, _) in Self.hashes where otherHash != hash {
                        let wrong = try Self.signature(scheme, otherHash, [bytes])
                        #expect(!key.verifies(wrong, over: Self.message, plainHash: hash), "\(what): another hash")
                    }
                }
            }
        }
    }

    @Test(arguments: [("P-256", 32), ("P-384", 48), ("P-521", 66)]) func everyECDSASignatureIsItsKeys(
        curve: String, size: Int
    ) throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write(Self.message, to: "message")
            func openssl(_ arguments: String...) throws -> [UInt8] {
                try Tool.run(["openssl"] + arguments, in: sandbox.folder)
            }
            _ = try openssl("ecparam", "-name", curve, "-genkey", "-noout", "-out", "key.pem")
            let key = try AttestationKey(parsing: try openssl("pkey", "-in", "key.pem", "-pubout"))
            #expect(key.name == "ECDSA \(curve)")
            for (hash, name) in Self.hashes {
                let der = try openssl("dgst", "-\(name)", "-sign", "key.pem", "message")
                let (r, s) = try #require(Self.parts(der))
                var other = s
                other[other.count - 1] ^= 1
                let good = try Self.signature(0x18, hash, [r, s])
                let wrong = try Self.signature(0x18, hash, [r, other])
                check(key, good, hash, "\(curve), \(name)", changed: wrong)
                check(key, try TPMSignature(parsing: der), hash, "\(curve), \(name), DER", changed: wrong)
            }
        }
    }

    /// SEQUENCE of two INTEGERs; one of P-521 has a length of two bytes.
    private static func parts(_ der: [UInt8]) -> ([UInt8], [UInt8])? {
        var rest = der.dropFirst(der[1] == 0x81 ? 3 : 2)
        func integer() -> [UInt8]? {
            guard rest.popFirst() == 2, let count = rest.popFirst() else { return nil }
            defer { rest = rest.dropFirst(Int(count)) }
            return [UInt8](rest.prefix(Int(count)).drop { $0 == 0 })
        }
        guard let r = integer(), let s = integer() else { return nil }
        return (r, s)
    }

    /// A signature that is longer or shorter than its key, or no smaller number, is none; neither is one of ones.
    @Test func whatIsNoNumberBelowTheModulusIsNoSignature() throws {
        try Sandbox.run { sandbox throws in
            try Tool.run(["openssl", "genrsa", "-out", "key.pem", "2048"], in: sandbox.folder)
            let key = try AttestationKey(
                parsing: try Tool.run(["openssl", "pkey", "-in", "key.pem", "-pubout"], in: sandbox.folder))
            for (count, byte) in [(255, 1), (257, 1), (256, 0xFF), (256, 0), (1, 1)] as [(Int, UInt8)] {
                let bytes = [UInt8](repeating: byte, count: count)
                let signature = try Self.signature(0x16, .sha256, [bytes])
                #expect(!key.verifies(signature, over: Self.message, plainHash: .sha256), "\(count) of \(byte)")
            }
        }
    }
}
