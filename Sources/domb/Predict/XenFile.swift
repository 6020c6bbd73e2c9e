// SPDX-License-Identifier: Apache-2.0

import Platform

/// A Xen as GRUB loads it: what it will say of itself.
struct XenFile {
    private static let limit = 1 << 27

    /// GNU build id; empty where it was linked without.
    let buildID: [UInt8]
    /// "4.20.4-pre", as `xl info` has it; `nil` where it was not found beyond doubt.
    let version: String?

    init(reading path: String) throws(CommandFailure) {
        let file = try HostFile.read(path, limit: Self.limit)
        try self.init(try PackedFile.unpacked(file, path, limit: Self.limit), from: path)
    }

    /// The multiboot image, unpacked.
    init(_ content: [UInt8], from path: String) throws(CommandFailure) {
        do throws(ELFKernel.Problem) {
            guard content.starts(with: ELFKernel.magic) else { throw .notELF }
            buildID = try ELFNotes(parsing: content).buildID ?? []
        } catch {
            throw .malformed("\(path): \(error.text)")
        }
        let found = stride(from: 0, to: content.count, by: Self.alignment).compactMap { Self.version(content, at: $0) }
        version = found.count == 1 ? found.first : nil
    }
}

/// Xen's version stands in no note and no table. Three functions that follow each other give it
/// (xen/common/version.c: xen_major_version, xen_minor_version, xen_extra_version), and they are as short as functions can
/// be: one instruction, and the return.
extension XenFile {
    /// Of functions, in an address and in the file.
    private static let alignment = 16
    /// XEN_EXTRAVERSION_LEN (xen/public/version.h).
    private static let longestExtra = 16

    private static func version(_ content: [UInt8], at place: Int) -> String? {
        guard let major = constant(content, at: place),
            let minor = constant(content, at: place + alignment),
            let extra = string(content, at: place + 2 * alignment)
        else { return nil }
        return "\(major).\(minor)\(extra)"
    }

    /// `mov $N, %eax`.
    private static func constant(_ content: [UInt8], at place: Int) -> UInt32? {
        let place = start(content, place)
        guard place + 5 < content.count, content[place] == 0xB8, isReturn(content[place + 5]) else { return nil }
        let value = word(content, place + 1)
        return value < 256 ? value : nil
    }

    /// `lea OFFSET(%rip), %rax`, and the string that lies there.
    private static func string(_ content: [UInt8], at place: Int) -> String? {
        let place = start(content, place)
        guard place + 7 < content.count, content[place...].starts(with: [0x48, 0x8D, 0x05]),
            isReturn(content[place + 7])
        else { return nil }
        let target = place + 7 + Int(Int32(bitPattern: word(content, place + 3)))
        guard content.indices.contains(target) else { return nil }
        let bytes = content[target...].prefix(longestExtra)
        guard let end = bytes.firstIndex(of: 0), let text = String(validating: bytes[..<end], as: UTF8.self),
            text.hasPrefix(".") || text.hasPrefix("-"),
            text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F })
        else { return nil }
        return text
    }

    /// Behind an endbr64.
    private static func start(_ content: [UInt8], _ place: Int) -> Int {
        place < content.count && content[place...].starts(with: [0xF3, 0x0F, 0x1E, 0xFA]) ? place + 4 : place
    }

    /// `ret`, or a jump to what returns where retpolines are built in.
    private static func isReturn(_ byte: UInt8) -> Bool { byte == 0xC3 || byte == 0xE9 }

    private static func word(_ content: [UInt8], _ place: Int) -> UInt32 {
        content[place..<(place + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
