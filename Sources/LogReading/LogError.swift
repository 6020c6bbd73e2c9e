// SPDX-License-Identifier: Apache-2.0

/// Why an event log is refused, and where.
public struct LogError: Error, Equatable, Sendable {
    /// What is wrong with the log.
    public enum Code: Equatable, Sendable {
        case truncated, badHeader, unknownBank, badPCR, badType, badDigestList, foreignTag, badLength, badField,
            unknownKind
        case tooLarge

        /// In words, for people.
        public var text: String {
            switch self {
            case .truncated: "the log ends too early"
            case .badHeader: "record 0 is not the one that DomB writes (TCG_EfiSpecIDEvent)"
            case .unknownBank: "a bank of an algorithm that is not known here"
            case .badPCR: "a record of another PCR"
            case .badType: "an event type that DomB does not write"
            case .badDigestList: "the digests are not those of record 0's banks, in their order"
            case .foreignTag: "an EV_EVENT_TAG record that is not DomB's"
            case .badLength: "the record's length is not that of its fields"
            case .badField: "a field has a value that it cannot have"
            case .unknownKind: "an event of unknown kind"
            case .tooLarge: "larger than a log may be"
            }
        }
    }

    /// What is wrong.
    public let code: Code
    /// Bytes from the start of the log.
    public let offset: Int
    /// The record in which reading stopped, counted from 1; record 0 is the header.
    public let record: Int

    init(_ code: Code, at offset: Int, record: Int = 0) {
        self.code = code
        self.offset = offset
        self.record = record
    }
}
