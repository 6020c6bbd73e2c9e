// SPDX-License-Identifier: Apache-2.0

import Platform

/// The formats that Linux unpacks an initramfs from, by what they begin with (Linux, lib/decompress.c), and who unpacks
/// them here.
enum PackedStream: CaseIterable {
    case gzip, xz, zstd, bzip2, lz4, lzop, lzma

    /// As much as a machine can be expected to hold.
    private static let limit = 2 << 30
    /// Of one part: files with more of them than two or three were never seen.
    private static let mostTries = 32

    private var magic: [UInt8] {
        switch self {
        case .gzip: [0x1F, 0x8B, 0x08]
        case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
        case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
        case .bzip2: [0x42, 0x5A, 0x68]
        case .lz4: [0x02, 0x21, 0x4C, 0x18]
        case .lzop: [0x89, 0x4C, 0x5A, 0x4F]
        case .lzma: [0x5D, 0x00, 0x00]
        }
    }

    private var program: [String] {
        switch self {
        case .gzip: ["gzip", "-qdc"]
        case .xz: ["xz", "-qqdc"]
        case .zstd: ["zstd", "-qqdc"]
        case .bzip2: ["bzip2", "-qdc"]
        case .lz4: ["lz4", "-qqdc"]
        case .lzop: ["lzop", "-qdc"]
        case .lzma: ["xz", "--format=lzma", "-qqdc"]
        }
    }

    /// The one that begins there.
    static func at(_ bytes: ArraySlice<UInt8>) -> PackedStream? { allCases.first { bytes.starts(with: $0.magic) } }

    /// What the part that begins there unpacks to, and where it ends. That stands nowhere: the rest of the file is tried
    /// first, then what lies before each place that looks like the beginning of another part.
    func unpacked(_ bytes: [UInt8], from start: Int) throws(CommandFailure) -> (content: [UInt8], end: Int) {
        var failure: CommandFailure?
        var tries = 0
        // bzip2 passes over what is behind its stream without a word.
        var boundary: Int? = self == .bzip2 ? Self.boundary(bytes, after: start) ?? bytes.count : bytes.count
        while let place = boundary, tries < Self.mostTries {
            for end in Self.ends(bytes, from: start, before: place) {
                tries += 1
                do throws(CommandFailure) {
                    let limit = min(Self.limit, (64 << 20) + 256 * (end - start))
                    return (try Filter.run(program, on: bytes[start..<end], limit: limit, to: .unpackArchive), end)
                } catch {
                    // Without the program there is nothing to try.
                    guard error.isMalformed else { throw error }
                    failure = failure ?? error
                }
            }
            if self == .bzip2 {
                boundary = place == bytes.count ? nil : Self.boundary(bytes, after: place) ?? bytes.count
            } else {
                boundary = Self.boundary(bytes, after: place == bytes.count ? start : place)
            }
        }
        throw failure ?? .malformed("nothing to unpack")
    }

    /// With the zeros before the next part, and without them: a stream may end in some of its own.
    private static func ends(_ bytes: [UInt8], from start: Int, before place: Int) -> [Int] {
        let last = bytes[start..<place].lastIndex { $0 != 0 } ?? start
        return [place] + ((last + 1)..<min(last + 9, place + 1)).filter { $0 < place }
    }

    private static func boundary(_ bytes: [UInt8], after place: Int) -> Int? {
        bytes.indices.dropFirst(place + 4).first { index in
            switch bytes[index] {
            case UInt8(ascii: "0"): ArchiveEntries.isStart(bytes[index...])
            case 0x1F, 0xFD, 0x28, 0x42, 0x02, 0x89, 0x5D: at(bytes[index...])?.isCertain(bytes[index...]) ?? false
            default: false
            }
        }
    }

    /// More than the short beginnings, which packed bytes have by chance: RFC 1952, 2.3.1; the first block of bzip2; the
    /// size of lzma, which is not known or no petabyte.
    private func isCertain(_ bytes: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .gzip:
            let head = [UInt8](bytes.prefix(10))
            return head.count == 10 && head[3] & 0xE0 == 0 && [0, 2, 4].contains(head[8])
        case .bzip2: return bytes.dropFirst(4).starts(with: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
        case .xz, .zstd, .lz4, .lzop: return true
        case .lzma:
            let size = [UInt8](bytes.dropFirst(5).prefix(8))
            return size.count == 8 && (size.allSatisfy { $0 == 0xFF } || size[6] | size[7] == 0)
        }
    }
}

extension Filter.Purpose {
    static let unpackArchive = Filter.Purpose(task: "unpack the initramfs")
}
