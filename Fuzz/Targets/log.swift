// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform

/// An event log: reading ends, what is read is what the bytes say, and its replay ends, too.
func fuzz(_ bytes: [UInt8]) {
    guard let log = try? EventLogReader(parsing: bytes) else { return }
    let replay = LogReplay(log, hashing: ZeroHash.self)
    precondition(replay.values.map { $0.algorithm } == log.banks)
    let after = LogReplay.valuesAfter(log, hashing: ZeroHash.self)
    precondition(after.count == log.records.count && after.last == replay.values)
    precondition(replay.findings.allSatisfy { (1...(log.records.count + 1)).contains($0.record) })
    var place = log.records.first.map { $0.offset } ?? bytes.count
    for record in log.records {
        precondition(record.offset == place)
        // PCR, type, count of digests, size of the data; before each digest its algorithm.
        place += 16 + record.digests.reduce(0) { $0 + 2 + $1.bytes.count } + record.data.count
        if case .event(let event, let sequence) = record.content {
            precondition(event.encoded(sequence: sequence) == record.data)
        }
    }
    precondition(place == bytes.count)
}
