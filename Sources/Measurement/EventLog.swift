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
        identification.append(littleEndian: 0, byteCount: 4)
        identification.append(contentsOf: [0, 2, 0, 2])
        identification.append(littleEndian: UInt64(self.banks.count), byteCount: 4)
        for bank in self.banks {
            identification.append(littleEndian: UInt64(bank.rawValue), byteCount: 2)
            identification.append(littleEndian: UInt64(bank.digestSize), byteCount: 2)
        }
        // No vendor information.
        identification.append(0)
        bytes.append(littleEndian: 0, byteCount: 4)
        bytes.append(littleEndian: UInt64(EventType.noAction), byteCount: 4)
        bytes.append(contentsOf: [UInt8](repeating: 0, count: HashAlgorithm.sha1.digestSize))
        bytes.append(littleEndian: UInt64(identification.count), byteCount: 4)
        bytes.append(contentsOf: identification)
    }

    /// Appends a TCG_PCR_EVENT2 with one digest for each bank, in the banks' order.
    mutating func append(pcr: PCRIndex, type: UInt32, digests: [Digest], data: [UInt8]) {
        bytes.append(littleEndian: UInt64(pcr.rawValue), byteCount: 4)
        bytes.append(littleEndian: UInt64(type), byteCount: 4)
        bytes.append(littleEndian: UInt64(digests.count), byteCount: 4)
        for digest in digests {
            bytes.append(littleEndian: UInt64(digest.algorithm.rawValue), byteCount: 2)
            bytes.append(contentsOf: digest.bytes)
        }
        bytes.append(littleEndian: UInt64(data.count), byteCount: 4)
        bytes.append(contentsOf: data)
    }
}
