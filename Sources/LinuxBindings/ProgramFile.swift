// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// A program that runs instead of this one or beside it. It is hashed and run through one open file, so that what was
/// measured is what runs.
public struct ProgramFile: ~Copyable {
    private let file: OpenFile
    /// Valid as long as this value lives.
    public var descriptor: Int32 { file.descriptor }
    /// The path that it was opened by.
    public let path: CPath

    public init(path bytes: [UInt8]) throws(SystemError) {
        guard let path = CPath(bytes) else { throw SystemError(.openTarget, code: Errno.invalid.code, path: bytes) }
        do throws(Errno) {
            file = try OpenFile(path)
        } catch {
            throw SystemError(.openTarget, code: error.code, path: bytes)
        }
        self.path = path
    }

    /// SHA-256 and size of the whole file.
    public borrowing func digest<Hash: ContentHash>(_: Hash.Type) throws(SystemError) -> (
        digest: Digest, byteCount: UInt64
    ) {
        var hash = Hash(.sha256)
        var byteCount: UInt64 = 0
        do throws(Errno) {
            try file.rewind()
            while true {
                let chunk = try file.read(atMost: 65536)
                if chunk.isEmpty { return (hash.finish(), byteCount) }
                hash.update(chunk.span)
                byteCount += UInt64(chunk.count)
            }
        } catch {
            throw SystemError(.readTarget, code: error.code, path: path.bytes)
        }
    }

    /// Replaces this process; the program's name is followed by this argument, where there is one. Returns only on failure.
    /// The file's own descriptor closes with the exec.
    public borrowing func execute(_ argument: CPath? = nil) -> SystemError {
        // Safety: the arrays live through the call and end in zero.
        if let argument {
            unsafe domb_execute(file.descriptor, path.characters, argument.characters)
        } else {
            unsafe domb_execute(file.descriptor, path.characters, nil)
        }
        return SystemError(.execute, code: domb_last_error(), path: path.bytes)
    }
}
