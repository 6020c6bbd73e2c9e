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
