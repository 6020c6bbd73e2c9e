// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// The records behind record 0. Each was checked when the log was read; a domain's is decoded when somebody asks for it.
public struct LogRecords: RandomAccessCollection, Sendable {
    /// What the order of a log depends on.
    enum Summary: Sendable {
        case domain(DomainID, sequence: UInt32)
        indirect case other(LaunchEvent, sequence: UInt32)
        case separator(isError: Bool)
    }

    struct Place: Sendable {
        let offset: Int
        let data: Range<Int>
        let summary: Summary
    }

    let log: [UInt8]
    let banks: [HashAlgorithm]
    /// Where each bank's digest begins, counted from its record's beginning.
    private let digestPlaces: [Int]
    private(set) var places: [Place] = []

    init(_ log: [UInt8], _ banks: [HashAlgorithm]) {
        self.log = log
        self.banks = banks
        // PCR, type and count of digests; before each digest its algorithm.
        var place = 12
        var places: [Int] = []
        for bank in banks {
            places.append(place + 2)
            place += 2 + bank.digestSize
        }
        digestPlaces = places
        // A domain's record takes some hundred bytes.
        self.places.reserveCapacity(log.count / 256)
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { places.count }

    public subscript(index: Int) -> EventLogReader.Record {
        let place = places[index]
        let digests = banks.indices.map { Digest(banks[$0], exactly: [UInt8](log[digest(of: index, bank: $0)])) }
        return EventLogReader.Record(
            offset: place.offset, digests: digests, data: [UInt8](log[place.data]), content: content(place))
    }

    /// Where a record's digest of a bank lies.
    func digest(of index: Int, bank: Int) -> Range<Int> {
        let start = places[index].offset + digestPlaces[bank]
        return start..<(start + banks[bank].digestSize)
    }

    private func content(_ place: Place) -> EventLogReader.Content {
        switch place.summary {
        case .separator(let isError): return .separator(isError: isError)
        case .other(let event, let sequence): return .event(event, sequence: sequence)
        case .domain:
            var cursor = LogCursor(log, place.data)
            do throws(LogError) {
                let (event, sequence) = try LaunchEvent.decode(&cursor)
                return .event(event, sequence: sequence)
            } catch {
                preconditionFailure("a record that was checked cannot be read: \(error)")
            }
        }
    }

    /// Reads the record at `offset`; the cursor has passed its PCR.
    mutating func append(_ cursor: inout LogCursor, at offset: Int) throws(LogError) {
        let typePlace = cursor.offset
        let type = try cursor.read32()
        let listPlace = cursor.offset
        guard Int(try cursor.read32()) == banks.count else { throw LogError(.badDigestList, at: listPlace) }
        for bank in banks {
            let place = cursor.offset
            guard try cursor.read16() == bank.rawValue else { throw LogError(.badDigestList, at: place) }
            _ = try cursor.pass(bank.digestSize)
        }
        let size = Int(try cursor.read32())
        let start = try cursor.pass(size)
        let data = start..<(start + size)
        let summary: Summary
        switch type {
        case 6: summary = try event(data)
        case 4: summary = .separator(isError: try isError(data))
        default: throw LogError(.badType, at: typePlace)
        }
        places.append(Place(offset: offset, data: data, summary: summary))
    }

    private func event(_ data: Range<Int>) throws(LogError) -> Summary {
        var cursor = LogCursor(log, data)
        guard LaunchEvent.isDomain(cursor) else {
            let (event, sequence) = try LaunchEvent.decode(&cursor)
            return .other(event, sequence: sequence)
        }
        cursor = LogCursor(log, data, keepsContent: false)
        let (event, sequence) = try LaunchEvent.decode(&cursor)
        guard case .domain(let record) = event else { return .other(event, sequence: sequence) }
        return .domain(record.domid, sequence: sequence)
    }

    private func isError(_ data: Range<Int>) throws(LogError) -> Bool {
        guard data.count == 4, log[data].dropFirst().allSatisfy({ $0 == 0 }), log[data.lowerBound] <= 1 else {
            throw LogError(.badField, at: data.lowerBound)
        }
        return log[data.lowerBound] == 1
    }
}
