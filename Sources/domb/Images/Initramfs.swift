// SPDX-License-Identifier: Apache-2.0

import Platform

/// The files of an initramfs as Linux unpacks it (init/initramfs.c, unpack_to_rootfs): plain and packed archives one behind
/// the other, of two files of one path the later one.
struct Initramfs {
    /// Links that one path may lead over.
    private static let mostLinks = 40

    let path: String
    private var entries: [[[UInt8]]: ArchiveEntries.Entry] = [:]

    /// Exit code 65 where Linux would give up, too; 69 without the program that unpacks it.
    init(_ content: [UInt8], from path: String) throws(CommandFailure) {
        self.path = path
        do throws(CommandFailure) {
            for entry in try Self.entries(content) { entries[entry.path] = entry }
        } catch {
            throw CommandFailure(exitCode: error.exitCode, message: "\(path): \(error.message)")
        }
        guard !entries.isEmpty else { throw .malformed("\(path): no initramfs: it holds no file") }
    }

    private static func entries(_ content: [UInt8]) throws(CommandFailure) -> [ArchiveEntries.Entry] {
        var archive = ArchiveEntries()
        var offset = 0
        while offset < content.count {
            if content[offset] == 0 {
                offset = content[offset...].firstIndex { $0 != 0 } ?? content.count
            } else if ArchiveEntries.isStart(content[offset...]) {
                guard offset % 4 == 0 else {
                    throw .malformed("an archive that does not begin at a multiple of four (offset \(offset))")
                }
                offset = try read(&archive, content, from: offset)
            } else if let stream = PackedStream.at(content[offset...]) {
                let (unpacked, end) = try stream.unpacked(content, from: offset)
                try add(unpacked, to: &archive)
                offset = end
            } else {
                throw .malformed(
                    "no initramfs: neither a cpio archive of the form newc nor one that is packed (offset \(offset))")
            }
        }
        return archive.entries
    }

    /// What was packed is archives alone.
    private static func add(_ unpacked: [UInt8], to archive: inout ArchiveEntries) throws(CommandFailure) {
        var offset = 0
        while true {
            offset = unpacked[offset...].firstIndex { $0 != 0 } ?? unpacked.count
            guard offset < unpacked.count else { return }
            guard ArchiveEntries.isStart(unpacked[offset...]) else {
                throw .malformed(
                    "what is packed in it is no cpio archive of the form newc (unpacked, offset \(offset))")
            }
            offset = try read(&archive, unpacked, from: offset)
        }
    }

    private static func read(
        _ archive: inout ArchiveEntries, _ bytes: [UInt8], from offset: Int
    ) throws(CommandFailure) -> Int {
        do throws(ArchiveEntries.Problem) {
            return try archive.read(bytes, from: offset)
        } catch {
            throw .malformed(error.text)
        }
    }

    /// What a program finds under that path; `nil` for what is no file.
    func file(_ path: String) -> ArraySlice<UInt8>? {
        var rest = ArchiveEntries.parts(path.utf8)
        var place: [[UInt8]] = []
        var links = 0
        while let part = rest.first {
            rest.removeFirst()
            if part == Array("..".utf8) {
                place = place.dropLast()
                continue
            }
            place.append(part)
            guard let entry = entries[place], entry.kind == .link else { continue }
            links += 1
            guard links <= Self.mostLinks else { return nil }
            place = entry.content.first == UInt8(ascii: "/") ? [] : place.dropLast()
            rest = ArchiveEntries.parts(entry.content) + rest
        }
        guard let entry = entries[place], entry.kind == .file else { return nil }
        return entry.content
    }
}
