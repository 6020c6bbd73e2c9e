// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The loadable segments of an ELF kernel, as libxenguest puts them into a domain's memory.
///
/// Executable and Linkable Format, version 1, 32-bit and 64-bit, least significant byte first. Nothing of the file is
/// believed: every offset and sum is checked.
struct ELFKernel {
    /// One PT_LOAD: `file` bytes of the file, then zeros up to `byteCount`.
    struct LoadedSegment {
        let address: UInt64
        let byteCount: UInt64
        let file: Range<Int>
    }

    enum Problem: Error, Equatable {
        case notELF
        case cutShort(String)
        case unsupported(String)
        case badSegment(Int, String)
        case noSegments

        var text: String {
            switch self {
            case .notELF: "not an ELF file"
            case .cutShort(let part): "the file ends inside \(part)"
            case .unsupported(let what): what
            case .badSegment(let index, let what): "program header \(index): \(what)"
            case .noSegments: "no loadable segment"
            }
        }
    }

    static let magic: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]
    /// A PVH kernel starts in 32-bit mode, so that it cannot lie higher.
    private static let addressLimit: UInt64 = 1 << 32

    /// Ascending, no two overlapping, none empty.
    let segments: [LoadedSegment]
    /// Where the ELF header says that it begins; virtual.
    let entry: UInt64
    /// What libelf reserves: from the first loadable header's address to the last one's end, empty ones included.
    let range: Range<UInt64>

    init(parsing file: [UInt8]) throws(Problem) {
        guard file.starts(with: Self.magic) else { throw .notELF }
        let header = try ELFFileHeader(file)
        var found: [(index: Int, segment: LoadedSegment)] = []
        var (low, high) = (UInt64.max, UInt64.zero)
        for index in 0..<header.programHeaderCount {
            let program = try ELFProgramHeader(
                file, at: header.offset(ofProgramHeader: index), is64Bit: header.is64Bit)
            guard program.isLoadable else { continue }
            let end = try Self.end(of: program, index)
            (low, high) = (min(low, program.address), max(high, end))
            if let segment = try Self.segment(index, program, file) { found.append((index, segment)) }
        }
        found.sort { $0.segment.address < $1.segment.address }
        for (left, right) in zip(found, found.dropFirst())
        where left.segment.address + left.segment.byteCount > right.segment.address {
            throw .badSegment(right.index, "overlaps program header \(left.index) in memory")
        }
        guard !found.isEmpty else { throw .noSegments }
        guard found.count <= Limits.segments else {
            throw .unsupported(
                "\(found.count) loadable segments, more than the \(Limits.segments) that an LCM may name")
        }
        segments = found.map { $0.segment }
        entry = header.entry
        range = low..<high
    }

    private static func end(of program: ELFProgramHeader, _ index: Int) throws(Problem) -> UInt64 {
        let (end, overflow) = program.address.addingReportingOverflow(program.memorySize)
        guard !overflow, end <= addressLimit else { throw .badSegment(index, "ends above 4 GiB") }
        return end
    }

    private static func segment(
        _ index: Int, _ program: ELFProgramHeader, _ file: [UInt8]
    ) throws(Problem) -> LoadedSegment? {
        guard program.memorySize > 0 else { return nil }
        guard program.fileSize <= program.memorySize else {
            throw .badSegment(index, "more bytes in the file than in memory")
        }
        guard let range = program.fileRange(in: file) else { throw .badSegment(index, "lies outside the file") }
        return LoadedSegment(address: program.address, byteCount: program.memorySize, file: range)
    }
}

/// What of the ELF header leads to the program headers.
struct ELFFileHeader {
    let is64Bit: Bool
    let entry: UInt64
    let programHeaderCount: Int
    private let tableOffset: UInt64
    private let entrySize: UInt64

    init(_ file: [UInt8]) throws(ELFKernel.Problem) {
        let identity = try LittleEndianField.value(file, at: 4, byteCount: 2, of: "the ELF header")
        switch identity & 0xFF {
        case 1: is64Bit = false
        case 2: is64Bit = true
        default: throw .unsupported("neither a 32-bit nor a 64-bit ELF file")
        }
        guard identity >> 8 == 1 else { throw .unsupported("not a little-endian ELF file") }
        let machine = try Self.field(file, 18, 2)
        guard machine == 3 || machine == 62 else { throw .unsupported("not for x86 (e_machine \(machine))") }
        entry = try is64Bit ? Self.field(file, 24, 8) : Self.field(file, 24, 4)
        tableOffset = try is64Bit ? Self.field(file, 32, 8) : Self.field(file, 28, 4)
        entrySize = try Self.field(file, is64Bit ? 54 : 42, 2)
        let count = try Self.field(file, is64Bit ? 56 : 44, 2)
        // PN_XNUM: the true count is elsewhere. No kernel has that many.
        guard count < 0xFFFF else { throw .unsupported("too many program headers") }
        guard count == 0 || entrySize >= (is64Bit ? 56 : 32) else {
            throw .unsupported("program headers of \(entrySize) bytes")
        }
        programHeaderCount = Int(count)
    }

    /// `nil` where it is beyond what a file can hold.
    func offset(ofProgramHeader index: Int) -> Int? {
        let (sum, overflow) = tableOffset.addingReportingOverflow(UInt64(index) * entrySize)
        return overflow ? nil : Int(exactly: sum)
    }

    private static func field(_ file: [UInt8], _ offset: Int, _ byteCount: Int) throws(ELFKernel.Problem) -> UInt64 {
        try LittleEndianField.value(file, at: offset, byteCount: byteCount, of: "the ELF header")
    }
}

/// One program header, of either class.
struct ELFProgramHeader {
    let type: UInt64
    let flags: UInt64
    let fileOffset: UInt64
    let address: UInt64
    let fileSize: UInt64
    let memorySize: UInt64

    init(_ file: [UInt8], at start: Int?, is64Bit: Bool) throws(ELFKernel.Problem) {
        func field(_ narrow: Int, _ wide: Int, _ byteCount: Int) throws(ELFKernel.Problem) -> UInt64 {
            guard let start, start <= file.count else { throw .cutShort("the program headers") }
            return try LittleEndianField.value(
                file, at: start + (is64Bit ? wide : narrow), byteCount: byteCount, of: "the program headers")
        }
        let word = is64Bit ? 8 : 4
        type = try field(0, 0, 4)
        flags = try field(24, 4, 4)
        fileOffset = try field(4, 8, word)
        address = try field(12, 24, word)
        fileSize = try field(16, 32, word)
        memorySize = try field(20, 40, word)
    }

    /// As libelf's elf_phdr_is_loadable has it: a segment that nobody may touch is not loaded.
    var isLoadable: Bool { type == 1 && flags & 7 != 0 }

    /// `nil` where the file has no such bytes.
    func fileRange(in file: [UInt8]) -> Range<Int>? {
        guard fileOffset <= UInt64(file.count), fileSize <= UInt64(file.count) - fileOffset else { return nil }
        let start = Int(fileOffset)
        return start..<(start + Int(fileSize))
    }
}

enum LittleEndianField {
    static func value(
        _ file: [UInt8], at offset: Int, byteCount: Int, of part: String
    ) throws(ELFKernel.Problem) -> UInt64 {
        guard offset >= 0, offset <= file.count, file.count - offset >= byteCount else { throw .cutShort(part) }
        var value: UInt64 = 0
        for index in (offset..<(offset + byteCount)).reversed() { value = value << 8 | UInt64(file[index]) }
        return value
    }
}
