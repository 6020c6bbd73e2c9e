// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// A file that was not there before, for its owner alone. It stays open until the process ends.
public struct NewFile: Sendable {
    private let descriptor: Int32

    /// EEXIST for one that is there: the log of another launch is evidence.
    public init(_ path: [UInt8]) throws(SystemError) {
        guard let name = CPath(path) else { throw SystemError(.createFile, code: Errno.invalid.code, path: path) }
        // Safety: the array lives through the call and ends in zero.
        descriptor = unsafe domb_open(name.characters, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(.createFile, code: domb_last_error(), path: path) }
    }

    /// Whether all of it was taken.
    func append(_ bytes: [UInt8]) -> Bool { writeAll(bytes, to: descriptor) }

    /// Instead of what is in it; whether all of it was taken.
    func replace(with bytes: [UInt8]) -> Bool {
        ftruncate(descriptor, 0) == 0 && lseek(descriptor, 0, SEEK_SET) == 0 && writeAll(bytes, to: descriptor)
    }
}

/// Whether all of it was taken.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
        // Safety: the array lives through the call, which reads no more than the rest of it.
        let count = unsafe bytes[done...].withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return false }
        done += count
    }
    return true
}
