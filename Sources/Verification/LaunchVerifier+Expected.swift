// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform

/// Predictions: the launch has to be one of them.
extension LaunchVerifier {
    mutating func checkExpected() {
        guard !evidence.expected.isEmpty else {
            guard !evidence.logOnly else { return }
            report(
                .expectedValue, .note,
                "compared with no prediction: the records say which domains these are, not which ones they should be (--expect)"
            )
            return
        }
        let results = evidence.expected.map { compared(with: $0) }
        guard let match = results.firstIndex(where: { $0.allSatisfy { $0.status != .failed } }) else {
            for result in results { checks += result }
            return
        }
        checks += results[match]
        isPredicted = true
    }

    /// Every bank of the log, and then every record that the file tells of.
    private func compared(with expected: ExpectedLaunch) -> [Check] {
        guard expected.pcr == pcr else {
            return [
                Check(
                    .expectedValue, .failed,
                    "\(expected.source): its values are for PCR \(expected.pcr), the log is of PCR \(pcr)", pcr: pcr)
            ]
        }
        let values = replay.values.map { compared($0, with: expected) }
        let isSame = values.allSatisfy { $0.status == .ok }
        let texts = differences(expected, isSame: isSame)
        guard isSame else {
            return values
                + told(
                    texts.isEmpty
                        ? ["no record that the file tells of differs: the settings do, or the order (domb diff)"]
                        : texts,
                    expected)
        }
        // The values are those of the log: a file that says something else besides was not made by one prediction.
        return values + unexpected(expected)
            + told(texts.map { "contradicts its own values: \($0)" }, expected)
    }

    private func compared(_ value: Digest, with expected: ExpectedLaunch) -> Check {
        let bank = value.algorithm
        guard let wanted = expected.values.first(where: { $0.algorithm == bank }) else {
            return Check(
                .expectedValue, .failed,
                "\(expected.source): \(bank.name): a bank of the log without an expected value",
                pcr: pcr, bank: bank)
        }
        return Check(
            .expectedValue, wanted == value ? .ok : .failed,
            wanted == value
                ? "\(expected.source): \(bank.name): the log leads to the expected value"
                : "\(expected.source): \(bank.name): expected \(hexadecimal(wanted.bytes)), and the log leads to "
                    + hexadecimal(value.bytes), pcr: pcr, bank: bank)
    }

    /// Domains of the log that the file has no digest for: its values hold, and say nothing that a person could compare.
    private func unexpected(_ expected: ExpectedLaunch) -> [Check] {
        let known = Set(expected.domains.map(\.domid))
        let missing = content.domains.map(\.record).filter { !known.contains($0.domid.rawValue) }
        guard !missing.isEmpty else { return [] }
        return [
            Check(
                .expectedRecord, .warning,
                "\(expected.source) has no digest for the record of \(missing.count == 1 ? name(missing[0]) : "\(missing.count) domains")"
            )
        ]
    }

    /// In words, where another launch ran than the one that was expected.
    private func differences(_ expected: ExpectedLaunch, isSame: Bool) -> [String] {
        var texts: [String] = []
        if let wanted = expected.identity, let identity = content.identity {
            texts += Self.differences(wanted, identity)
        }
        if let wanted = expected.lcm, let launched = content.lcm, wanted != launched {
            texts.append("another LCM: expected \(hexadecimal(wanted.bytes)), launched \(hexadecimal(launched.bytes))")
        }
        texts += domainDifferences(expected, isSame: isSame)
        return texts
    }

    private func told(_ texts: [String], _ expected: ExpectedLaunch) -> [Check] {
        let first = texts.prefix(20).map { Check(.expectedRecord, .failed, "\(expected.source): \($0)") }
        guard texts.count > first.count else { return first }
        return first + [Check(.expectedRecord, .failed, "\(expected.source): and \(texts.count - first.count) more")]
    }

    private static func differences(
        _ wanted: ExpectedLaunch.Identity, _ identity: LaunchEvent.Identity
    ) -> [String] {
        let texts: [(String, String, String)] = [
            ("the boot domain's command line", wanted.commandLine, printable(identity.commandLine)),
            ("domb-init's build id", wanted.buildID, hexadecimal(identity.buildID)),
            ("Xen's version", wanted.xenVersion, printable(identity.xenVersion)),
            ("Xen's build id", wanted.xenBuildID, hexadecimal(identity.xenBuildID)),
            ("Xen's command line", wanted.xenCommandLine, printable(identity.xenCommandLine)),
            ("XSM", wanted.xsm, "\(identity.securityMode.name)"),
        ]
        return texts.filter { $0.1 != $0.2 }.map {
            "another launcher: \($0.0): expected \"\(beginning($0.1))\", the log has \"\(beginning($0.2))\""
        }
    }

    private func domainDifferences(_ expected: ExpectedLaunch, isSame: Bool) -> [String] {
        var texts: [String] = []
        var missing: [UInt16: ExpectedLaunch.Domain] = [:]
        for domain in expected.domains { missing[domain.domid] = domain }
        for (domain, number) in content.domains {
            guard let wanted = missing.removeValue(forKey: domain.domid.rawValue) else {
                if !expected.domains.isEmpty, !isSame { texts.append("\(name(domain)) was not expected") }
                continue
            }
            if Hash.digest(.sha256, of: log.records[number].data) != wanted.record {
                texts.append("\(name(domain)): its record is not the expected one (domb diff says what differs)")
            }
        }
        for domain in expected.domains where missing[domain.domid] != nil {
            texts.append("domain \(domain.domid) (\(beginning(domain.name))) is missing")
        }
        return texts
    }
}
