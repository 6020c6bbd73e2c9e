// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// What a log leads to, and whether it contradicts itself.
struct LogReplay {
    enum Outcome: String {
        /// Every measurement is there and the PCR is closed.
        case closed
        /// The same, but no TPM answered: this log is all that there is.
        case unmeasured
        /// An error is in the log.
        case failed
        /// Not capped: the launch did not get to its end, or the log is not whole.
        case open
    }

    /// The PCR in each bank after the last record, starting from zeros.
    private(set) var values: [Digest]
    private(set) var findings: [String] = []
    private(set) var outcome = Outcome.open

    private var nextSequence: UInt32 = 0
    private var previousWasCap = false
    private var isClosed = false
    private var noTPM = false
    private var errors = 0

    init<Hash: ContentHash>(_ log: EventLogReader, hashing: Hash.Type) {
        values = log.banks.map { Digest($0, exactly: [UInt8](repeating: 0, count: $0.digestSize)) }
        var dataHash = Hash(.sha256)
        for (index, record) in log.records.enumerated() {
            for (bank, digest) in record.digests.enumerated() {
                if Hash.digest(digest.algorithm, of: record.data) != digest {
                    findings.append("record \(index + 1): its \(digest.algorithm.name) digest is not that of its data")
                }
                values[bank] = Hash.digest(digest.algorithm, of: values[bank].bytes + digest.bytes)
            }
            switch record.content {
            case .event(let event, let sequence):
                var soFar = dataHash
                check(event, sequence, number: index + 1, soFar: soFar.finish())
                dataHash.update(record.data.span)
            case .separator(let isError):
                if !previousWasCap { findings.append("record \(index + 1): a separator that follows no cap") }
                previousWasCap = false
                isClosed = true
                outcome = isError || errors > 0 ? .failed : noTPM ? .unmeasured : .closed
            }
        }
        if previousWasCap { findings.append("the cap's separator is missing") }
    }

    private mutating func check(_ event: LaunchEvent, _ sequence: UInt32, number: Int, soFar: Digest) {
        if sequence != nextSequence {
            findings.append("record \(number): sequence number \(sequence), and \(nextSequence) is next")
        }
        nextSequence = sequence &+ 1
        if previousWasCap { findings.append("record \(number): not the separator that a cap needs") }
        previousWasCap = false
        switch event {
        case .error:
            errors += 1
            outcome = .failed
            if errors > 1 { findings.append("record \(number): a second error") }
        case .cap(let records, let digest):
            if isClosed { findings.append("record \(number): a second cap") }
            if records != sequence { findings.append("record \(number): the cap counts \(records) records") }
            if digest != soFar {
                findings.append("record \(number): the cap's digest is not that of the records before")
            }
            previousWasCap = true
        case .identity, .module, .nextInit, .domain, .unmeasured:
            if case .unmeasured = event { noTPM = true }
            if isClosed { findings.append("record \(number): a measurement after the cap") }
        }
    }
}
