// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Verification
@testable import domb

/// One launch, quoted by a key of RSAPSS, with what tools of all ages say of it.
@Suite struct QuoteOfTheWorldTests {
    private static let folder = Sandbox.fixtures + "/world"
    private static let nonce = String(repeating: "a1b2c3d4", count: 16).prefix(64)
    private static let log = folder + "/measurements.bin"

    private func verify(_ sandbox: Sandbox, _ arguments: [String]) -> Int32 {
        sandbox.failure(["verify", Self.log, "--without-launcher"] + arguments)?.code ?? 0
    }

    /// The salt of 222 bytes is the longest for this key; 32 are the hash's length.
    @Test(arguments: [222, 32]) func aSaltOfAnyLengthIsTheKeys(salt: Int) throws {
        try Sandbox.run { sandbox throws in
            let quote = [
                "--quote", Self.folder + "/quote.msg", "--sig", Self.folder + "/quote-salt\(salt).sig", "--ak",
                Self.folder + "/ak.pem", "--nonce", String(Self.nonce),
            ]
            #expect(verify(sandbox, quote + ["--pcrs", Self.folder + "/pcrs.txt"]) == 0)
            #expect(verify(sandbox, quote + ["--pcrs", Self.folder + "/quote.pcrs"]) == 0)
            #expect(verify(sandbox, quote) == 0)
            // The value alone, of which the quote's selection tells whose it is: PCR 11.
            let values = try PCRValues(parsing: try HostFile.read(Self.folder + "/quote.pcrs", limit: 1 << 12))
            try sandbox.write(try #require(values.value(.sha256, 11)?.bytes), to: "values")
            #expect(verify(sandbox, quote + ["--pcrs", sandbox.path("values")]) == 0)
            #expect(verify(sandbox, ["--pcrs", sandbox.path("values")]) == 65)
        }
    }

    @Test func pcrValuesAreTakenInEveryForm() throws {
        let text = String(decoding: try HostFile.read(Self.folder + "/pcrs.txt", limit: 1 << 16), as: UTF8.self)
        let forms = [
            text, text.replacing("\n", with: "\r\n"), String(text.dropLast()), text + "\n", "\n" + text,
            text.replacing("  sha", with: "\n  sha"), text.replacing("0x", with: ""), text.lowercased(),
            text.replacing("    ", with: "  ").replacing(":\n", with: " :\n"), text.replacing("    ", with: "\t"),
        ]
        let expected = try PCRValues(parsing: Array(text.utf8))
        try Sandbox.run { sandbox throws in
            for (index, form) in forms.enumerated() {
                let values = try PCRValues(parsing: Array(form.utf8))
                #expect(values.banks.map(\.values) == expected.banks.map(\.values), "form \(index)")
                try sandbox.write(form, to: "pcrs")
                #expect(verify(sandbox, ["--pcrs", sandbox.path("pcrs")]) == 0, "form \(index)")
            }
        }
        // tpm2-tools 2 and before.
        let old = text.split(separator: "\n").map { line -> String in
            let words = line.split(separator: ":").map { $0.trimming(while: { $0 == " " }) }
            guard words.count > 1 else { return "\nBank/Algorithm: TPM_ALG_\(words[0].uppercased())(0x000b)" }
            let digits = Array(words[1].dropFirst(2))
            let bytes = stride(from: 0, to: digits.count, by: 2).map { String(digits[$0...($0 + 1)]).lowercased() }
            return "PCR_\(words[0].count == 1 ? "0" : "")\(words[0]): \(bytes.joined(separator: " "))"
        }
        let values = try PCRValues(parsing: Array(old.joined(separator: "\n").utf8))
        #expect(values.banks.map(\.values) == expected.banks.map(\.values))
    }

    /// Without a quote the file of one tells of its own selection alone.
    @Test func aQuotesOwnValuesAreTaken() throws {
        let file = try HostFile.read(Self.folder + "/quote.pcrs", limit: 1 << 12)
        let values = try PCRValues(parsing: file)
        #expect(values.isSelection)
        #expect(
            values.value(.sha256, 11)
                == (try PCRValues(
                    parsing: try HostFile.read(Self.folder + "/pcrs.txt", limit: 1 << 16))).value(.sha256, 11))
        try Sandbox.run { sandbox in #expect(verify(sandbox, ["--pcrs", Self.folder + "/quote.pcrs"]) == 0) }
        for length in file.indices {
            #expect(throws: StructureError.self) { try PCRValues(parsing: [UInt8](file[..<length])) }
        }
        for bit in 0..<(8 * file.count) {
            var flipped = file
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            _ = try? PCRValues(parsing: flipped)
        }
    }
}

extension Substring {
    fileprivate func trimming(while isBlank: (Character) -> Bool) -> Substring {
        let start = drop(while: isBlank)
        return start.dropLast(start.reversed().prefix(while: isBlank).count)
    }
}
