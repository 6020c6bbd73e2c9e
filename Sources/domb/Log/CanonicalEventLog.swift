// SPDX-License-Identifier: Apache-2.0

import LogReading
import Platform

/// An event log in the forms of the TCG Canonical Event Log Format, version 1.1.
///
/// Record 0 of a TCG log (EV_NO_ACTION with TCG_EfiSpecIDEvent) has no counterpart: what it tells, the banks and the
/// sizes of their digests, every CEL record tells of itself, nothing is ever extended for it, and readers that extend
/// whatever they read would take it for a measurement. docs/diff-and-export.md has the whole reason.
struct CanonicalEventLog {
    /// How `recnum` counts.
    enum Numbering: String, CaseIterable {
        /// From 0 for each PCR: CEL 1.1, 4.2.2.
        case perPCR = "per-pcr"
        /// From 1 over the whole log, as systemd-pcrlock writes it.
        case global
    }

    private enum EventType {
        static let separator: (number: UInt32, name: String) = (4, "EV_SEPARATOR")
        static let eventTag: (number: UInt32, name: String) = (6, "EV_EVENT_TAG")
    }

    /// The numbers of the TLV encoding's types.
    private enum Field {
        static let recordNumber: UInt8 = 0
        static let pcr: UInt8 = 1
        static let digests: UInt8 = 3
        static let standardContent: UInt8 = 5
        /// Inside of `standardContent`.
        static let eventType: UInt8 = 0
        static let eventData: UInt8 = 1
    }

    private let log: EventLogReader
    /// The first record's: a log of DomB's is of one PCR, so that both countings differ in nothing else.
    private let firstNumber: UInt64

    init(_ log: EventLogReader, numbering: Numbering) {
        self.log = log
        firstNumber = numbering == .perPCR ? 0 : 1
    }

    /// CEL-TLV: type in one byte, length in four, big-endian, value. The record number takes eight bytes and the PCR one, as
    /// go-eventlog has them, which takes no other sizes.
    var tlv: [UInt8] {
        var bytes: [UInt8] = []
        for (index, record) in log.records.enumerated() {
            bytes.append(Field.recordNumber, (firstNumber + UInt64(index)).bigEndianBytes)
            bytes.append(Field.pcr, [log.pcr.rawValue])
            var digests: [UInt8] = []
            // The type is the low byte of the TPM_ALG_ID, and those of the banks that DomB hashes have no other.
            for digest in record.digests {
                digests.append(UInt8(truncatingIfNeeded: digest.algorithm.rawValue), digest.bytes)
            }
            bytes.append(Field.digests, digests)
            var content: [UInt8] = []
            content.append(Field.eventType, Self.type(record).number.bigEndianBytes)
            content.append(Field.eventData, record.data)
            bytes.append(Field.standardContent, content)
        }
        return bytes
    }

    /// CEL-JSON.
    var json: JSON {
        .array(
            log.records.enumerated().map { index, record in
                .object([
                    ("recnum", .number(firstNumber + UInt64(index))), ("pcr", .number(log.pcr.rawValue)),
                    (
                        "digests",
                        .array(
                            record.digests.map { digest in
                                .object([
                                    ("hashAlg", .string(digest.algorithm.name.description)),
                                    ("digest", .string(hexadecimal(digest.bytes))),
                                ])
                            })
                    ), ("content_type", .string("pcclient_std")),
                    (
                        "content",
                        .object([
                            ("event_type", .string(Self.type(record).name)),
                            ("event_data", .string(hexadecimal(record.data))),
                        ])
                    ),
                ])
            })
    }

    private static func type(_ record: EventLogReader.Record) -> (number: UInt32, name: String) {
        switch record.content {
        case .event: EventType.eventTag
        case .separator: EventType.separator
        }
    }
}

extension FixedWidthInteger {
    fileprivate var bigEndianBytes: [UInt8] {
        stride(from: bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ type: UInt8, _ value: [UInt8]) {
        append(type)
        // A log has at most 64 MiB.
        append(contentsOf: UInt32(truncatingIfNeeded: value.count).bigEndianBytes)
        append(contentsOf: value)
    }
}
