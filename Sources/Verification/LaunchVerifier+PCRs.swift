// SPDX-License-Identifier: Apache-2.0

import LogReading
import Platform

extension LaunchVerifier {
    /// The log's PCR in every bank; a bank that only one side has is one that anybody could have extended.
    mutating func checkPCRs(_ pcrs: PCRValues) {
        for (index, expected) in replay.values.enumerated() {
            let name = expected.algorithm.name
            guard let held = pcrs.value(expected.algorithm, pcr) else {
                let isLeftOut =
                    pcrs.isSelection && log.banks.contains { evidence.isStrong($0) && pcrs.value($0, pcr) != nil }
                report(
                    .pcrValue, isLeftOut ? .note : .failed,
                    "\(name): a bank of the log, and the file has no value of PCR \(pcr) in it"
                        + (isLeftOut ? ": a quote's file, with what the quote selects" : ""),
                    pcr: pcr, bank: expected.algorithm)
                continue
            }
            if held == expected {
                report(
                    .pcrValue, .ok, "\(name): PCR \(pcr) is what the log leads to, \(hexadecimal(held.bytes))",
                    pcr: pcr,
                    bank: expected.algorithm)
            } else {
                let prefix = prefixes.first { $0.values[index] == held }
                report(
                    .pcrValue, .failed,
                    "\(name): \(difference(prefix?.records)); PCR \(pcr) is \(hexadecimal(held.bytes))", pcr: pcr,
                    bank: expected.algorithm)
            }
        }
        for bank in pcrs.banks where !bank.values.isEmpty {
            if let algorithm = bank.algorithm, log.banks.contains(algorithm) { continue }
            report(
                .unloggedBank, .failed,
                "\(excerpt(bank.name)): active bank not in the log: anyone could have extended it", pcr: pcr,
                bank: bank.algorithm)
        }
    }

    /// What the PCR is before the first record, after it, and so on: the count of records and the value in each bank.
    var prefixes: [(records: Int, values: [Digest])] {
        let start = log.banks.map { Digest($0, exactly: [UInt8](repeating: 0, count: $0.digestSize)) }
        return ([start] + LogReplay.valuesAfter(log, hashing: Hash.self)).enumerated().map { ($0.offset, $0.element) }
    }

    /// For people, where a TPM does not hold the whole log but that many records of it.
    func difference(_ records: Int?) -> String {
        switch records {
        case nil:
            "no prefix of the log gives the TPM's value: this is not the log of what was extended, or more was extended"
        case 0: "the TPM holds nothing of the log: its PCR is as after a reset"
        case let count?:
            "the TPM holds the log up to record \(count) (\(kind(count))) only: what follows was added to the log or never "
                + "extended"
        }
    }
}
