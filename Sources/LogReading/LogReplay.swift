// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Measurement
import Platform
import Synchronization

/// What a log leads to, and whether it contradicts itself.
public struct LogReplay: Sendable {
    /// How the launch ended, by its log.
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

    /// The PCR in each bank after the last record, starting from zeros.
    public let values: [Digest]
    /// In the order of the records.
    public private(set) var findings: [Finding] = []
    /// How the launch ended; it counts only where there are no findings.
    public private(set) var outcome = Outcome.open

    private var nextSequence: UInt32 = 0
    private var previousWasCap = false
    private var isClosed = false
    private var noTPM = false
    private var errors = 0
    private var order = RecordOrder()

    public init<Hash: ContentHash>(_ log: EventLogReader, hashing: Hash.Type) {
        let records = log.records
        let hashed = Self.hash(records, hashing: Hash.self)
        values = hashed.banks.map { $0.value }
        var wrong = hashed.banks.map { $0.wrong[...] }
        var soFar = hashed.soFar[...]
        for (index, place) in records.places.enumerated() {
            let number = index + 1
            for bank in wrong.indices where wrong[bank].first == index {
                wrong[bank].removeFirst()
                report(number, .wrongDigest(records.banks[bank]))
            }
            switch place.summary {
            case .domain(let domid, let sequence):
                begin(sequence, number)
                measured(number, order.problem(domain: domid))
            case .other(let event, let sequence):
                begin(sequence, number)
                if case .cap = event {
                    check(event, sequence, number, soFar: soFar.popFirst())
                } else {
                    check(event, sequence, number, soFar: nil)
                }
            case .separator(let isError): close(number, isError: isError)
            }
        }
        if previousWasCap { report(records.count + 1, .text("the cap's separator is missing")) }
    }

    /// The PCR in each bank after each record: `[n - 1]` after record n. Computed when asked for.
    public static func valuesAfter<Hash: ContentHash>(_ log: EventLogReader, hashing: Hash.Type) -> [[Digest]] {
        var chains = log.banks.map { PCRChain<Hash>($0) }
        return log.records.indices.map { index in
            for bank in chains.indices {
                chains[bank].extend(log.records.log.span.extracting(log.records.digest(of: index, bank: bank)))
            }
            return chains.map { $0.value }
        }
    }

    private mutating func report(_ record: Int, _ problem: Problem) {
        findings.append(Finding(record: record, problem: problem))
    }

    private mutating func begin(_ sequence: UInt32, _ number: Int) {
        if sequence != nextSequence { report(number, .sequence(sequence, next: nextSequence)) }
        nextSequence = sequence &+ 1
        if previousWasCap { report(number, .text("not the separator that a cap needs")) }
        previousWasCap = false
    }

    private mutating func measured(_ number: Int, _ problem: Problem?) {
        if isClosed { report(number, .text("a measurement after the cap")) }
        if errors > 0 { report(number, .text("a measurement after an error")) }
        if let problem { report(number, problem) }
    }

    private mutating func close(_ number: Int, isError: Bool) {
        if !previousWasCap { report(number, .text("a separator that follows no cap")) }
        if isError != (errors > 0) {
            let text =
                isError ? "a separator that tells of an error, and there is none" : "an error, and a good separator"
            report(number, .text(text))
        }
        previousWasCap = false
        isClosed = true
        outcome = isError || errors > 0 ? .failed : noTPM ? .unmeasured : .closed
    }

    private mutating func check(_ event: LaunchEvent, _ sequence: UInt32, _ number: Int, soFar: Digest?) {
        switch event {
        case .error:
            errors += 1
            outcome = .failed
            if errors > 1 { report(number, .text("a second error")) }
        case .cap(let records, let digest):
            if isClosed { report(number, .text("a second cap")) }
            if errors == 0, let missing = order.missingAtCap {
                report(number, .text("a cap, and \(missing) is missing"))
            }
            if records != sequence { report(number, .text("the cap counts \(records) records")) }
            if digest != soFar { report(number, .text("the cap's digest is not that of the records before")) }
            previousWasCap = true
        case .identity, .lcm, .nextInit, .domain, .unmeasured, .configuration:
            if case .unmeasured = event { noTPM = true }
            measured(number, order.problem(event))
        }
    }
}

extension LogReplay {
    /// Records from which on a second thread is worth its start.
    private static let fewRecords = 256

    /// Every bank, and SHA-256 over the event data of the tagged records before each cap, at once: each is one pass over
    /// the log that depends on no other.
    private static func hash<Hash: ContentHash>(
        _ records: LogRecords, hashing: Hash.Type
    ) -> (banks: [BankReplay], soFar: [Digest]) {
        let banks = records.banks.indices
        guard records.count > fewRecords else {
            return (
                banks.map { BankReplay(records, bank: $0, hashing: Hash.self) },
                dataDigests(records, hashing: Hash.self)
            )
        }
        let results = Mutex<(banks: [Int: BankReplay], soFar: [Digest])>(([:], []))
        DispatchQueue.concurrentPerform(iterations: banks.count + 1) { job in
            if job < banks.count {
                let replay = BankReplay(records, bank: job, hashing: Hash.self)
                results.withLock { $0.banks[job] = replay }
            } else {
                let digests = dataDigests(records, hashing: Hash.self)
                results.withLock { $0.soFar = digests }
            }
        }
        return results.withLock { done in (banks.compactMap { done.banks[$0] }, done.soFar) }
    }

    /// One for each cap, in their order.
    private static func dataDigests<Hash: ContentHash>(_ records: LogRecords, hashing: Hash.Type) -> [Digest] {
        var digests: [Digest] = []
        var hash = Hash(.sha256)
        for place in records.places {
            switch place.summary {
            case .separator: continue
            case .other(.cap, _):
                var soFar = hash
                digests.append(soFar.finish())
            case .other, .domain: break
            }
            hash.update(records.log.span.extracting(place.data))
        }
        return digests
    }
}
