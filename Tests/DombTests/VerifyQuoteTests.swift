// SPDX-License-Identifier: Apache-2.0

import LogReading
import Platform
import SimulatedPlatform
import Testing
import Verification

@testable import domb

/// `domb verify` against a real TPM's emulator and tpm2-tools, as docs/verify.md does it.
@Suite struct VerifyQuoteTests {
    enum Banks: CaseIterable {
        case one, two, three

        func get() throws -> QuotedLaunch {
            switch self {
            case .one: try QuotedLaunch.oneBank.get()
            case .two: try QuotedLaunch.twoBanks.get()
            case .three: try QuotedLaunch.threeBanks.get()
            }
        }
    }

    /// The launch's files in a folder of their own; the exit code of `domb verify` with the options, of which
    /// those words that name a file are given its path.
    private func verify(
        _ launch: QuotedLaunch, _ options: String, changing: [String: ([UInt8]) -> [UInt8]] = [:]
    ) throws -> Int32 {
        var code: Int32 = -1
        try Sandbox.run { sandbox in
            let words = try words(launch, options, in: sandbox, changing: changing)
            let log = try #require(launch.files["log"])
            try sandbox.write(changing["log"]?(log) ?? log, to: "log")
            code = sandbox.failure(["verify", sandbox.path("log")] + words)?.code ?? 0
        }
        return code
    }

    private func words(
        _ launch: QuotedLaunch, _ options: String, in sandbox: Sandbox, changing: [String: ([UInt8]) -> [UInt8]] = [:]
    ) throws -> [String] {
        try options.split(separator: " ").map { String($0) }.map { word in
            guard let bytes = launch.files[word] else { return word }
            try sandbox.write(changing[word]?(bytes) ?? bytes, to: word)
            return sandbox.path(word)
        }
    }

    private func quoted(_ name: String, key: String, nonce: String = QuotedLaunch.nonce) -> String {
        "--without-launcher --quote \(name).msg --sig \(name).sig --ak \(key) --nonce \(nonce)"
    }

    /// As tpm2_createak and tpm2_readpublic write the key.
    @Test(arguments: ["rsa", "ecc"]) func everyFormOfAnAttestationKeyIsTaken(key: String) throws {
        let launch = try Banks.one.get()
        for form in ["pem", "tss", "tpmt", "der"] {
            #expect(try verify(launch, quoted(key, key: "\(key).\(form)") + " --pcrs pcrs") == 0, "\(form)")
            #expect(try verify(launch, quoted(key, key: "other.\(form)") + " --pcrs pcrs") == 1, "\(form)")
        }
    }

