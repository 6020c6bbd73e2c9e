// SPDX-License-Identifier: Apache-2.0

import Platform

/// The LCM as ACPI tables: one, or several where it is larger than one table holds.
///
/// A table is DomB's by its OEM table id "DOMB-LCM", whatever its signature: firmware owns the OEM* signatures too, and
/// Xen passes only some signatures on to a PVH boot domain. After the 36-byte header, all little-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | "DLCM" |
/// | 4 | 2 | part, from 1 |
/// | 6 | 2 | parts |
/// | 8 | 4 | length of the whole LCM |
/// | 12 | 4 | zero |
/// | 16 | 32 | SHA-256 of the whole LCM |
/// | 48 | | this part's bytes |
public enum LaunchControlContainer {
    /// By this an ACPI table is one of DomB's, whatever its signature.
    public static let oemTableID = Line("DOMB-LCM").bytes
    /// What the payload of each begins with.
    public static let magic = Line("DLCM").bytes

    private struct Part {
        let index: Int
        let count: Int
        let wholeLength: Int
        let digest: [UInt8]
        let data: [UInt8]

        init(_ payload: [UInt8]) throws(ContainerError) {
            var cursor = ByteCursor(payload)
            do throws(ParseError) {
                guard try cursor.readBytes(4) == magic else { throw ParseError(.unknownFormat, at: 0) }
                index = try cursor.readLittleEndian(2)
                count = try cursor.readLittleEndian(2)
                wholeLength = try cursor.readLittleEndian(4)
                guard try cursor.readLittleEndian(4) == 0 else { throw ParseError(.reservedBits, at: 12) }
                digest = try cursor.readBytes(HashAlgorithm.sha256.digestSize)
                data = try cursor.readBytes(cursor.remaining)
            } catch {
                throw .badPartHeader
            }
            guard (1...Limits.parts).contains(count), (1...count).contains(index) else {
                throw .partOutOfRange(part: index, parts: count)
            }
        }
    }

    /// Whether the bytes are meant as a table with an LCM in it; not whether they are a good one.
    public static func isTable(_ bytes: [UInt8]) -> Bool { ACPITable.oemTableID(of: bytes) == oemTableID }

    /// The LCM that the host's ACPI tables carry, or `nil` where none is DomB's. The tables may come in any order,
    /// among others.
    public static func assemble<Hash: ContentHash>(
        _ tables: [[UInt8]], hashing: Hash.Type
    ) throws(ContainerError) -> [UInt8]? {
        var parts: [Part] = []
        for table in tables where isTable(table) {
            parts.append(try Part(try ACPITable(checking: table).payload))
        }
        guard let first = parts.first else { return nil }
        guard first.wholeLength <= Limits.moduleBytes else { throw .tooLarge(byteCount: first.wholeLength) }
        let lcm = try join(parts, like: first)
        guard lcm.count == first.wholeLength else {
            throw .cutShort(declared: first.wholeLength, actual: lcm.count)
        }
        guard Hash.digest(.sha256, of: lcm).bytes == first.digest else { throw .digestMismatch }
        return lcm
    }

    private static func join(_ parts: [Part], like first: Part) throws(ContainerError) -> [UInt8] {
        var places = [Int?](repeating: nil, count: first.count)
        for (place, part) in parts.enumerated() {
            guard part.count == first.count, part.wholeLength == first.wholeLength, part.digest == first.digest else {
                throw .partsDisagree
            }
            guard places[part.index - 1] == nil else { throw .duplicatePart(part: part.index) }
            places[part.index - 1] = place
        }
        var lcm: [UInt8] = []
        for (index, place) in places.enumerated() {
            guard let place else { throw .missingPart(part: index + 1, parts: first.count) }
            lcm.append(contentsOf: parts[place].data)
        }
        return lcm
    }
}
