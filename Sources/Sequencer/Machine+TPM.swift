// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// Pauses before a command that the TPM put off is sent again: from the first to the longest, doubling, for as long
    /// as the deadline. In microseconds. Linux's own (tpm_transmit) end before it gives the answer to us.
    private static var firstPause: UInt64 { 20_000 }
    private static var longestPause: UInt64 { 2_000_000 }
    private static var deadline: UInt64 { 30_000_000 }

    /// One TPM command, sent again while the TPM puts it off. A TPM in failure mode is asked why, for the trace.
    mutating func tracedTPM<Result>(
        _ operation: Operation, detail: (Result) -> Line = { _ in Line() },
        _ body: (inout TPM) throws(TPMError) -> Result
    ) throws(TPMError) -> Result {
        let begun = host.journal.now()
        var pause = Self.firstPause
        while true {
            do throws(TPMError) {
                return try once(operation, detail: detail, body)
            } catch {
                if error.isFailureMode { traceTestResult() }
                guard error.isPutOff, host.journal.now() &- begun < Self.deadline else { throw error }
            }
            host.journal.wait(microseconds: pause)
            pause = min(2 * pause, Self.longestPause)
        }
    }

    private mutating func once<Result>(
        _ operation: Operation, detail: (Result) -> Line, _ body: (inout TPM) throws(TPMError) -> Result
    ) throws(TPMError) -> Result {
        let start = host.journal.now()
        do throws(TPMError) {
            let result = try body(&tpm)
            host.journal.record(operation, nil, 0, since: start, detail: detail(result))
            return result
        } catch {
            host.journal.record(operation, nil, Int64(error.responseCode), since: start)
            throw error
        }
    }

    private mutating func traceTestResult() {
        do throws(TPMError) {
            _ = try once(.getTestResult, detail: { "\(hex: $0)" }) { (tpm) throws(TPMError) in
                try tpm.testResult()
            }
        } catch {
            // The trace has the failure of this command too, and the failure that led here is what counts.
        }
    }

    /// Extends, and settles an outcome that is not known by reading: an extend repeated after it was carried out would
    /// give another value.
    mutating func extend(_ step: PCRExtension, _ pcr: PCRIndex) throws(TPMError) {
        do throws(TPMError) {
            try send(step.digests, pcr)
        } catch {
            guard error.leavesOutcomeOpen else { throw error }
            let value = try read(pcr, banks: step.digests.map { $0.algorithm })
            if value == step.after { return }
            guard value == step.before else { throw error }
            try send(step.digests, pcr)
        }
    }

    private mutating func send(_ digests: [Digest], _ pcr: PCRIndex) throws(TPMError) {
        try tracedTPM(.pcrExtend) { (tpm) throws(TPMError) in try tpm.extend(pcr, digests) }
    }

    /// The PCR in these banks, in their order.
    mutating func read(_ pcr: PCRIndex, banks: [HashAlgorithm]) throws(TPMError) -> [Digest] {
        try tracedTPM(.pcrRead) { (tpm) throws(TPMError) in try tpm.read(pcr, banks: banks) }
    }

    mutating func readResetCounts() throws(TPMError) -> TPMResetCounts {
        try tracedTPM(.readClock, detail: { "reset \($0.reset), restart \($0.restart)" }) {
            (tpm) throws(TPMError) in try tpm.resetCounts()
        }
    }

    /// For the trace alone.
    mutating func traceIdentity() throws(TPMError) {
        _ = try tracedTPM(
            .getCapability,
            detail: {
                "\(Line($0.manufacturer.filter { $0 != 0 }[...])) \(Line($0.vendor[...])) \(hex: $0.firmware)"
            },
            { (tpm) throws(TPMError) in try tpm.identity() })
    }
}

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// The TPM_ALG_IDs of the banks that have this PCR.
    mutating func activeBanks(_ pcr: PCRIndex) throws(TPMError) -> [UInt16] {
        let active = try tracedTPM(.getCapability, detail: { Line(banks: $0) }) { (tpm) throws(TPMError) in
            try tpm.activeBanks(pcr: pcr)
        }
        tpmAnswers = true
        return active
    }

    /// What the command line's PCR is found to be, where that has to be looked at: one of a dynamic launch, or one that a
    /// command's dom0 may have used.
    mutating func dynamicPCR(_ active: [UInt16]) throws(TPMError) -> LaunchFacts.DynamicPCR? {
        let pcr = arguments.pcr
        guard pcr.needsLocality || arguments.launcher == .command else { return nil }
        if pcr.needsLocality {
            do throws(TPMError) {
                try tracedTPM(.setLocality) { (tpm) throws(TPMError) in try tpm.setLocality(2) }
            } catch {
                return .noLocality(error)
            }
        }
        let values = try read(pcr, banks: active.compactMap(HashAlgorithm.init(rawValue:)))
        if values.allSatisfy({ $0.bytes.allSatisfy { $0 == 0 } }) { return .zero }
        return arguments.launcher == .command ? .used : .notBegun
    }

    /// Of the command line's PCR. Where that is out of reach, a failure goes into the standard one. `nil` where a command
    /// finds it in use: no log could lead to what it holds, so not even a refusal goes into it.
    mutating func recorder(
        _ active: [UInt16], _ found: LaunchFacts.DynamicPCR?
    ) throws(TPMError) -> Recorder<Hash>? {
        var (pcr, active) = (arguments.pcr, active)
        switch found {
        case .none, .zero: break
        case .noLocality, .notBegun:
            staysOpen = true
            pcr = .standard
            active = try activeBanks(pcr)
        case .used:
            closure = .open
            return nil
        }
        let banks = active.compactMap(HashAlgorithm.init(rawValue:))
        // Without a bank nothing is closed, and one that is left alone could be extended by anybody later.
        if banks.isEmpty || banks.count < active.count { staysOpen = true }
        return Recorder(pcr: pcr, banks: banks)
    }
}

extension Line {
    /// "4 11": TPM_ALG_IDs of the active banks, for the trace.
    fileprivate init(banks: [UInt16]) { self.init(banks, separator: " ") { "\($0)" } }
}

/// What became of the PCR once a failure was to be recorded there.
public enum PCRClosure: Equatable, Sendable {
    /// The error and the cap are in every active bank: no extend leads to what a good launch leaves.
    case closed
    /// No TPM answers: nothing was closed, and there is nothing that could be.
    case noTPM(TPMError)
    /// The PCR, or a bank of it, is as open as before: the TPM failed, has a bank that DomB cannot hash, does not take extends
    /// of that PCR from here; or, for a command, the PCR is in use already and was left alone.
    case open
}
