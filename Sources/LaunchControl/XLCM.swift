// SPDX-License-Identifier: Apache-2.0

import Platform

/// The binary LCM of the first prototype (xen/include/public/launch_control_module.h of its Xen tree), its form checked:
/// a header, then entries that are walked by their length alone, since the prototype's tool writes them over-long.
/// Little-endian, fields unaligned.
///
/// | offset | size | header |
/// |---|---|---|
/// | 0 | 4 | "xLCM" |
/// | 4 | 4 | length of the whole |
/// | 8 | 64 | SHA-512 over all with this field zero; zeros where the tool wrote none. An older generation has no such field |
///
/// | offset | size | entry |
/// |---|---|---|
/// | 0 | 4 | type: 0 ignore, 1 module types, 2 domain, 3 module checksum |
/// | 4 | 4 | length, this head included, a multiple of four |
struct XLCM {
    enum EntryType: Int {
        case ignore = 0
        case moduleTypes = 1
        case domain = 2
        case moduleChecksum = 3
    }

    struct Entry {
        let type: EntryType
        /// Head included; indices are places in the file.
        let bytes: ArraySlice<UInt8>

        var start: Int { bytes.startIndex }

        /// Little-endian, from an offset on; the caller has checked that it lies inside.
        func integer(_ offset: Int, _ count: Int) -> UInt64 {
            field(offset, count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }

        /// The caller has checked that they lie inside.
        func field(_ offset: Int, _ count: Int) -> [UInt8] {
            [UInt8](bytes[(start + offset)..<(start + offset + count)])
        }

        /// True if the entry is zero from an offset on: slack that its writer left.
        func isZero(from offset: Int) -> Bool { bytes.dropFirst(offset).allSatisfy { $0 == 0 } }
    }

    static let magic: [UInt8] = [0x78, 0x4C, 0x43, 0x4D]
    private static let headSize = 8
    private static let headerSize = 72

    let bytes: [UInt8]
    let entries: [Entry]
    /// The checksum of the header; `nil` where it is all zeros or the generation has none.
    let checksum: [UInt8]?

    init(parsing bytes: [UInt8]) throws(ParseError) {
        self.bytes = bytes
        var cursor = ByteCursor(bytes)
        guard try cursor.readBytes(4) == Self.magic else { throw ParseError(.unknownFormat, at: 0) }
        let length = try cursor.readLittleEndian(4)
        guard length <= bytes.count else { throw ParseError(.truncated, at: bytes.count) }
        guard length == bytes.count else { throw ParseError(.trailingData, at: length) }
        do throws(ParseError) {
            entries = try Self.walk(bytes, from: Self.headerSize)
            let field = [UInt8](bytes[Self.headSize..<Self.headerSize])
            checksum = field.contains { $0 != 0 } ? field : nil
        } catch {
            // The older generation has entries where the newer has its checksum. Where neither fits, the newer's
            // problem is the one to tell.
            let newer = error
            do throws(ParseError) {
                entries = try Self.walk(bytes, from: Self.headSize)
                checksum = nil
            } catch {
                throw newer
            }
        }
    }

    private static func walk(_ bytes: [UInt8], from start: Int) throws(ParseError) -> [Entry] {
        guard bytes.count >= start + headSize else { throw ParseError(.truncated, at: bytes.count) }
        var entries: [Entry] = []
        var cursor = ByteCursor(bytes)
        try cursor.skip(start)
        while cursor.remaining > 0 {
            let offset = cursor.offset
            guard let type = EntryType(rawValue: try cursor.readLittleEndian(4)) else {
                throw ParseError(.badToken, at: offset)
            }
            let length = try cursor.readLittleEndian(4)
            // A length below the head's own would walk on the spot for ever.
            guard length >= headSize, length % 4 == 0 else { throw ParseError(.badPropertyLength, at: offset + 4) }
            try cursor.skip(length - headSize)
            guard entries.count < Limits.nodes else { throw ParseError(.tooManyNodes, at: offset) }
            entries.append(Entry(type: type, bytes: bytes[offset..<cursor.offset]))
        }
        return entries
    }

    /// The digest that the checksum must be.
    func digest<Hash: ContentHash>(hashing: Hash.Type) -> Digest {
        var cleared = bytes
        for index in Self.headSize..<Self.headerSize { cleared[index] = 0 }
        return Hash.digest(.sha512, of: cleared)
    }
}
