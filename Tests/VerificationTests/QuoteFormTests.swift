// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import Verification

/// A quote's selections and a signature's parts, each in every form that they can have.
@Suite struct QuoteFormTests {
    private static func big(_ value: UInt64, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    private static func sized(_ bytes: [UInt8]) -> [UInt8] { big(UInt64(bytes.count), 2) + bytes }

    private static func quote(
        selections: [(algorithm: UInt16, bitmap: [UInt8])], nonce: [UInt8] = [5], safe: UInt8 = 1,
        digest: [UInt8] = [UInt8](repeating: 7, count: 32)
    ) -> [UInt8] {
        var bytes = big(0xFF54_4347, 4) + big(0x8018, 2) + sized([1, 2]) + sized(nonce)
        bytes += big(0x0102_0304_0506_0708, 8) + big(0x1112_1314, 4) + big(0x2122_2324, 4) + [safe]
        bytes += big(0x3132_3334_3536_3738, 8) + big(UInt64(selections.count), 4)
        for (algorithm, bitmap) in selections {
            bytes += big(UInt64(algorithm), 2) + [UInt8(truncatingIfNeeded: bitmap.count)] + bitmap
        }
        return bytes + sized(digest)
    }

    private func problem(_ bytes: [UInt8]) -> StructureError.Code? {
        do throws(StructureError) {
            _ = try TPMQuote(parsing: bytes)
            return nil
        } catch {
            return error.code
        }
    }

    private func signature(_ bytes: [UInt8]) -> StructureError.Code? {
        do throws(StructureError) {
            _ = try TPMSignature(parsing: bytes)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func everyFieldIsItsOwn() throws {
        let bytes = Self.quote(selections: [(0x0B, [0, 8, 0])], nonce: [9, 8, 7])
        let quote = try TPMQuote(parsing: bytes)
        #expect(quote.signer == [1, 2] && quote.nonce == [9, 8, 7] && quote.clock == 0x0102_0304_0506_0708)
        #expect(quote.resetCount == 0x1112_1314 && quote.restartCount == 0x2122_2324 && quote.clockIsSafe)
        #expect(quote.firmwareVersion == 0x3132_3334_3536_3738 && quote.pcrDigest == [UInt8](repeating: 7, count: 32))
        #expect(quote.message == bytes)
        #expect(try !TPMQuote(parsing: Self.quote(selections: [], safe: 0)).clockIsSafe)
    }

    /// A bank stands once, whichever two of several are the same, known here or not.
    @Test(arguments: [2, 3, 4]) func aBankIsSelectedOnce(count: Int) {
        let algorithms: [UInt16] = [0x04, 0x0B, 0x12, 0x0C]
        let selections = algorithms.prefix(count).map { (algorithm: $0, bitmap: [0, 8, 0] as [UInt8]) }
        #expect(problem(Self.quote(selections: selections)) == nil)
        for first in 0..<count {
            for second in 0..<count where second != first {
                for bitmap in [[0, 8, 0], [0, 0, 0], [0xFF, 0xFF, 0xFF]] as [[UInt8]] {
                    var doubled = selections
                    doubled[second] = (algorithm: selections[first].algorithm, bitmap: bitmap)
                    #expect(problem(Self.quote(selections: doubled)) == .duplicate, "\(first), \(second)")
                }
            }
        }
    }

    /// PCR 0 is bit 0 of the first byte; a bitmap has one byte to four.
    @Test func everyBitOfABitmapIsItsPCR() throws {
        for pcr in 0..<32 {
            var bitmap = [UInt8](repeating: 0, count: pcr / 8 + 1)
            bitmap[pcr / 8] = 1 << UInt8(pcr % 8)
            let quote = try TPMQuote(parsing: Self.quote(selections: [(0x04, [0]), (0x0B, bitmap)]))
            #expect(quote.selections[1].pcrs == [UInt8(pcr)])
            #expect(quote.banks(selecting: UInt8(pcr)) == [.sha256])
            #expect(quote.banks(selecting: UInt8(pcr ^ 1)).isEmpty)
        }
        #expect(try TPMQuote(parsing: Self.quote(selections: [(0x0B, [0xFF])])).selections[0].pcrs == [UInt8](0..<8))
        for size in [0, 5, 255] {
            #expect(problem(Self.quote(selections: [(0x0B, [UInt8](repeating: 0, count: size))])) == .badSize)
        }
        let many = (0..<17 as Range<UInt16>).map { (algorithm: $0, bitmap: [0] as [UInt8]) }
        #expect(problem(Self.quote(selections: [(algorithm: UInt16, bitmap: [UInt8])](many.prefix(16)))) == nil)
        #expect(problem(Self.quote(selections: many)) == .badSize)
    }

    /// Sizes at their limits and one beyond.
    @Test func whatIsTooLargeIsRefused() {
        func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 1, count: count) }
        #expect(problem(Self.quote(selections: [], nonce: bytes(66))) == nil)
        #expect(problem(Self.quote(selections: [], nonce: bytes(67))) == .badSize)
        #expect(problem(Self.quote(selections: [], digest: bytes(64))) == nil)
        #expect(problem(Self.quote(selections: [], digest: bytes(65))) == .badSize)
        for safe in 2...255 as ClosedRange<UInt8> {
            #expect(problem(Self.quote(selections: [], safe: safe)) == .badValue)
        }
    }

    /// Three schemes and three hashes, and no other of either.
    @Test func everySchemeAndHashIsKnownOrRefused() throws {
        for scheme in 0...0x40 as ClosedRange<UInt8> {
            for hash in 0...0x30 as ClosedRange<UInt8> {
                let isCurves = scheme == 0x18
                let bytes = [0, scheme, 0, hash, 0, 1, 7] + (isCurves ? [0, 1, 8] : [])
                let expected: StructureError.Code? =
                    if ![0x14, 0x16, 0x18].contains(scheme) { .unknownAlgorithm } else if hash == 0x04 {
                        .weakHash
                    } else { [0x0B, 0x0C, 0x0D].contains(hash) ? nil : .unknownAlgorithm }
                #expect(signature(bytes) == expected, "scheme \(scheme), hash \(hash)")
            }
        }
        let values: [(UInt8, TPMSignature.Value)] = [
            (0x14, .rsaPKCS1([7])), (0x16, .rsaPSS([7])), (0x18, .ecdsa(r: [7], s: [8])),
        ]
        for (scheme, value) in values {
            let bytes = [0, scheme, 0, 0x0D, 0, 1, 7] + (scheme == 0x18 ? [0, 1, 8] : [])
            #expect(try TPMSignature(parsing: bytes).value == value)
            #expect(try TPMSignature(parsing: bytes).hash == .sha512)
        }
        #expect(signature([0, 0x18, 0, 0x0B, 0, 1, 7, 0, 0]) == .badSize, "an s of no bytes")
        #expect(signature([0, 0x18, 0, 0x0B, 0, 0, 0, 1, 7]) == .badSize, "an r of no bytes")
        func rsa(_ count: Int) -> [UInt8] { [0, 0x14, 0, 0x0B] + Self.sized([UInt8](repeating: 9, count: count)) }
        #expect(signature(rsa(500)) == nil && signature(rsa(513)) == .badSize)
        func ecdsa(_ count: Int) -> [UInt8] {
            [0, 0x18, 0, 0x0B] + Self.sized([UInt8](repeating: 9, count: count)) + Self.sized([1])
        }
        #expect(signature(ecdsa(66)) == nil && signature(ecdsa(67)) == .badSize)
    }

    /// `tpm2_quote -o`, in both forms: a TPM has 24 PCRs, whatever a bitmap has room for.
    @Test(arguments: 0..<32 as Range<UInt8>) func valuesAreOfPCRsThatThereAre(pcr: UInt8) throws {
        let value = [UInt8](repeating: 7, count: 32)
        let plain = value
        var own = [1, 0, 0, 0, 0x0B, 0, 4] + [UInt8](repeating: 0, count: 5)
        own[7 + Int(pcr) / 8] = 1 << (pcr % 8)
        own += [UInt8](repeating: 0, count: 15 * 8) + [1, 0, 0, 0] + [1, 0, 0, 0, 32, 0] + value
        own += [UInt8](repeating: 0, count: 32 + 7 * 66)
        let selection = TPMQuote.Selection(algorithm: 0x0B, pcrs: [pcr])
        for file in [plain, own] {
            if pcr < 24 {
                let banks = try #require(try PCRValues.quoted(file, [selection]))
                #expect(banks.map(\.values) == [[pcr: value]])
            } else {
                #expect(throws: StructureError(.notPCRValues, at: 1)) { try PCRValues.quoted(file, [selection]) }
            }
        }
    }
}
