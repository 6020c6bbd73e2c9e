// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// An event log as DomB writes it, and no other: one PCR, record 0 byte for byte, every record in the one form that it
/// can have. docs/event-log.md has the layout.
public struct EventLogReader: Sendable {
    /// What a record says.
    public enum Content: Equatable, Sendable {
        case event(LaunchEvent, sequence: UInt32)
        /// TCG PC Client Platform Firmware Profile, 3.3.2.2: 0 for an end, 1 for an error.
        case separator(isError: Bool)
    }

    /// One record behind record 0.
    public struct Record: Sendable {
        /// In bytes from the log's beginning.
        public let offset: Int
        /// One for each bank, in record 0's order.
        public let digests: [Digest]
        /// The event data: what the digests are over.
        public let data: [UInt8]
        /// Decoded from the data.
        public let content: Content
    }

    /// A domain's record takes a few hundred bytes, and there are fewer than 32,752 domains.
    public static let limit = 64 << 20

    /// Ascending by TPM_ALG_ID: those of record 0.
    public let banks: [HashAlgorithm]
    /// The one that all records are of.
    public let pcr: PCRIndex
    /// In their order, without record 0; decoded when they are asked for.
    public let records: LogRecords

    public init(parsing log: [UInt8]) throws(LogError) {
        guard log.count <= Self.limit else { throw LogError(.tooLarge, at: Self.limit) }
        var cursor = LogCursor(log)
        banks = try Self.readHeader(&cursor, log)
        var records = LogRecords(log, banks)
        var pcr: PCRIndex?
        while cursor.remaining > 0 {
            do throws(LogError) {
                let place = cursor.offset
                guard let index = PCRIndex(rawValue: try cursor.read32()), index == pcr ?? index else {
                    throw LogError(.badPCR, at: place)
                }
                pcr = index
                try records.append(&cursor, at: place)
            } catch {
                throw LogError(error.code, at: error.offset, record: records.count + 1)
            }
        }
        // A log of record 0 alone is of no PCR: nothing was ever extended.
        guard let pcr else { throw LogError(.truncated, at: log.count, record: 1) }
        self.pcr = pcr
        self.records = records
    }

    private static func readHeader(_ cursor: inout LogCursor, _ log: [UInt8]) throws(LogError) -> [HashAlgorithm] {
        _ = try cursor.read(56)
        let count = try cursor.read32()
        guard (1...UInt32(HashAlgorithm.allCases.count)).contains(count) else { throw LogError(.badHeader, at: 56) }
        var banks: [HashAlgorithm] = []
        for _ in 0..<count {
            let place = cursor.offset
            guard let bank = HashAlgorithm(rawValue: try cursor.read16()) else {
                throw LogError(.unknownBank, at: place)
            }
            guard try cursor.read16() == bank.digestSize, !banks.contains(bank) else {
                throw LogError(.badHeader, at: place)
            }
            banks.append(bank)
        }
        _ = try cursor.read(1)
        let written = EventLog(banks: banks).bytes
        guard log.starts(with: written), cursor.offset == written.count else { throw LogError(.badHeader, at: 0) }
        return banks
    }
}
