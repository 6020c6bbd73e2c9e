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

/// The MODULE_TYPES entry: at +8 the count, at +12 one byte for each module from number 1 on.
struct XLCMModuleTypes {
    static let kernel: UInt8 = 2
    static let ramdisk: UInt8 = 3

    /// `nil` where the LCM has no such entry.
    private var types: [UInt8]?

    init(_ file: XLCM, _ problems: ProblemList) {
        for entry in file.entries where entry.type == .moduleTypes {
            func report(_ code: ParseError.Code, at offset: Int) {
                problems.report(ParseError(code, at: entry.start + offset))
            }
            guard entry.bytes.count >= 12 else {
                report(.badPropertyLength, at: 0)
                continue
            }
            let count = Int(entry.integer(8, 4))
            guard count <= entry.bytes.count - 12 else {
                report(.badPropertyLength, at: 8)
                continue
            }
            if types != nil { report(.duplicateName, at: 0) }
            if !entry.isZero(from: 12 + count) { report(.trailingData, at: 12 + count) }
            types = entry.field(12, count)
        }
    }

    /// True where module `index` may be what a domain takes it for.
    func allows(_ index: UInt8, as type: UInt8) -> Bool {
        guard let types else { return true }
        return Int(index) <= types.count && types[Int(index) - 1] == type
    }
}

/// The MODULE_CHECKSUM entries: at +8 the module's index, at +9 the algorithm, at +10 the digest's length, then the
/// digest. The prototype never numbered its algorithms; here it is the low byte of the TPM_ALG_ID. What is hashed is what
/// `domb,digest` is of: the module as it lies in the domain's memory.
struct XLCMChecksums {
    private var digests: [(index: UInt8, digest: Digest)] = []

    init(_ file: XLCM, _ problems: ProblemList) {
        for entry in file.entries where entry.type == .moduleChecksum {
            do throws(ParseError) {
                let (index, digest) = try Self.read(entry)
                if self.digest(of: index) != nil { throw ParseError(.duplicateName, at: entry.start) }
                digests.append((index, digest))
            } catch {
                problems.report(error)
            }
        }
    }

    private static func read(_ entry: XLCM.Entry) throws(ParseError) -> (UInt8, Digest) {
        guard entry.bytes.count >= 12 else { throw ParseError(.badPropertyLength, at: entry.start) }
        let index = UInt8(entry.integer(8, 1))
        // DomB hashes content by SHA-256 alone: a digest by another could not be compared, and must not pass for one.
        guard entry.integer(9, 1) == UInt64(HashAlgorithm.sha256.rawValue & 0xFF) else {
            throw ParseError(.badPropertyValue, at: entry.start + 9)
        }
        let count = Int(entry.integer(10, 2))
        guard index != 0 else { throw ParseError(.badPropertyValue, at: entry.start + 8) }
        guard count == HashAlgorithm.sha256.digestSize, 12 + count <= entry.bytes.count,
            let digest = Digest(.sha256, bytes: entry.field(12, count))
        else { throw ParseError(.badPropertyLength, at: entry.start + 10) }
        guard entry.isZero(from: 12 + count) else { throw ParseError(.trailingData, at: entry.start + 12 + count) }
        return (index, digest)
    }

    func digest(of index: UInt8) -> Digest? { digests.first { $0.index == index }?.digest }
}
