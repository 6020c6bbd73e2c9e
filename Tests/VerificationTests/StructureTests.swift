// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// Quotes, signatures, PCR values, PE images: what tools write is read, and nothing else.
@Suite struct StructureTests {
    /// Of a swtpm, by `tpm2_quote -l sha256:11+sha1:11,0 -q 0011223344 -m`.
    private static let quote: [UInt8] =
        // Magic, TPM_ST_ATTEST_QUOTE, the signer's name: 34 bytes, SHA-256.
        [0xFF, 0x54, 0x43, 0x47, 0x80, 0x18, 0x00, 0x22, 0x00, 0x0B]
        + [
            0xF3, 0xD9, 0x28, 0x25, 0xC7, 0x13, 0xC3, 0x7C, 0x62, 0xAC, 0xD8, 0xA7, 0x30, 0x50, 0x5A, 0x52, 0x9D,
            0xAF, 0xC8, 0x64, 0xEB, 0x50, 0x59, 0xE9, 0xC8, 0x0E, 0xE9, 0x55, 0x5F, 0x9E, 0x4C, 0x7B,
        ]
        // The nonce; clock, resets, restarts, safe; firmware version.
        + [0x00, 0x05, 0x00, 0x11, 0x22, 0x33, 0x44] + [0, 0, 0, 0, 0, 0, 0x4A, 0x37]
        + [0xDC, 0x23, 0xEA, 0xA3, 0x18, 0x17, 0x17, 0x3E, 0x01]
        + [0x17, 0xA2, 0xD9, 0x5C, 0x32, 0x54, 0x2F, 0xF8]
        // Two selections: SHA-256 with PCR 11, SHA-1 with 0 and 11.
        + [0, 0, 0, 2, 0x00, 0x0B, 3, 0x00, 0x08, 0x00, 0x00, 0x04, 3, 0x01, 0x08, 0x00]
        // The digest of 32 + 20 + 20 zeros.
        + [0x00, 0x20] + SwiftCryptoHash.digest(.sha256, of: [UInt8](repeating: 0, count: 72)).bytes

    private func quoteProblem(_ bytes: [UInt8]) -> StructureError? {
        do throws(StructureError) {
            _ = try TPMQuote(parsing: bytes)
            return nil
        } catch {
            return error
        }
    }

