// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import LogReading
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// Quotes that are signed here, so that one thing alone is wrong with each and the signature is good all the same.
@Suite struct SignedQuoteTests {
    private static let nonce: [UInt8] = [1, 2, 3, 4]
    private static let key = P256.Signing.PrivateKey()

    /// What a TPM would be asked for, and what it would sign.
    private struct Wish {
        var selections: [(bank: HashAlgorithm, pcrs: [Int])] = [(.sha1, [11]), (.sha256, [11])]
        var nonce = SignedQuoteTests.nonce
        /// What the TPM holds besides the log's PCR.
        var others: [Int: [UInt8]] = [:]
        /// After the values are known.
        var change: ([UInt8]) -> [UInt8] = { $0 }
        var signer = SignedQuoteTests.key
    }

    private static func big(_ value: UInt64, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    private static func sized(_ bytes: [UInt8]) -> [UInt8] { big(UInt64(bytes.count), 2) + bytes }

    /// TPMS_ATTEST; a bank that the log has not gets zeros.
    private static func message(_ wish: Wish, _ values: [Platform.Digest]) -> [UInt8] {
        var bytes = big(0xFF54_4347, 4) + big(0x8018, 2) + sized([1, 2]) + sized(wish.nonce)
        bytes += [UInt8](repeating: 0, count: 16) + [1] + big(0, 8) + big(UInt64(wish.selections.count), 4)
        var selected: [UInt8] = []
        for (bank, pcrs) in wish.selections {
            var bitmap: [UInt8] = [0, 0, 0]
            for pcr in pcrs {
                bitmap[pcr / 8] |= 1 << UInt8(pcr % 8)
                selected +=
                    values.first { $0.algorithm == bank && pcr == 11 }?.bytes
                    ?? wish.others[pcr] ?? [UInt8](repeating: 0, count: bank.digestSize)
            }
            bytes += big(UInt64(bank.rawValue), 2) + [3] + bitmap
        }
        return bytes + sized(wish.change(SwiftCryptoHash.digest(.sha256, of: selected).bytes))
    }

    private func checks(
        _ wish: Wish, of log: EventLogReader? = nil, _ change: (inout Evidence) throws -> Void = { _ in }
    ) throws -> [Check] {
        let reader = try log ?? EventLogReader(parsing: try QuotedLog.launch().bytes)
        let values = LogReplay(reader, hashing: SwiftCryptoHash.self).values
        let message = Self.message(wish, values)
        let signature = [UInt8](try wish.signer.signature(for: message).rawRepresentation)
        var evidence = Evidence()
        evidence.withoutLauncher = true
        evidence.quote = Evidence.Quote(
            quote: try TPMQuote(parsing: message),
            signature: try TPMSignature(
                parsing: [0, 0x18, 0, 0x0B] + Self.sized([UInt8](signature[..<32]))
                    + Self.sized([UInt8](signature[32...]))),
            key: try AttestationKey(parsing: Array(Self.key.publicKey.pemRepresentation.utf8)), nonce: Self.nonce)
        try change(&evidence)
        return LaunchVerifier(reader, evidence, hashing: SwiftCryptoHash.self).checks
    }

    @Test func aGoodOneProvesTheBanksThatItSelects() throws {
        for (selections, proven) in [
            ([(.sha1, [11]), (.sha256, [11])], "sha1, sha256"), ([(.sha256, [11])], "sha256"),
        ] as [([(HashAlgorithm, [Int])], String)] {
            var wish = Wish()
            wish.selections = selections.map { (bank: $0.0, pcrs: $0.1) }
            let checks = try checks(wish)
            #expect(!checks.contains { $0.status == .failed }, "\(checks)")
            let proof = try #require(checks.first { $0.code == .quoteProof })
            #expect(proof.status == .ok && proof.text.hasPrefix("proves PCR 11 in \(proven)"))
        }
    }

    /// Whichever step it fails, the step is named, it alone, and nothing is proven.
    @Test func oneThingThatIsWrongIsNamedAndLeavesNoProof() throws {
        let wrong: [(Check.Code, (inout Wish) -> Void)] = [
            (.signature, { $0.signer = P256.Signing.PrivateKey() }), (.nonce, { $0.nonce = [1, 2, 3] }),
            (.nonce, { $0.nonce += [0] }), (.selection, { $0.selections = [(.sha256, [10, 12])] }),
            (.selection, { $0.selections = [(.sha384, [11])] }),
            (.selection, { $0.selections.append((.sha384, [11])) }),
            (.quoteDigest, { $0.selections = [(.sha256, [11, 12])] }),
            (.quoteDigest, { $0.selections = [(.sha256, [11]), (.sha384, [12])] }),
            (.quoteDigest, { $0.change = { [UInt8]($0.dropLast()) } }), (.quoteDigest, { $0.change = { $0 + [0] } }),
            (.quoteDigest, { $0.change = { _ in [] } }),
        ]
        for (place, (code, change)) in wrong.enumerated() {
            var wish = Wish()
            change(&wish)
            let checks = try checks(wish)
            let failed = Set(checks.filter { $0.status == .failed && $0.subject == .quote }.map(\.code))
            // What is not selected leaves nothing for a digest to be of.
            #expect(failed.contains(code) && failed.subtracting([code]).isSubset(of: [.quoteDigest]), "case \(place)")
            #expect(!checks.contains { $0.code == .quoteProof }, "case \(place)")
        }
        for bit in 0..<256 {
            var wish = Wish()
            wish.change = { digest in
                var digest = digest
                digest[bit / 8] ^= 1 << UInt8(bit % 8)
                return digest
            }
            let checks = try checks(wish)
            #expect(checks.filter { $0.status == .failed && $0.subject == .quote }.map(\.code) == [.quoteDigest])
            #expect(!checks.contains { $0.code == .quoteProof }, "bit \(bit)")
        }
    }

    /// A file of values is the attester's to write: of what the firmware log has, that log alone says what the TPM must hold.
    @Test(arguments: 0...9) func aFilesValueStandsForNoPCROfTheFirmwareLog(pcr: Int) throws {
        let boot = try GoldenBoot.shared.get()
        let firmware = try FirmwareLog(parsing: GoldenBoot.written(boot.events))
        let golden = try #require(try boot.values(boot.events).value(.sha256, UInt8(pcr)))
        let other = SwiftCryptoHash.digest(.sha256, of: [7])
        let file = try PCRValues(parsing: Array("  sha256:\n    \(pcr) : 0x\(hexadecimal(other.bytes))\n".utf8))
        for (held, isGood) in [(golden, true), (other, false)] {
            var wish = Wish()
            wish.selections = [(.sha256, [pcr, 11])]
            wish.others[pcr] = held.bytes
            let checks = try checks(wish) {
                $0.firmwareLog = firmware
                $0.pcrs = file
            }
            let digest = try #require(checks.first { $0.code == .quoteDigest })
            #expect((digest.status == .ok) == isGood)
        }
    }

    /// Values beside a quote prove nothing that it does not select.
    @Test func aDynamicLaunchIsProvenByTheQuoteThatSelectsIt() throws {
        let boot = try GoldenBoot.shared.get()
        let log = try GoldenBoot.moved(boot.log, to: 18)
        let events = boot.events(movedTo: 18) + [GoldenBoot.Event(17, 0x502, measured: [1], data: [1])]
        let firmware = try FirmwareLog(parsing: GoldenBoot.written(events))
        let held = try boot.values(events, launch: LogReplay(log, hashing: SwiftCryptoHash.self), launchPCR: 18)
        for (selected, isProven) in [([17, 18], true), ([18], false)] {
            var wish = Wish()
            wish.selections = [(.sha256, selected)]
            for pcr in selected { wish.others[pcr] = try #require(held.value(.sha256, UInt8(pcr))).bytes }
            let checks = try checks(wish, of: log) {
                $0.pcr = try #require(PCRIndex(rawValue: 18))
                $0.withoutLauncher = false
                $0.firmwareLog = firmware
                $0.launcherFiles = boot.files
                $0.baseline = held
                $0.pcrs = held
            }
            #expect(checks.contains { $0.code == .quoteDigest && $0.status == .ok })
            #expect(checks.contains { $0.code == .pcrChoice && $0.status == .failed } != isProven)
        }
    }

    /// Whoever reads why the launcher is unproven is not sent to look for another firmware log.
    @Test(arguments: 0...9) func aQuoteThatProvesNothingIsNamedWhereItIsMissed(pcr: Int) throws {
        let boot = try GoldenBoot.shared.get()
        let firmware = try FirmwareLog(parsing: GoldenBoot.written(boot.events))
        let wrong: [(inout Wish) -> Void] = [
            { $0.signer = P256.Signing.PrivateKey() }, { $0.nonce = [9] }, { $0.change = { _ in [] } },
        ]
        for selected in [[11], [pcr, 11]] {
            for change in wrong {
                var wish = Wish()
                wish.selections = [(.sha256, selected)]
                wish.others[pcr] = try #require(try boot.values(boot.events).value(.sha256, UInt8(pcr))).bytes
                change(&wish)
                let checks = try checks(wish) {
                    $0.withoutLauncher = false
                    $0.firmwareLog = firmware
                }
                let told = checks.filter { $0.code == .firmwarePCR && $0.pcr == UInt8(pcr) }
                #expect(told.map(\.text) == ["PCR \(pcr): the quote proves nothing"])
                #expect(told.map(\.status) == [.failed])
            }
        }
    }
}
