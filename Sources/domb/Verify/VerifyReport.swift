// SPDX-License-Identifier: Apache-2.0

import LogReading
import Platform
import SimulatedPlatform
import Verification

/// What a verification found, for people and as JSON.
struct VerifyReport {
    let path: String
    let verifier: LaunchVerifier<SwiftCryptoHash>

    private var log: EventLogReader { verifier.log }
    private var failures: Int { verifier.checks.filter { $0.status == .failed }.count }
    private var banks: [String] { log.banks.map { "\($0.name)" } }

    var description: String {
        var lines = [
            "log \(inOneLine(path)): PCR \(log.pcr.rawValue), banks \(banks.joined(separator: ", ")), \(log.records.count) records"
        ]
        lines += verifier.checks.map { check in
            "\(padded(check.status.word, 5))\(padded(check.subject.rawValue, 9))\(check.text)"
        }
        lines.append("verdict: \(verdict)")
        return lines.joined(separator: "\n")
    }

    private var verdict: String {
        if failures > 0 { return "refused, \(failures) of \(verifier.checks.count) checks failed" }
        if verifier.evidence.logOnly { return "the log does not contradict itself; nothing proves it" }
        let launch =
            verifier.quotedBanks.isEmpty
            ? "the launch is the one that these PCR values are of" : "the launch is the one that the TPM quoted"
        var verdict = "good: \(launch)"
        if verifier.evidence.withoutLauncher { verdict += ", not who launched" }
        if verifier.checks.contains(where: { $0.status == .warning }) { verdict += "; mind the warnings" }
        return verdict
    }

    var json: JSON {
        .object([
            ("format", .string("domb-verify")), ("version", .number(1)), ("file", .string(path)),
            ("pcr", .number(log.pcr.rawValue)), ("banks", .array(banks.map { .string($0) })),
            ("records", .number(log.records.count)), ("result", .string(verifier.replay.outcome.rawValue)),
            (
                "firstWrong",
                .optional(verifier.firstWrong) {
                    .object([
                        ("record", .number($0.record)), ("kind", .string($0.kind)), ("text", .string($0.text)),
                    ])
                }
            ),
            ("quotedBanks", .array(verifier.quotedBanks.map { .string("\($0.name)") })),
            (
                "checks",
                .array(
                    verifier.checks.map { check in
                        .object([
                            ("code", .string(check.code.rawValue)), ("subject", .string(check.subject.rawValue)),
                            ("status", .string(check.status.rawValue)), ("pcr", .optional(check.pcr) { .number($0) }),
                            ("bank", .optional(check.bank) { .string("\($0.name)") }),
                            ("text", .string(check.text)),
                        ])
                    })
            ),
            ("good", .boolean(verifier.isGood)),
        ])
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}

extension Check.Status {
    var word: String { self == .failed ? "FAIL" : self == .warning ? "warn" : rawValue }
}
