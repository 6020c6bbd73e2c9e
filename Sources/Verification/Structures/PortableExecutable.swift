// SPDX-License-Identifier: Apache-2.0

import Platform

/// The parts of a PE image that firmware hashes before it starts it: everything but the checksum and the signatures
/// (Windows Authenticode Portable Executable Signature Format, "Calculating the PE Image Hash"). Little-endian.
///
/// | where | what |
/// |---|---|
/// | 0, 0x3C | "MZ"; u32 place of "PE", 0, 0 |
/// | PE + 6, + 20 | u16 count of sections; u16 size of the optional header, which is at PE + 24 |
/// | optional + 0 | u16 magic: 010b PE32, 020b PE32+ |
/// | optional + 60, + 64 | u32 size of all headers; u32 checksum |
/// | optional + 92 or + 108 | u32 count of data directories, then 8 bytes for each; number 4 is the signatures' |
/// | after it | sections, 40 bytes each: name in 8 bytes, u32 size in memory at + 8, u32 size at + 16, u32 place at + 20 |
struct PortableExecutable {
    private let image: [UInt8]
    /// In the order in which they are hashed.
    private let hashed: [Range<Int>]
    /// By name, in the table's order.
    private let named: [(name: [UInt8], content: Range<Int>)]

    /// `nil` for what is no PE image, or not one that firmware would start.
    init?(_ image: [UInt8]) {
        guard image.starts(with: Line("MZ").bytes), let header = Self.word(image, 0x3C),
            header <= image.count, image[header...].starts(with: Line("PE").bytes + [0, 0]),
            let sectionCount = Self.half(image, header + 6), let optionalSize = Self.half(image, header + 20)
        else { return nil }
        let optional = header + 24
        let wide: Bool
        switch Self.half(image, optional) {
        case 0x10B: wide = false
        case 0x20B: wide = true
        default: return nil
        }
        let directories = optional + (wide ? 108 : 92)
        guard let headerSize = Self.word(image, optional + 60), let count = Self.word(image, directories) else {
            return nil
        }
        let entry = directories + 4 + 4 * 8
        let hasEntry = count > 4
        let signatureSize = hasEntry ? Self.word(image, entry + 4) : 0
        let checksum = optional + 64
        guard let signatureSize, checksum + 4 <= entry, (hasEntry ? entry + 8 : checksum + 4) <= headerSize,
            headerSize <= image.count
        else { return nil }
        var ranges = [0..<checksum]
        if hasEntry {
            ranges += [(checksum + 4)..<entry, (entry + 8)..<headerSize]
        } else {
            ranges.append((checksum + 4)..<headerSize)
        }
        let table = optional + optionalSize
        guard let named = Self.sections(image, at: table, count: sectionCount) else { return nil }
        let sections = named.map(\.content).sorted { $0.lowerBound < $1.lowerBound }
        ranges += sections
        // What follows the sections, without the signatures, which end the file.
        let end = sections.reduce(headerSize) { $0 + $1.count }
        guard end <= image.count, signatureSize <= image.count - end else { return nil }
        ranges.append(end..<(image.count - signatureSize))
        self.image = image
        self.named = named
        hashed = ranges
    }

    /// In the table's order; those without content are left out.
    private static func sections(
        _ image: [UInt8], at table: Int, count: Int
    ) -> [(name: [UInt8], content: Range<Int>)]? {
        var sections: [(name: [UInt8], content: Range<Int>)] = []
        for index in 0..<count {
            let section = table + 40 * index
            guard let size = word(image, section + 16), let place = word(image, section + 20) else { return nil }
            guard size > 0 else { continue }
            guard place <= image.count, size <= image.count - place else { return nil }
            // The words above are within the image, and so is the name before them.
            let name = [UInt8](image[section..<(section + 8)].prefix { $0 != 0 })
            sections.append((name: name, content: place..<(place + size)))
        }
        return sections
    }

    /// What the first section of the name holds.
    func section(_ name: StaticString) -> [UInt8]? {
        named.first { $0.name == Line(name).bytes }.map { [UInt8](image[$0.content]) }
    }

    func digest<Hash: ContentHash>(_ algorithm: HashAlgorithm, hashing: Hash.Type) -> Digest {
        var hash = Hash(algorithm)
        let span = image.span
        for range in hashed { hash.update(span.extracting(range)) }
        return hash.finish()
    }

    private static func half(_ image: [UInt8], _ place: Int) -> Int? {
        guard place >= 0, place + 2 <= image.count else { return nil }
        return Int(image[place]) | Int(image[place + 1]) << 8
    }

    private static func word(_ image: [UInt8], _ place: Int) -> Int? {
        guard let low = half(image, place), let high = half(image, place + 2) else { return nil }
        return low | high << 16
    }
}
