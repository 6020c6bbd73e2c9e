// SPDX-License-Identifier: Apache-2.0

import Platform

/// A TCG crypto-agile event log (TCG PC Client Platform Firmware Profile 1.06, section 10), written record by record.
public struct EventLog: Equatable, Sendable {
    enum EventType {
        static let noAction: UInt32 = 3
        static let separator: UInt32 = 4
        static let eventTag: UInt32 = 6
    }

    /// Ascending by TPM_ALG_ID, whatever order the TPM lists them in.
    public let banks: [HashAlgorithm]
    /// The log so far, as it is published.
    public private(set) var bytes: [UInt8] = []

    /// Starts a log with record 0, TCG_EfiSpecIDEvent in the old format. The banks stand in ascending order of their
    /// TPM_ALG_ID, whatever order the TPM lists them in.
    public init(banks: [HashAlgorithm]) {
        self.banks = banks.inOrder { $0.rawValue < $1.rawValue }
        var identification = Line("Spec ID Event03").bytes + [0]
        // platformClass 0 (client), version 2.0, errata 0, uintnSize 2 (64 bits).
        identification.append(word: 0)
        identification.append(contentsOf: [0, 2, 0, 2])
        identification.append(word: UInt32(self.banks.count))
        for bank in self.banks {
            identification.append(littleEndian: UInt64(bank.rawValue), byteCount: 2)
            identification.append(littleEndian: UInt64(bank.digestSize), byteCount: 2)
        }
        // No vendor information.
        identification.append(0)
        bytes.append(word: 0)
        bytes.append(word: EventType.noAction)
        bytes.append(contentsOf: [UInt8](repeating: 0, count: HashAlgorithm.sha1.digestSize))
        bytes.append(counted: identification)
    }

    /// Goes on with a log that was begun elsewhere.
    init(banks: [HashAlgorithm], bytes: [UInt8]) {
        self.banks = banks
        self.bytes = bytes
    }

    /// Appends a TCG_PCR_EVENT2 with one digest for each bank, in the banks' order.
    mutating func append(pcr: PCRIndex, type: UInt32, digests: [Digest], data: [UInt8]) {
        bytes.append(word: UInt32(pcr.rawValue))
        bytes.append(word: type)
        bytes.append(word: UInt32(digests.count))
        for digest in digests { bytes.append(digest) }
        bytes.append(counted: data)
    }
}