    /// A public area says what the key is for; of DER nothing is known but that it made no such signature.
    @Test(arguments: ["tss", "tpmt"]) func anEndorsementKeyIsToldAsOne(form: String) throws {
        let launch = try Banks.one.get()
        try Sandbox.run { sandbox in
            try sandbox.write(try #require(launch.files["log"]), to: "log")
            let words = try words(launch, quoted("ecc", key: "ek.\(form)"), in: sandbox)
            let failure = sandbox.failure(["verify", sandbox.path("log")] + words)
            #expect(failure?.code == 65)
            #expect(failure?.message.contains("an endorsement key (EK)") == true, "\(failure?.message ?? "ok")")
        }
        #expect(try verify(launch, quoted("ecc", key: "ek.der") + " --pcrs pcrs") == 1)
    }

    @Test(arguments: Banks.allCases) func tpm2EventLogReadsTheLogWithoutAWarningToTheTPMsValues(
        _ banks: Banks
    ) throws {
        let launch = try banks.get()
        #expect(launch.eventLog.status == 0 && launch.eventLog.diagnostics.isEmpty)
        let replay = LogReplay(
            try EventLogReader(parsing: try #require(launch.files["log"])), hashing: SwiftCryptoHash.self)
        let held = String(decoding: try #require(launch.files["pcrs"]), as: UTF8.self)
        for value in replay.values {
            #expect(launch.eventLog.text.contains("    11 : 0x\(hexadecimal(value.bytes))\n"))
            #expect(held.contains("    11: 0x\(hexadecimal(value.bytes).uppercased())\n"))
        }
    }

    @Test(arguments: Banks.allCases) func tpm2CheckquoteAcceptsTheLog(_ banks: Banks) throws {
        let launch = try banks.get()
        for key in ["rsa", "ecc"] {
            let output = try #require(launch.checkQuote[key])
            #expect(output.status == 0, "\(key): \(output.diagnostics)")
        }
    }

    @Test(arguments: Banks.allCases) func valuesAndQuotesOfTheTPMProveTheLog(_ banks: Banks) throws {
        let launch = try banks.get()
        #expect(try verify(launch, "--without-launcher --pcrs pcrs") == 0)
        for key in ["rsa", "ecc"] {
            for form in ["pem", "tss"] {
                #expect(try verify(launch, quoted(key, key: "\(key).\(form)")) == 0)
                #expect(try verify(launch, quoted(key, key: "\(key).\(form)") + " --pcrs pcrs") == 0)
            }
            #expect(try verify(launch, quoted("plain-\(key)", key: "\(key).tss")) == 0)
        }
        // Who launched is not proven.
        #expect(try verify(launch, "--pcrs pcrs") == 1)
        #expect(try verify(launch, "") == 1)
        #expect(try verify(launch, "--log-only") == 0)
    }

    @Test func quoteOfAnotherNonceOrKeyOrPCRIsRefused() throws {
        let launch = try QuotedLaunch.twoBanks.get()
        #expect(try verify(launch, quoted("ecc", key: "ecc.pem", nonce: "a1b2c3d4e5f60719")) == 1)
        #expect(try verify(launch, quoted("ecc", key: "ecc.pem", nonce: "a1b2c3d4e5f607")) == 1)
        #expect(try verify(launch, quoted("ecc", key: "ecc.pem", nonce: "\(QuotedLaunch.nonce)00")) == 1)
        #expect(try verify(launch, quoted("ecc", key: "other.pem")) == 1)
        #expect(try verify(launch, quoted("ecc", key: "other.tss")) == 1)
        #expect(try verify(launch, quoted("ecc", key: "rsa.pem")) == 1)
        #expect(try verify(launch, quoted("rsa", key: "ecc.pem")) == 1)
        // A good quote, of a PCR that is not the log's; nothing is wrong with the values either.
        #expect(try verify(launch, quoted("elsewhere", key: "ecc.pem") + " --pcrs pcrs") == 1)
    }

    /// The quote selects PCR 12, too, and only the file says what it holds.
    @Test func selectedPCRWithoutAValueIsRefusedAndNamed() throws {
        let launch = try QuotedLaunch.twoBanks.get()
        var evidence = Evidence()
        evidence.quote = Evidence.Quote(
            quote: try TPMQuote(parsing: try #require(launch.files["wider.msg"])),
            signature: try TPMSignature(parsing: try #require(launch.files["wider.sig"])),
            key: try AttestationKey(parsing: try #require(launch.files["ecc.tss"])),
            nonce: try #require(Hexadecimal.bytes(Array(QuotedLaunch.nonce.utf8))))
        let log = try EventLogReader(parsing: try #require(launch.files["log"]))
        let checks = LaunchVerifier(log, evidence, hashing: SwiftCryptoHash.self).checks
        #expect(checks.contains { $0.status == .failed && $0.text.contains("no value is known of PCR 12 in sha256:") })
        #expect(try verify(launch, quoted("wider", key: "ecc.pem")) == 1)
        #expect(try verify(launch, quoted("wider", key: "ecc.pem") + " --pcrs pcrs") == 0)
    }

    /// Whatever bit of a quote or a signature changes, it does not pass.
    @Test(arguments: ["ecc", "rsa", "plain-ecc"]) func noBitOfQuoteOrSignatureCanChange(_ name: String) throws {
        let launch = try QuotedLaunch.twoBanks.get()
        let key = name == "rsa" ? "rsa.tss" : "ecc.tss"
        try Sandbox.run { sandbox in
            // Its arguments take longer to parse than all else, so they are parsed once.
            let command = try VerifyCommand.parse(
                [sandbox.path("log")] + words(launch, quoted(name, key: key), in: sandbox))
            try sandbox.write(try #require(launch.files["log"]), to: "log")
            #expect(sandbox.failure(command.run) == nil)
            for file in ["\(name).msg", "\(name).sig"] {
                var bytes = try #require(launch.files[file])
                for place in bytes.indices {
                    bytes[place] ^= 1 << UInt8(place % 8)
                    try sandbox.write(bytes, to: file)
                    let code = sandbox.failure(command.run)?.code
                    #expect(code == 1 || code == 65, "\(file), byte \(place)")
                    bytes[place] ^= 1 << UInt8(place % 8)
                }
                try sandbox.write(bytes, to: file)
            }
        }
    }

    /// The key that reads a log's quote must be one that signs nothing else.
    @Test func keyThatIsNotRestrictedIsRefused() throws {
        let launch = try QuotedLaunch.twoBanks.get()
        // TPMA_OBJECT of TPM2B_PUBLIC, big-endian at 6: restricted is bit 16.
        let unrestricted = { (bytes: [UInt8]) in
            var bytes = bytes
            bytes[7] &= ~1
            return bytes
        }
        #expect(try verify(launch, quoted("ecc", key: "ecc.tss"), changing: ["ecc.tss": unrestricted]) == 65)
    }

    @Test(arguments: ["ecc.tss", "rsa.tss", "ecc.pem", "rsa.pem"]) func cutKeyIsRefusedAndNoBitOfItTraps(
        _ name: String
    ) throws {
        var bytes = try #require(try QuotedLaunch.twoBanks.get().files[name])
        // A PEM file may end without its newline.
        for length in 0..<(bytes.count - 1) {
            #expect(throws: StructureError.self) { try AttestationKey(parsing: [UInt8](bytes[..<length])) }
        }
        for bit in 0..<(8 * bytes.count) {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            _ = try? AttestationKey(parsing: bytes)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
    }

    @Test func logOfAnotherLaunchIsRefused() throws {
        let launch = try QuotedLaunch.twoBanks.get()
        let cut = { (bytes: [UInt8]) -> [UInt8] in
            guard let last = try? EventLogReader(parsing: bytes).records.last else { return [] }
            return [UInt8](bytes[..<last.offset])
        }
        #expect(try verify(launch, quoted("ecc", key: "ecc.pem"), changing: ["log": cut]) == 1)
        let broken = { (bytes: [UInt8]) in [UInt8](bytes.dropLast()) }
        #expect(try verify(launch, quoted("ecc", key: "ecc.pem"), changing: ["log": broken]) == 65)
    }
}
