// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Writes the log and says what to extend: the record is in the log before its digests are handed out (I3). It also
/// keeps the values that the PCR must have by then.
public struct Recorder<Hash: ContentHash> {
    /// Where everything is extended.
    public let pcr: PCRIndex
    /// The log so far, each record there before it is extended.
    public private(set) var log: EventLog
    /// The PCR in each bank after every record so far, starting from zeros.
    public private(set) var predicted: [Digest]
    /// Whether the cap and its separator are in the log.
    public private(set) var isCapped = false
    /// Whose records are in the log.
    public private(set) var domains: [DomainID] = []
    /// Whether an error is in the log.
    public private(set) var hasError = false
    /// Whether nothing has been recorded.
    public var isEmpty: Bool { sequence == 0 }

    /// How many tagged records the log has.
    public var recordCount: UInt32 { sequence }

    private var sequence: UInt32 = 0
    /// SHA-256 over the event data of the tagged records so far. Bank digests are not part of it: the cap must not
    /// depend on which banks are active (I4).
    private var dataHash = Hash(.sha256)

    public init(pcr: PCRIndex, banks: [HashAlgorithm]) {
        self.pcr = pcr
        log = EventLog(banks: banks)
        predicted = log.banks.map { Digest($0, exactly: [UInt8](repeating: 0, count: $0.digestSize)) }
    }

    /// Goes on with a log that is closed already: nothing but an error may follow. `values` are the PCR's in each bank.
    public init(resuming log: [UInt8], recordCount: UInt32, pcr: PCRIndex, banks: [HashAlgorithm], values: [Digest]) {
        self.pcr = pcr
        self.log = EventLog(banks: banks, bytes: log)
        predicted = values
        isCapped = true
        sequence = recordCount
    }

    /// Puts the event in the log; returns what to extend, and the event data's SHA-256.
    public mutating func record(_ event: LaunchEvent) -> (extension: PCRExtension, dataDigest: Digest) {
        let data = event.encoded(sequence: sequence)
        sequence += 1
        switch event {
        case .domain(let record): domains.append(record.domid)
        case .error: hasError = true
        case .identity, .lcm, .nextInit, .cap, .unmeasured, .configuration: break
        }
        dataHash.update(data.span)
        let step = append(EventLog.EventType.eventTag, data)
        return (step, step.digests.first { $0.algorithm == .sha256 } ?? Hash.digest(.sha256, of: data))
    }

    /// The cap record and its separator: nothing but an error may follow.
    public mutating func recordCap(launchFailed: Bool) -> [PCRExtension] {
        var hash = dataHash
        let cap = record(.cap(records: sequence, digest: hash.finish())).extension
        isCapped = true
        // TCG PC Client Platform Firmware Profile 1.06, 3.3.2.2: 0 where nothing more is to come, 1 for an error.
        return [cap, append(EventLog.EventType.separator, [launchFailed ? 1 : 0, 0, 0, 0])]
    }

    private mutating func append(_ type: UInt32, _ data: [UInt8]) -> PCRExtension {
        let digests = log.banks.map { Hash.digest($0, of: data) }
        let before = predicted
        log.append(pcr: pcr, type: type, digests: digests, data: data)
        for (index, digest) in digests.enumerated() {
            predicted[index] = Hash.digest(digest.algorithm, of: predicted[index].bytes + digest.bytes)
        }
        return PCRExtension(digests: digests, before: before, after: predicted)
    }
}
