// SPDX-License-Identifier: Apache-2.0

import Platform

extension LogReplay {
    /// Something that no log of DomB's has.
    public struct Finding: Equatable, Sendable, CustomStringConvertible {
        /// Counted from 1; record 0 is the header. One past the last where a record is missing at the end.
        public let record: Int
        let problem: Problem

        /// In words, for people.
        public var text: String { problem.text }
        public var description: String { "record \(record): \(text)" }
    }

    /// A text is made when somebody reads it: a log may have one for each of its records.
    enum Problem: Equatable, Sendable {
        case wrongDigest(HashAlgorithm)
        case sequence(UInt32, next: UInt32)
        case secondDomain(DomainID)
        case text(String)

        var text: String {
            switch self {
            case .wrongDigest(let bank): "its \(bank.name) digest is not that of its data"
            case .sequence(let number, let next): "sequence number \(number), and \(next) is next"
            case .secondDomain(let domid): "domain \(domid.rawValue) a second time"
            case .text(let text): text
            }
        }
    }
}
