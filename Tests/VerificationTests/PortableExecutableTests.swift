// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// Which bytes of a PE image firmware hashes, and in which order: images of every shape, and the same bytes put together
/// by hand (Windows Authenticode Portable Executable Signature Format, "Calculating the PE Image Hash").
@Suite struct PortableExecutableTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        var isWide = true
        var directories = 16
        /// Places in the file, in the table's order; each section has 128 bytes. Zero: a section without content.
        var sections = [512, 640, 768]
        var tail = 24
        var signature = 16

        var testDescription: String {
            "\(isWide ? "PE32+" : "PE32"), \(directories) directories, sections at \(sections), \(tail) + \(signature)"
        }
    }

    private static let pe = 64
    private static let headerSize = 512

    private static func image(_ shape: Shape) -> (bytes: [UInt8], hashed: [UInt8]) {
        var bytes = (0..<headerSize).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
        func put(_ value: Int, _ byteCount: Int, at place: Int) {
            for index in 0..<byteCount { bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
        }
        let optional = pe + 24
        let directories = optional + (shape.isWide ? 108 : 92)
        let table = directories + 4 + 8 * shape.directories
        put(0x5A4D, 2, at: 0)
        put(pe, 4, at: 0x3C)
        put(0x4550, 4, at: pe)
        put(shape.sections.count, 2, at: pe + 6)
        put(table - optional, 2, at: pe + 20)
        put(shape.isWide ? 0x20B : 0x10B, 2, at: optional)
        put(headerSize, 4, at: optional + 60)
        put(shape.directories, 4, at: directories)
        for (index, place) in shape.sections.enumerated() {
            put(place == 0 ? 0 : 128, 4, at: table + 40 * index + 16)
            put(place, 4, at: table + 40 * index + 20)
        }
        let placed = shape.sections.filter { $0 > 0 }.sorted()
        let contentEnd = placed.last.map { $0 + 128 } ?? headerSize
        let (checksum, entry) = (optional + 64, directories + 4 + 8 * 4)
        let hasEntry = shape.directories > 4
        if hasEntry {
            put(contentEnd + shape.tail, 4, at: entry)
            put(shape.signature, 4, at: entry + 4)
        }
        bytes += (headerSize..<contentEnd).map { UInt8(truncatingIfNeeded: $0 &* 11 >> 3) }
        let rest = (0..<shape.tail).map { UInt8(truncatingIfNeeded: 0xC0 &+ $0) }
        bytes += rest + (hasEntry ? [UInt8](repeating: 0x99, count: shape.signature) : [])
        var hashed = bytes[..<checksum] + bytes[(checksum + 4)..<headerSize]
        if hasEntry { hashed = bytes[..<checksum] + bytes[(checksum + 4)..<entry] + bytes[(entry + 8)..<headerSize] }
        for place in placed { hashed += bytes[place..<(place + 128)] }
        return (bytes, [UInt8](hashed) + rest)
    }

    private static let orders = [
        [512, 640, 768], [512, 768, 640], [640, 512, 768], [640, 768, 512], [768, 512, 640], [768, 640, 512],
    ]
    private static let shapes: [Shape] =
        orders.flatMap { sections in [true, false].map { Shape(isWide: $0, sections: sections) } }
        + [0, 1, 4, 5, 6].flatMap { count in [true, false].map { Shape(isWide: $0, directories: count) } }
        + [[], [512], [640, 0, 512], [0, 512], [0, 0, 0]].map { Shape(sections: $0) }
        + [(0, 0), (0, 8), (8, 0)].map { Shape(tail: $0.0, signature: $0.1) }

    private func digest(_ bytes: [UInt8]) -> Digest? {
        PortableExecutable(bytes)?.digest(.sha256, hashing: SwiftCryptoHash.self)
    }

    @Test(arguments: shapes) func sectionsAreHashedInTheFilesOrder(shape: Shape) {
        let (bytes, hashed) = Self.image(shape)
        #expect(digest(bytes) == SwiftCryptoHash.digest(.sha256, of: hashed))
    }

    /// The checksum and the signatures with their entry change nothing; any other byte does.
    @Test func everyByteButChecksumAndSignaturesCounts() {
        let shape = Shape()
        let (bytes, _) = Self.image(shape)
        let good = digest(bytes)
        let optional = Self.pe + 24
        let entry = optional + 108 + 4 + 32
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 0x10
            let isLeftOut =
                (optional + 64..<optional + 68).contains(place) || (entry..<(entry + 4)).contains(place)
                || place >= bytes.count - shape.signature
            #expect((digest(changed) == good) == isLeftOut, "byte \(place)")
        }
    }

    /// A section of which a part, or all, lies beyond the file, which is large enough for the sizes of all together.
    @Test func aSectionBeyondTheFileIsNoImage() {
        let (bytes, _) = Self.image(Shape(sections: [512], tail: 400, signature: 0))
        let place = Self.pe + 24 + 108 + 4 + 8 * 16 + 20
        for (start, isWhole) in [(512, true), (bytes.count - 128, true)]
            + [1, 64, 127, 128, 129, 1000].map({ (bytes.count - 128 + $0, false) })
        {
            var moved = bytes
            for index in 0..<4 { moved[place + index] = UInt8(truncatingIfNeeded: start >> (8 * index)) }
            #expect((PortableExecutable(moved) != nil) == isWhole, "at \(start) of \(bytes.count)")
        }
    }

    /// A section, or signatures, that reach beyond the file.
    @Test func whatReachesBeyondTheFileIsNoImage() {
        let (bytes, _) = Self.image(Shape())
        for length in [512, 600, 767, 895, 896 + 15] {
            #expect(digest([UInt8](bytes[..<length])) == nil, "cut to \(length)")
        }
    }
}
