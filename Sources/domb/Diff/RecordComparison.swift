// SPDX-License-Identifier: Apache-2.0

import LogReading
import Platform

/// Two logs, record by record.
struct RecordComparison {
    /// Every record whose data differ, or that one log alone has.
    private(set) var dataChanges: [Change] = []
    /// Every digest that is another for the same data, in a bank of both: one of the logs was changed.
    private(set) var digestChanges: [Change] = []
    private(set) var parting: LaunchDiff.Parting?
    let unsharedBanks: (a: [HashAlgorithm], b: [HashAlgorithm])

    init(_ a: EventLogReader, _ b: EventLogReader) {
        unsharedBanks = (a.banks.filter { !b.banks.contains($0) }, b.banks.filter { !a.banks.contains($0) })
        for index in 0..<max(a.records.count, b.records.count) {
            let first = index < a.records.count ? a.records[index] : nil
            let second = index < b.records.count ? b.records[index] : nil
            let place = Change.Place.record(index + 1)
            let digests = Self.differing(first, second)
            if first?.data != second?.data {
                let aspect: Change.Aspect = first == nil || second == nil ? .presence : .recordData
                dataChanges.append(
                    Change(
                        place: place, aspect: aspect, a: first.map { .bytes($0.data) },
                        b: second.map { .bytes($0.data) }))
            } else {
                digestChanges += digests.map { left, right in
                    Change(
                        place: place, aspect: .recordDigest(left.algorithm), a: .digest(left), b: .digest(right))
                }
            }
            if parting == nil, first?.data != second?.data || !digests.isEmpty {
                parting = LaunchDiff.Parting(record: index + 1, a: first?.content, b: second?.content)
            }
        }
    }

    private static func differing(
        _ a: EventLogReader.Record?, _ b: EventLogReader.Record?
    ) -> [(Digest, Digest)] {
        guard let a, let b else { return [] }
        return a.digests.compactMap { digest in
            b.digests.first { $0.algorithm == digest.algorithm && $0 != digest }.map { (digest, $0) }
        }
    }
}
