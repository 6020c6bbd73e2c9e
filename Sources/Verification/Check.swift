// SPDX-License-Identifier: Apache-2.0

import Platform

/// One thing that was looked at, and what came of it.
public struct Check: Equatable, Sendable {
    public enum Subject: String, Sendable {
        case log, launch, pcrs, quote, expected, evidence, firmware, launcher
    }

    /// For programs: what was looked at. The text beside it is for people and may change; these words do not.
    public enum Code: String, CaseIterable, Sendable {
        /// The log agrees with itself.
        case logConsistent = "log-consistent"
        /// How the launch ended; by whom it was done.
        case outcome, launcherKind = "launcher-kind"
        /// The log's PCR is the one that was asked for, and one that proves something.
        case pcrChoice = "pcr-choice"
        /// What the log's own record allows beside a good verdict.
        case coverage, tpmPolicy = "tpm-policy", xsm, dma, pin, commandLineWords = "command-line-words"
        case pcrValue = "pcr-value", unloggedBank = "unlogged-bank"
        case signature, keyUse = "key-use", nonce, selection, quoteDigest = "quote-digest", quoteProof = "quote-proof"
        case clock
        case expectedValue = "expected-value", expectedRecord = "expected-record"
        case evidence, sha1
        /// A PCR of firmware and boot loader: covered by the evidence, replayed, separated, as at a trusted boot.
        case firmwareLog = "firmware-log", firmwarePCR = "firmware-pcr", separator, baseline
        /// How PCR 0 started, by the firmware's log.
        case startLocality = "start-locality"
        /// What ran before DomB.
        case loader, bootSystem = "boot-system", bootConfiguration = "boot-configuration"
        case commandLine = "command-line", loadOptions = "load-options", commands, launcherFile = "launcher-file",
            unexplained, module
    }

    public enum Status: String, Sendable {
        case ok
        /// For whoever reads it to weigh; the verdict does not count it.
        case note
        /// Something is missing that was declared to be not needed, or is weaker than it could be.
        case warning
        case failed
    }

    public let code: Code
    public let status: Status
    /// One line: whatever in it came from outside can end none, and move no cursor.
    public let text: String
    /// The PCR that it is about.
    public let pcr: UInt8?
    /// The bank that it is about.
    public let bank: HashAlgorithm?

    public init(_ code: Code, _ status: Status, _ text: String, pcr: UInt8? = nil, bank: HashAlgorithm? = nil) {
        self.code = code
        self.status = status
        self.text = inOneLine(text)
        self.pcr = pcr
        self.bank = bank
    }

    /// The group in which people find it.
    public var subject: Subject {
        switch code {
        case .logConsistent: .log
        case .outcome, .launcherKind, .pcrChoice, .coverage, .tpmPolicy, .xsm, .dma, .pin, .commandLineWords: .launch
        case .pcrValue, .unloggedBank: .pcrs
        case .signature, .keyUse, .nonce, .selection, .quoteDigest, .quoteProof, .clock: .quote
        case .expectedValue, .expectedRecord: .expected
        case .evidence, .sha1: .evidence
        case .firmwareLog, .firmwarePCR, .separator, .baseline, .startLocality: .firmware
        case .loader, .bootSystem, .bootConfiguration, .commandLine, .loadOptions, .commands, .launcherFile,
            .unexplained,
            .module:
            .launcher
        }
    }
}
