// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import LinuxBindings
import Platform

/// A file that was not there before, for its owner alone. It stays open until the process ends.
struct NewFile: Sendable {
    private let descriptor: Int32

    /// EEXIST for one that is there: the log of another launch is evidence.
    init(_ path: [UInt8]) throws(SystemError) {
        guard let name = CPath(path) else { throw SystemError(.createFile, code: Errno.invalid.code, path: path) }
        // Safety: the array lives through the call and ends in zero.
        descriptor = unsafe domb_open(name.characters, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(.createFile, code: domb_last_error(), path: path) }
    }

    /// Whether all of it was taken.
    func append(_ line: Line) -> Bool { writeAll(line.bytes, to: descriptor) }

    /// Instead of what is in it; whether all of it was taken.
    func replace(with bytes: [UInt8]) -> Bool {
        ftruncate(descriptor, 0) == 0 && lseek(descriptor, 0, SEEK_SET) == 0 && writeAll(bytes, to: descriptor)
    }
}
