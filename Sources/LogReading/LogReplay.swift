// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// What a log leads to, and whether it contradicts itself.
public struct LogReplay {
    public enum Outcome: String, Sendable {
        /// Every measurement is there and the PCR is closed.
        case closed
        /// The same, but no TPM answered: this log is all that there is.
        case unmeasured
        /// An error is in the log.
        case failed
        /// Not capped: the launch did not get to its end, or the log is not whole.
        case open
    }

    /// Something that no log of DomB's has.
    public struct Finding: Equatable, Sendable, CustomStringConvertible {
        /// Counted from 1; record 0 is the header. One past the last where a record is missing at the end.
        public let record: Int
        public let text: String

        public var description: String { "record \(record): \(text)" }
    }

    /// The PCR in each bank after the last record, starting from zeros.
    public private(set) var values: [Digest]
    /// The same after each record: `valuesAfter[n - 1]` after record n.
    public private(set) var valuesAfter: [[Digest]] = []
    /// In the order of the records.
    public private(set) var findings: [Finding] = []
    public private(set) var outcome = Outcome.open

    private var nextSequence: UInt32 = 0
    private var previousWasCap = false
    private var isClosed = false
    private var noTPM = false
    private var errors = 0
    private var order = RecordOrder()

    public init<Hash: ContentHash>(_ log: EventLogReader, hashing: Hash.Type) {
        values = log.banks.map { Digest($0, exactly: [UInt8](repeating: 0, count: $0.digestSize)) }
        valuesAfter.reserveCapacity(log.records.count)
        var dataHash = Hash(.sha256)
        for (index, record) in log.records.enumerated() {
            let number = index + 1
            for (bank, digest) in record.digests.enumerated() {
                if Hash.digest(digest.algorithm, of: record.data) != digest {
                    report(number, "its \(digest.algorithm.name) digest is not that of its data")
                }
                values[bank] = Hash.digest(digest.algorithm, of: values[bank].bytes + digest.bytes)
            }
            valuesAfter.append(values)
            switch record.content {
            case .event(let event, let sequence):
                var soFar = dataHash
                check(event, sequence, number: number, soFar: soFar.finish())
                dataHash.update(record.data.span)
            case .separator(let isError): close(number, isError: isError)
            }
        }
        if previousWasCap { report(log.records.count + 1, "the cap's separator is missing") }
    }

    private mutating func report(_ record: Int, _ text: String) {
        findings.append(Finding(record: record, text: text))
    }

    private mutating func close(_ number: Int, isError: Bool) {
        if !previousWasCap { report(number, "a separator that follows no cap") }
        if isError != (errors > 0) {
            report(
                number,
                isError ? "a separator that tells of an error, and there is none" : "an error, and a good separator")
        }
        previousWasCap = false
        isClosed = true
        outcome = isError || errors > 0 ? .failed : noTPM ? .unmeasured : .closed
    }

    private mutating func check(_ event: LaunchEvent, _ sequence: UInt32, number: Int, soFar: Digest) {
        if sequence != nextSequence {
            report(number, "sequence number \(sequence), and \(nextSequence) is next")
        }
        nextSequence = sequence &+ 1
        if previousWasCap { report(number, "not the separator that a cap needs") }
        previousWasCap = false
        switch event {
        case .error:
            errors += 1
            outcome = .failed
            if errors > 1 { report(number, "a second error") }
        case .cap(let records, let digest):
            if isClosed { report(number, "a second cap") }
            if errors == 0, let missing = order.missingAtCap { report(number, "a cap, and \(missing) is missing") }
            if records != sequence { report(number, "the cap counts \(records) records") }
            if digest != soFar { report(number, "the cap's digest is not that of the records before") }
            previousWasCap = true
        case .identity, .module, .nextInit, .domain, .unmeasured, .configuration:
            if case .unmeasured = event { noTPM = true }
            if isClosed { report(number, "a measurement after the cap") }
            if errors > 0 { report(number, "a measurement after an error") }
            if let problem = order.problem(event) { report(number, problem) }
        }
    }
}
