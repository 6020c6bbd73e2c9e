// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LinuxBindings
import Platform

/// A boot module of the initramfs: /images/N holds the module with index N.
struct ImageFile: Equatable {
    /// What the first bytes say that the file is.
    enum Kind: Equatable {
        case elf, bzImage
        /// libxenguest unpacks it and looks again.
        case gzip
        case other
    }

    let moduleIndex: UInt32

    var path: [UInt8] {
        let path: Line = "/images/\(moduleIndex)"
        return path.bytes
    }

    /// Opens the file and looks at its first bytes. Throws the positive errno.
    func kind() throws(Errno) -> Kind {
        guard let path = CPath(path) else { throw .invalid }
        return Self.kind(of: try OpenFile(path).read(atMost: 1024))
    }

    /// Why the builder cannot take it.
    static func problem(moduleIndex: UInt32, isKernel: Bool) -> Refusal.Reason? {
        let file = ImageFile(moduleIndex: moduleIndex)
        do throws(Errno) {
            return try file.kind() == .other && isKernel ? .unknownKernel(path: file.path) : nil
        } catch {
            return .missingImage(path: file.path, code: error.code)
        }
    }

    static func kind(of head: [UInt8]) -> Kind {
        // Linux, Documentation/x86/boot.rst: the setup header's magic lies at 0x202.
        let setupMagic = 0x202
        if head.starts(with: [0x7F, 0x45, 0x4C, 0x46]) { return .elf }
        if head.starts(with: [0x1F, 0x8B]) { return .gzip }
        if head.dropFirst(setupMagic).starts(with: Line("HdrS").bytes) { return .bzImage }
        return .other
    }
}