    private func signatureProblem(_ bytes: [UInt8]) -> StructureError.Code? {
        do throws(StructureError) {
            _ = try TPMSignature(parsing: bytes)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func quoteIsReadWithAndWithoutItsSizeBefore() throws {
        let quote = try TPMQuote(parsing: Self.quote)
        #expect(quote.nonce == [0, 0x11, 0x22, 0x33, 0x44])
        #expect(quote.selections.map(\.pcrs) == [[11], [0, 11]])
        #expect(quote.banks(selecting: 11) == [.sha256, .sha1])
        #expect(quote.banks(selecting: 0) == [.sha1])
        #expect(quote.pcrDigest.count == 32 && quote.clockIsSafe)
        let size = Self.quote.count
        #expect(try TPMQuote(parsing: [0, UInt8(size)] + Self.quote) == quote)
    }

    @Test func everyPrefixAndEveryTailOfAQuoteIsRefused() {
        for length in Self.quote.indices { #expect(quoteProblem([UInt8](Self.quote[..<length])) != nil) }
        #expect(quoteProblem(Self.quote + [0])?.code == .trailing)
    }

    @Test func quoteOfAnotherMakingIsRefusedWhereItIsWrong() {
        let changes: [(place: Int, value: UInt8, code: StructureError.Code)] = [
            (0, 0xFE, .badMagic), (5, 0x17, .notAQuote), (6, 0x01, .badSize), (65, 2, .badValue), (77, 17, .badSize),
            (80, 0, .badSize), (80, 5, .badSize), (85, 0x0B, .duplicate), (90, 0x01, .badSize),
        ]
        for change in changes {
            var bytes = Self.quote
            bytes[change.place] = change.value
            #expect(quoteProblem(bytes)?.code == change.code, "byte \(change.place)")
        }
    }

    @Test func signatureTellsItsSchemeAndHash() throws {
        // RSAPSS, SHA-384.
        let pss: [UInt8] = [0x00, 0x16, 0x00, 0x0C, 0x00, 0x03, 1, 2, 3]
        #expect(try TPMSignature(parsing: pss).value == .rsaPSS([1, 2, 3]))
        #expect(try TPMSignature(parsing: pss).hash == .sha384)
        let ecdsa: [UInt8] = [0x00, 0x18, 0x00, 0x0B, 0x00, 0x01, 7, 0x00, 0x02, 8, 9]
        #expect(try TPMSignature(parsing: ecdsa).value == .ecdsa(r: [7], s: [8, 9]))
        for bytes in [pss, ecdsa] {
            for length in bytes.indices { #expect(signatureProblem([UInt8](bytes[..<length])) != nil) }
            #expect(signatureProblem(bytes + [0]) == .trailing)
        }
    }

    @Test func signatureOverSHA1OrByAnUnknownSchemeIsRefused() {
        #expect(signatureProblem([0x00, 0x14, 0x00, 0x04, 0x00, 0x01, 1]) == .weakHash)
        // ECDAA; SM3.
        #expect(signatureProblem([0x00, 0x1A, 0x00, 0x0B, 0x00, 0x01, 1, 0, 1, 1]) == .unknownAlgorithm)
        #expect(signatureProblem([0x00, 0x14, 0x00, 0x12, 0x00, 0x01, 1]) == .unknownAlgorithm)
        #expect(signatureProblem([0x00, 0x14, 0x00, 0x0B, 0x00, 0x00]) == .badSize)
    }

    @Test func plainSignaturesAreToldByTheirForm() throws {
        let rsa = [UInt8](repeating: 9, count: 256)
        #expect(try TPMSignature(parsing: rsa).value == .rsaPlain(rsa))
        #expect(try TPMSignature(parsing: rsa).hash == nil)
        let der: [UInt8] = [0x30, 6, 2, 1, 7, 2, 1, 8]
        #expect(try TPMSignature(parsing: der).value == .ecdsaPlain(der))
    }

    @Test func pcrValuesAreReadAsTheToolPrintsThem() throws {
        let ones = String(repeating: "FF", count: 20)
        let text = "  sha1:\n    0 : 0x\(ones)\n    11: 0x\(ones)\n  sha256:\n  sm3_256:\n    1 : 0x00\n"
        let values = try PCRValues(parsing: Array(text.utf8))
        #expect(values.banks.map { $0.values.count } == [2, 0, 1])
        #expect(values.value(.sha1, 11)?.bytes == [UInt8](repeating: 0xFF, count: 20))
        #expect(values.value(.sha1, 12) == nil && values.value(.sha256, 0) == nil)
    }

    @Test func pcrValuesInAnyOtherFormAreRefused() {
        let value = String(repeating: "0", count: 40)
        let wrong = [
            "", "\n", "    0 : 0x\(value)\n", "  sha1:\n    24: 0x\(value)\n", "  sha1:\n    0 : 0x\(value)0\n",
            "  sha1:\n    0 : 0x\(value)00\n", "  sha1:\n    0 : 0x\(value)\n    0 : 0x\(value)\n",
            "  sha1:\n  sha1:\n", "  sha1:\n    0 : 0x\n",
        ]
        #expect(throws: StructureError(.notPCRValues, at: 1)) { try PCRValues(parsing: [1, 2, 3]) }
        for text in wrong {
            #expect(throws: StructureError.self, "\(text)") { try PCRValues(parsing: Array(text.utf8)) }
        }
    }

    /// A PE32+ image of two sections that stand in the file in another order than in the table, eight bytes behind them,
    /// and eight bytes of signature.
    private static func image() -> (bytes: [UInt8], hashed: [UInt8]) {
        var headers = [UInt8](repeating: 0, count: 512)
        func put(_ value: UInt64, _ byteCount: Int, at place: Int) {
            for index in 0..<byteCount {
                headers[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
            }
        }
        put(0x5A4D, 2, at: 0)
        put(64, 4, at: 0x3C)
        put(0x4550, 4, at: 64)
        put(2, 2, at: 64 + 6)
        put(240, 2, at: 64 + 20)
        let optional = 88
        put(0x20B, 2, at: optional)
        put(512, 4, at: optional + 60)
        put(0xAABB_CCDD, 4, at: optional + 64)
        put(16, 4, at: optional + 108)
        put(1288, 4, at: optional + 144)
        put(8, 4, at: optional + 148)
        for (index, place) in [(0, 768), (1, 512)] {
            put(256, 4, at: optional + 240 + 40 * index + 16)
            put(UInt64(place), 4, at: optional + 240 + 40 * index + 20)
        }
        let content = (0..<768).map { UInt8(truncatingIfNeeded: $0 / 3) }
        let checksum = optional + 64
        let entry = optional + 144
        let hashed = headers[..<checksum] + headers[(checksum + 4)..<entry] + headers[(entry + 8)...] + content
        return (headers + content + [1, 2, 3, 4, 5, 6, 7, 8], [UInt8](hashed))
    }

    @Test func imageIsHashedWithoutChecksumAndSignatures() throws {
        let (bytes, hashed) = Self.image()
        let image = try #require(PortableExecutable(bytes))
        for bank in HashAlgorithm.allCases {
            #expect(image.digest(bank, hashing: SwiftCryptoHash.self) == SwiftCryptoHash.digest(bank, of: hashed))
        }
    }

    @Test func brokenImagesNeverTrap() {
        var (bytes, _) = Self.image()
        for length in 0..<512 { #expect(PortableExecutable([UInt8](bytes[..<length])) == nil) }
        for bit in 0..<(8 * 512) {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            _ = PortableExecutable(bytes)?.digest(.sha256, hashing: SwiftCryptoHash.self)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
    }
}
