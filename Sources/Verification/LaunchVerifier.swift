// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform
import Sequencer

/// Holds a log against the evidence. Every check is made, whatever came of those before.
public struct LaunchVerifier<Hash: ContentHash> {
    public struct WrongRecord: Equatable, Sendable {
        /// Counted from 1; one past the last where a record is missing at the end.
        public let record: Int
        public let kind: String
        public let text: String
    }

    public let log: EventLogReader
    public let replay: LogReplay
    public let evidence: Evidence
    public internal(set) var checks: [Check] = []
    /// The banks in which the quote covers the log's PCR, where the quote holds.
    public internal(set) var quotedBanks: [HashAlgorithm] = []
    /// What the firmware log leads to: by bank PCR 0 to 23.
    private let firmwareValues: [HashAlgorithm: [Digest?]]
    /// The PCRs that it has events of.
    let firmwarePCRs: Set<UInt8>
    let content: LogContent
    /// One of the predictions holds.
    var isPredicted = false
    /// The boot domain's command line, as DomB reads it.
    let arguments: LaunchArguments?

    /// `replay` is the log's, where it was replayed before.
    public init(_ log: EventLogReader, replay: LogReplay? = nil, _ evidence: Evidence, hashing: Hash.Type) {
        self.log = log
        self.evidence = evidence
        self.replay = replay ?? LogReplay(log, hashing: Hash.self)
        var firmwareValues: [HashAlgorithm: [Digest?]] = [:]
        if let firmware = evidence.firmwareLog {
            for bank in firmware.banks { firmwareValues[bank] = firmware.values(bank, hashing: Hash.self) }
        }
        self.firmwareValues = firmwareValues
        firmwarePCRs = Set((0..<PCRIndex.count).filter { evidence.firmwareLog?.hasEvents($0) == true })
        content = LogContent(log)
        arguments = Self.arguments(content.identity)
        checkLog()
        checkLaunch()
        checkConditions()
        if let pcrs = evidence.pcrs { checkPCRs(pcrs) }
        if let quote = evidence.quote { checkQuote(quote) }
        checkExpected()
        checkEvidence()
        checkDynamicLaunch()
        checkLauncher()
    }

    /// No check failed.
    public var isGood: Bool { !checks.contains { $0.status == .failed } }

    /// The first record that contradicts what is before it, or its own digests.
    public var firstWrong: WrongRecord? {
        replay.findings.first.map { WrongRecord(record: $0.record, kind: kind($0.record), text: $0.text) }
    }

    mutating func report(
        _ code: Check.Code, _ status: Check.Status, _ text: String, pcr: UInt8? = nil, bank: HashAlgorithm? = nil
    ) {
        checks.append(Check(code, status, text, pcr: pcr, bank: bank))
    }

    /// "cap"; "none" for a record that is not there.
    func kind(_ record: Int) -> String {
        guard log.records.indices.contains(record - 1) else { return "none" }
        switch log.records[record - 1].content {
        case .event(let event, _): return event.kindName
        case .separator: return "separator"
        }
    }

    var pcr: UInt8 { log.pcr.rawValue }

    func firmwareValue(_ bank: HashAlgorithm, _ index: UInt8) -> Digest? {
        guard let values = firmwareValues[bank], values.indices.contains(Int(index)) else { return nil }
        return values[Int(index)]
    }

    private mutating func checkLog() {
        guard let wrong = firstWrong else {
            report(
                .logConsistent, .ok,
                "\(log.records.count) records: each one's digest in every bank is that of its data; sequence, order and cap "
                    + "are right")
            return
        }
        let more = replay.findings.count - 1
        report(
            .logConsistent, .failed,
            "record \(wrong.record) (\(wrong.kind)): \(wrong.text)" + (more > 0 ? "; and \(more) more of the like" : "")
        )
    }

    private mutating func checkLaunch() {
        switch replay.outcome {
        case .closed:
            report(.outcome, .ok, "by the log every domain was measured, and the PCR was to be closed after the last")
        case .failed:
            report(.outcome, .failed, "the launch failed" + (content.error.map { ": \(excerpt($0))" } ?? ""))
        case .unmeasured:
            report(.outcome, .failed, "no TPM answered: nothing was extended, and nothing can prove the log")
        case .open: report(.outcome, .failed, "no cap: the launch did not come to its end, or the log is not whole")
        }
        guard content.identity?.launcher == .command else { return }
        report(
            .launcherKind, evidence.allowCommand ? .warning : .failed,
            "launched by a command of a dom0 that ran already and may have done anything before: not a boot domain's launch"
        )
    }

    private mutating func checkEvidence() {
        if evidence.logOnly {
            report(
                .evidence, .warning,
                "only the log itself was looked at: anyone can write one that does not contradict itself")
        } else if evidence.pcrs == nil, evidence.quote == nil {
            report(.evidence, .failed, "nothing proves this log: neither a quote nor PCR values of a TPM")
        } else if evidence.quote == nil {
            report(.evidence, .note, "PCR values prove the log to whoever read them from the TPM; nobody signed them")
        }
        let banks = evidence.quote == nil ? log.banks : quotedBanks
        guard !evidence.logOnly, banks == [.sha1] else { return }
        report(
            .sha1, evidence.allowSHA1 ? .warning : .failed,
            "sha1 only: a second log with the same value can be made"
                + (evidence.allowSHA1 ? "" : " (--allow-sha1 takes it all the same)"), pcr: pcr, bank: .sha1)
    }
}
