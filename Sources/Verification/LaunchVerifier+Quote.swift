// SPDX-License-Identifier: Apache-2.0

import Platform

extension LaunchVerifier {
    mutating func checkQuote(_ evidence: Evidence.Quote) {
        let quote = evidence.quote
        let hash = evidence.signature.hash ?? Self.hash(ofSize: quote.pcrDigest.count)
        let steps = [
            checkSignature(evidence, hash), checkNonce(evidence), checkSelection(quote), checkDigest(quote, hash),
        ]
        guard steps.allSatisfy({ $0 }) else { return }
        quotedBanks = quote.banks(selecting: pcr).filter { log.banks.contains($0) }
        let quoted = names(quotedBanks)
        let others = log.banks.filter { !quotedBanks.contains($0) }
        report(
            .quoteProof, .ok,
            "proves PCR \(pcr) in \(quoted)"
                + (others.isEmpty
                    ? "" : "; not in \(names(others)), of which only the digests were compared with the data"),
            pcr: pcr, bank: quotedBanks.first { $0 != .sha1 } ?? quotedBanks.first)
        report(
            .clock, .note,
            "signed \(quote.clock) ms after the TPM's clock began, reset count \(quote.resetCount), restart count "
                + "\(quote.restartCount)" + (quote.clockIsSafe ? "" : ", the clock may have gone back"))
    }

    private mutating func checkSignature(_ evidence: Evidence.Quote, _ hash: HashAlgorithm?) -> Bool {
        let key = evidence.key
        guard let hash, key.verifies(evidence.signature, over: evidence.quote.message, plainHash: hash) else {
            report(.signature, .failed, "the signature is not the key's over this quote (\(key.name))")
            return false
        }
        report(.signature, .ok, "the signature is the key's (\(key.name), \(hash.name))")
        if !key.isKnownToBeRestricted {
            report(
                .keyUse, .note,
                "the file does not say whether the key is a TPM's restricted one (tpm2_readpublic -f tss does): one that is "
                    + "not can sign forged quotes"
            )
        }
        return true
    }

    private mutating func checkNonce(_ evidence: Evidence.Quote) -> Bool {
        guard evidence.quote.nonce == evidence.nonce else {
            report(
                .nonce, .failed,
                "the nonce is \(hexadecimal(evidence.quote.nonce)), and \(hexadecimal(evidence.nonce)) was asked for: an old "
                    + "quote, or another's")
            return false
        }
        report(.nonce, .ok, "the nonce is the one that was asked for")
        return true
    }

    private mutating func checkSelection(_ quote: TPMQuote) -> Bool {
        let banks = quote.banks(selecting: pcr)
        guard banks.contains(where: { log.banks.contains($0) }) else {
            report(
                .selection, .failed,
                "PCR \(pcr) is not in the quote, in no bank of the log: it says nothing of this log")
            return false
        }
        // Its value would come from a file, and so be whatever the quote needs.
        guard banks.allSatisfy({ log.banks.contains($0) }) else {
            report(.selection, .failed, "PCR \(pcr) is in the quote in a bank that the log has not")
            return false
        }
        return true
    }

    private mutating func checkDigest(_ quote: TPMQuote, _ hash: HashAlgorithm?) -> Bool {
        guard let hash, quote.pcrDigest.count == hash.digestSize else {
            report(.quoteDigest, .failed, "the quote's digest has not the size of the signature's hash")
            return false
        }
        let missing = selected(quote).filter { value($0.algorithm, $0.pcr, logValues: replay.values) == nil }
        guard missing.isEmpty else {
            let list = missing.map { "PCR \($0.pcr) in \(name($0.algorithm))" }.joined(separator: ", ")
            report(.quoteDigest, .failed, "no value is known of \(list): give --firmware-log or --pcrs")
            return false
        }
        if digest(quote, hash, logValues: replay.values) == quote.pcrDigest {
            report(.quoteDigest, .ok, "its digest is that of the PCR values that it selects (\(selected(quote).count))")
            return true
        }
        let prefix = prefixes.first { digest(quote, hash, logValues: $0.values) == quote.pcrDigest }
        let others = selected(quote).contains { $0.pcr != pcr }
        report(
            .quoteDigest, .failed,
            "its digest is not that of the selected values: "
                + (others && prefix == nil
                    ? "the log, or a value of another PCR that it selects, is not what the TPM holds"
                    : difference(prefix?.records)))
        return false
    }

    private func selected(_ quote: TPMQuote) -> [(algorithm: UInt16, pcr: UInt8)] {
        quote.selections.flatMap { selection in selection.pcrs.map { (selection.algorithm, $0) } }
    }

    /// In the quote's order. TPML_PCR_SELECTION: bank after bank, in each by ascending PCR.
    private func digest(_ quote: TPMQuote, _ hash: HashAlgorithm, logValues: [Digest]) -> [UInt8] {
        let values = selected(quote).compactMap { value($0.algorithm, $0.pcr, logValues: logValues)?.bytes }
        return Hash.digest(hash, of: values.flatMap { $0 }).bytes
    }

    /// The log's PCR by the log alone, and those of firmware and boot loader by the firmware log, also where it has no event
    /// of one. Others by its events, else by the file of PCR values: whatever that says, it cannot stand for a PCR that the
    /// verdict rests on.
    func value(_ algorithm: UInt16, _ index: UInt8, logValues: [Digest]) -> Digest? {
        guard let bank = HashAlgorithm(rawValue: algorithm) else { return nil }
        if index == pcr, !Self.launcherPCRs.contains(pcr) { return logValues.first { $0.algorithm == bank } }
        let replayed = firmwareValue(bank, index)
        if firmwarePCRs.contains(index) || Self.launcherPCRs.contains(index) {
            return replayed ?? evidence.pcrs?.value(bank, index)
        }
        return evidence.pcrs?.value(bank, index) ?? replayed
    }

    private static func hash(ofSize size: Int) -> HashAlgorithm? {
        HashAlgorithm.allCases.first { $0.digestSize == size && $0 != .sha1 }
    }

    func names(_ banks: [HashAlgorithm]) -> String { banks.map { "\($0.name)" }.joined(separator: ", ") }

    private func name(_ algorithm: UInt16) -> String {
        HashAlgorithm(rawValue: algorithm).map { "\($0.name)" } ?? "bank 0x" + String(algorithm, radix: 16)
    }
}
