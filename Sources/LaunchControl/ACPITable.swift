// SPDX-License-Identifier: Apache-2.0

import Platform

/// One ACPI system description table, checked for length and checksum (ACPI specification 6.5, 5.2.6).
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | signature |
/// | 4 | 4 | length of the whole table |
/// | 8 | 1 | revision |
/// | 9 | 1 | checksum: all bytes sum to zero |
/// | 10 | 6 | OEM id |
/// | 16 | 8 | OEM table id |
/// | 24 | 12 | OEM revision, creator id and revision |
struct ACPITable {
    static let headerSize = 36

    let payload: [UInt8]

    /// The OEM table id of a table that is long enough to have one.
    static func oemTableID(of bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= headerSize else { return nil }
        return [UInt8](bytes[16..<24])
    }

    init(checking bytes: [UInt8]) throws(ContainerError) {
        guard bytes.count >= Self.headerSize else { throw .tableCutShort(declared: 36, actual: bytes.count) }
        var declared = 0
        for index in stride(from: 7, through: 4, by: -1) { declared = declared << 8 | Int(bytes[index]) }
        guard declared == bytes.count else { throw .tableCutShort(declared: declared, actual: bytes.count) }
        var sum: UInt8 = 0
        for byte in bytes { sum &+= byte }
        guard sum == 0 else { throw .badChecksum(sum: sum) }
        payload = [UInt8](bytes[Self.headerSize...])
    }
}
