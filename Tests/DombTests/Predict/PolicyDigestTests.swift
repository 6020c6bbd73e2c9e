// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import domb

/// The policy digest is the one that a TPM and tpm2-tools come to. They are installed by rig/deps/packages.txt.
@Suite struct PolicyDigestTests {
    @Test func policyIsThatOfATPM() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let tpm = try SoftwareTPM(banks: "sha1,sha256,sha384,sha512")
            let prediction = try sandbox.prediction()
            for record in prediction.reader.records {
                let digests = record.digests.map { "\($0.algorithm.name)=\(hexadecimal($0.bytes))" }
                _ = try tpm.succeed("tpm2_pcrextend", "11:\(digests.joined(separator: ","))")
            }
            for (bank, value) in zip(AssumedHost.Bank.allCases, prediction.values) {
                _ = try tpm.succeed("tpm2_pcrread", "\(bank.rawValue):11", "-o", "value")
                #expect(try tpm.read("value") == value.bytes)
                _ = try tpm.succeed("tpm2_startauthsession", "-S", "session")
                _ = try tpm.succeed(
                    "tpm2_policypcr", "-S", "session", "-l", "\(bank.rawValue):11", "-L", "policy")
                _ = try tpm.succeed("tpm2_flushcontext", "session")
                let policy = try tpm.read("policy")
                let options = ["--format", "tpm2-policy", "--bank", bank.rawValue, "--output", sandbox.path("out")]
                let failure = sandbox.failure(
                    ["predict", sandbox.path("lcm.dtb")] + sandbox.images + Sandbox.identity + options)
                #expect(failure?.message == nil)
                #expect(try sandbox.read("out") == Array("\(hexadecimal(policy))\n".utf8), "\(bank.rawValue)")
            }
        }
    }
}
