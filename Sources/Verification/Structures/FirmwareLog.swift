// SPDX-License-Identifier: Apache-2.0

import Platform

/// An event log of firmware and boot loaders: any PCR, any event. TCG PC Client Platform Firmware Profile 1.06,
/// section 10; little-endian. Either every record has one SHA-1 digest, or record 0 is a TCG_EfiSpecIDEvent that names
/// the banks and the others have a digest for each.
public struct FirmwareLog: Equatable, Sendable {
    public struct Digest: Equatable, Sendable {
        /// TPM_ALG_ID: firmware may use banks that are not known here.
        public let algorithm: UInt16
        public let bytes: [UInt8]
    }

    public struct Event: Equatable, Sendable {
        /// Counted from 0 over the whole log, record 0 included.
        public let number: Int
        /// Where it starts in the log.
        public let offset: Int
        public let pcr: UInt32
        public let type: UInt32
        public let digests: [Digest]
        public let data: [UInt8]

        /// Whether a TPM was extended by it.
        public var isExtended: Bool { type != EventType.noAction }

        public func digest(_ bank: HashAlgorithm) -> [UInt8]? {
            digests.first { $0.algorithm == bank.rawValue }?.bytes
        }
    }

    public enum EventType {
        public static let noAction: UInt32 = 3
        public static let separator: UInt32 = 4
        public static let ipl: UInt32 = 0x0D
        public static let bootServicesApplication: UInt32 = 0x8000_0003
        public static let hardwareCoreRootOfTrust: UInt32 = 0x8000_0010
    }

    /// Firmware's own logs are some tens of KiB.
    public static let limit = 16 << 20

    /// Those of the log's banks that are known here, in its order.
    public let banks: [HashAlgorithm]
    public let isCryptoAgile: Bool
    /// Record 0 of a crypto-agile log is not among them.
    public let events: [Event]
    /// The locality of TPM2_Startup, or 4 for an H-CRTM: PCR 0 starts with it in its last byte.
    public let startLocality: UInt8
    /// An event that tells of that locality and does not count: too late, a second one, or of no locality that there is.
    public let strayLocality: Event?
    /// Zeros or ones behind the last event: the rest of an area of memory.
    public let paddingSize: Int

    public init(parsing log: [UInt8]) throws(StructureError) {
        guard log.count <= Self.limit else { throw StructureError(.badSize, at: Self.limit) }
        // The table that tells where such a log lies, in place of the log (ACPI 6.5, table 5.1; UEFI 2.10, 38.4.2).
        guard !log.starts(with: Array("CCEL".utf8)) else { throw StructureError(.ccEventLog, at: 0) }
        let end = Self.paddingStart(log)
        var reader = ByteReader(log)
        guard end > 0 else { throw StructureError(.truncated, at: 0) }
        let first = try Self.readOldEvent(&reader, number: 0)
        var events: [Event] = []
        if first.type == EventType.noAction, first.data.starts(with: Self.signature("Spec ID Event03")) {
            let sizes = try Self.readBanks(first)
            banks = sizes.compactMap { HashAlgorithm(rawValue: $0.algorithm) }
            isCryptoAgile = true
            while reader.offset < end {
                events.append(try Self.readEvent(&reader, number: events.count + 1, sizes))
            }
        } else {
            banks = [.sha1]
            isCryptoAgile = false
            events.append(first)
            while reader.offset < end { events.append(try Self.readOldEvent(&reader, number: events.count)) }
        }
        (startLocality, strayLocality) = Self.startLocality(events)
        paddingSize = reader.remaining
        self.events = events
    }

    /// Behind it there is one byte alone, 00 or FF. An event may end with such bytes, and none consists of them: one of zeros
    /// would be of type EV_PREBOOT_CERT, which nobody writes any more, with no data.
    private static func paddingStart(_ log: [UInt8]) -> Int {
        guard let last = log.last, last == 0 || last == 0xFF else { return log.count }
        return (log.lastIndex { $0 != last } ?? -1) + 1
    }

    /// Sixteen bytes: the text, and zeros.
    static func signature(_ text: StaticString) -> [UInt8] {
        let bytes = Line(text).bytes
        return bytes + [UInt8](repeating: 0, count: max(0, 16 - bytes.count))
    }
}
