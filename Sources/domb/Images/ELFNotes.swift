// SPDX-License-Identifier: Apache-2.0

import Platform

/// The notes of an ELF file, in the order of its PT_NOTE program headers. Each is three words (size of the name with its
/// zero, size of the value, type), then name and value, both padded to a multiple of four.
struct ELFNotes {
    /// XEN_ELFNOTE_* (xen/public/elfnote.h) of the owner "Xen".
    enum Xen {
        static let virtualEntry: UInt64 = 1
        static let hypercallPage: UInt64 = 2
        static let virtualBase: UInt64 = 3
        static let physicalOffset: UInt64 = 4
        static let version: UInt64 = 5
        static let symbols: UInt64 = 11
        static let frameList: UInt64 = 15
        static let moduleStartFrame: UInt64 = 16
        static let entry: UInt64 = 18
    }

    struct Note {
        /// Without its zero.
        let owner: [UInt8]
        let type: UInt64
        let value: ArraySlice<UInt8>

        /// As libelf reads a number: of one, two, four or eight bytes, anything else is zero.
        var number: UInt64 {
            guard [1, 2, 4, 8].contains(value.count) else { return 0 }
            return value.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private static let headerSize = 12
    /// ELF_MAX_TOTAL_NOTE_COUNT of libelf.
    private static let limit = 65536

    private(set) var all: [Note] = []

    init(parsing file: [UInt8]) throws(ELFKernel.Problem) {
        let header = try ELFFileHeader(file)
        for index in 0..<header.programHeaderCount {
            let program = try ELFProgramHeader(
                file, at: header.offset(ofProgramHeader: index), is64Bit: header.is64Bit)
            // As libelf has it: some linkers leave an offset of zero.
            guard program.type == 4, program.fileOffset != 0 else { continue }
            guard let range = program.fileRange(in: file) else { throw .badSegment(index, "lies outside the file") }
            try read(file, range)
        }
    }

    /// Fewer bytes than a note's head are padding: linkers leave them, and libelf stops there, too.
    private mutating func read(_ file: [UInt8], _ range: Range<Int>) throws(ELFKernel.Problem) {
        var place = range.lowerBound
        while place + Self.headerSize <= range.upperBound {
            func word(_ offset: Int) throws(ELFKernel.Problem) -> Int {
                Int(try LittleEndianField.value(file, at: place + offset, byteCount: 4, of: "the notes"))
            }
            let (nameSize, valueSize) = (try word(0), try word(4))
            let name = place + Self.headerSize
            let value = name + Self.padded(nameSize)
            guard value <= file.count, valueSize <= file.count - value else { throw .cutShort("the notes") }
            guard all.count < Self.limit else { throw .unsupported("too many notes") }
            all.append(
                Note(
                    owner: [UInt8](file[name..<(name + nameSize)].prefix { $0 != 0 }), type: UInt64(try word(8)),
                    value: file[value..<(value + valueSize)]))
            place = value + Self.padded(valueSize)
        }
    }

    private static func padded(_ size: Int) -> Int { (size + 3) & ~3 }

    func values(_ owner: StaticString, _ type: UInt64) -> [Note] {
        let name = Array(owner.description.utf8)
        return all.filter { $0.owner == name && $0.type == type }
    }

    /// NT_GNU_BUILD_ID, the linker's digest over a program; `nil` where there is none.
    var buildID: [UInt8]? { values("GNU", 3).first.map { [UInt8]($0.value) } }
}
