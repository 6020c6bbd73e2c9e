// SPDX-License-Identifier: Apache-2.0

import CLaunchShim
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
        descriptor = unsafe name.characters.withUnsafeBufferPointer { unsafe domb_create($0.baseAddress) }
        guard descriptor >= 0 else { throw SystemError(.createFile, code: -descriptor, path: path) }
    }

    /// Whether all of it was taken.
    func append(_ line: Line) -> Bool {
        // Safety: the array lives through the call, which reads exactly its count.
        unsafe line.bytes.withUnsafeBytes { unsafe domb_write(descriptor, $0.baseAddress, $0.count) } == 0
    }

    /// Instead of what is in it; whether all of it was taken.
    func replace(with bytes: [UInt8]) -> Bool {
        // Safety: as above.
        unsafe bytes.withUnsafeBytes { unsafe domb_replace(descriptor, $0.baseAddress, $0.count) } == 0
    }
}
