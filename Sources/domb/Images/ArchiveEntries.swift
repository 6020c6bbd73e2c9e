// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The entries of cpio archives in the newc format, one behind the other with zeros between them (Linux, Documentation/
/// driver-api/early-userspace/buffer-format.rst).
struct ArchiveEntries {
    struct Problem: Error, Equatable {
        let text: String
    }

    enum Kind: Equatable {
        case file, folder, link, other
    }

    struct Entry: Equatable {
        /// Parts of the path, without "." and empty ones.
        let path: [[UInt8]]
        let kind: Kind
        /// Of a link the path that it leads to.
        let content: ArraySlice<UInt8>
    }

    private static let magics = [Line("070701").bytes, Line("070702").bytes]
    private static let headerSize = 110
    private static let trailer = Line("TRAILER!!!").bytes

    private(set) var entries: [Entry] = []
    /// What a file's other names have: the content stands with one of them.
    private var linked: [(key: [UInt32], path: [[UInt8]], hasContent: Bool)] = []

    /// Whether a plain archive begins there.
    static func isStart(_ bytes: ArraySlice<UInt8>) -> Bool { magics.contains { bytes.starts(with: $0) } }

    /// Reads the archive that begins there; returns where it ends, with the zeros behind it.
    mutating func read(_ bytes: [UInt8], from start: Int) throws(Problem) -> Int {
        var offset = start
        while Self.isStart(bytes[offset...]) {
            let fields = try Self.fields(bytes, at: offset)
            let (mode, size, nameSize) = (fields[1], Int(fields[6]), Int(fields[11]))
            let nameEnd = offset + Self.headerSize + nameSize
            guard nameSize > 0, nameEnd <= bytes.count, bytes[nameEnd - 1] == 0 else { throw Self.cut(at: offset) }
            let name = bytes[(offset + Self.headerSize)..<(nameEnd - 1)]
            let dataStart = Self.aligned(nameEnd, from: start)
            guard dataStart <= bytes.count || size == 0, bytes.count - min(dataStart, bytes.count) >= size else {
                throw Self.cut(at: offset)
            }
            let content = size == 0 ? [] : bytes[dataStart..<(dataStart + size)]
            offset = min(Self.aligned(dataStart + size, from: start), bytes.count)
            if name.elementsEqual(Self.trailer) {
                linked = []
                return bytes[offset...].firstIndex { $0 != 0 } ?? bytes.count
            }
            add(name, mode, content, fields)
        }
        return offset
    }

    /// Inode, mode, uid, gid, links, time, size, four of devices, size of the name, checksum.
    private static func fields(_ bytes: [UInt8], at offset: Int) throws(Problem) -> [UInt32] {
        guard bytes.count - offset >= headerSize else { throw cut(at: offset) }
        var fields: [UInt32] = []
        for place in stride(from: offset + 6, to: offset + headerSize, by: 8) {
            let digits = bytes[place..<(place + 8)]
            guard digits.allSatisfy({ Hexadecimal.nibble($0) != nil }) else {
                throw Problem(text: "a header with something else than hexadecimal digits (offset \(place))")
            }
            fields.append(digits.reduce(0) { $0 << 4 | UInt32(Hexadecimal.nibble($1) ?? 0) })
        }
        return fields
    }

    private static func cut(at offset: Int) -> Problem {
        Problem(text: "the archive ends within an entry (offset \(offset))")
    }

    private static func aligned(_ place: Int, from start: Int) -> Int { start + (place - start + 3) & ~3 }

    /// Of two entries of one path the later one counts.
    private mutating func add(
        _ name: ArraySlice<UInt8>, _ mode: UInt32, _ content: ArraySlice<UInt8>, _ fields: [UInt32]
    ) {
        let kind: Kind =
            switch mode & 0o170000 {
            case 0o100000: .file
            case 0o040000: .folder
            case 0o120000: .link
            default: .other
            }
        let path = Self.parts(name)
        var content = content
        if kind == .file, fields[4] > 1 { content = shared(path, content, [fields[0], fields[7], fields[8]]) }
        entries.append(Entry(path: path, kind: kind, content: content))
    }

    /// The content of a file with several names; names before this one get it, too, where it is the one that has it.
    private mutating func shared(
        _ path: [[UInt8]], _ content: ArraySlice<UInt8>, _ key: [UInt32]
    ) -> ArraySlice<UInt8> {
        let others = linked.filter { $0.key == key }
        linked.append((key, path, !content.isEmpty))
        if content.isEmpty {
            guard let owner = others.first(where: { $0.hasContent }) else { return content }
            return entries.last { $0.path == owner.path }?.content ?? content
        }
        for other in others { entries.append(Entry(path: other.path, kind: .file, content: content)) }
        return content
    }

    static func parts(_ path: some Sequence<UInt8>) -> [[UInt8]] {
        [UInt8](path).split(separator: UInt8(ascii: "/")).map { [UInt8]($0) }.filter { $0 != [UInt8(ascii: ".")] }
    }
}
