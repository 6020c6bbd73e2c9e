// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// A file open for reading, closed with its owner.
public struct OpenFile: ~Copyable {
    /// Valid as long as this value lives.
    public let descriptor: Int32

    /// Opens close-on-exec. Throws the positive errno.
    public init(_ path: CPath) throws(Errno) {
        // Safety: the array lives through the call and ends in zero. It does not wait for the other end of a pipe.
        descriptor = try Errno.check(
            unsafe domb_open(path.characters, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))
    }

    /// Of a descriptor that nobody else closes.
    init(taking descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// The next bytes, at most `limit`; empty at the end.
    public borrowing func read(atMost limit: Int) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = try Errno.check(fill(&bytes, from: descriptor))
        bytes.removeLast(limit - count)
        return bytes
    }

    /// Everything to the end of the file; EFBIG beyond `limit` bytes.
    public borrowing func readAll(limit: Int) throws(Errno) -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let chunk = try read(atMost: 65536)
            if chunk.isEmpty { return all }
            all.append(contentsOf: chunk)
            guard all.count <= limit else { throw .tooLarge }
        }
    }

    /// Goes back to the first byte. The corresponding system call is `lseek`.
    public borrowing func rewind() throws(Errno) {
        try Errno.check(lseek(descriptor, 0, SEEK_SET))
    }
}

/// How many bytes were there; -1 with errno on failure.
private func fill(_ bytes: inout [UInt8], from descriptor: Int32) -> Int {
    // Safety: the array lives through the call, which writes no more than its count.
    unsafe read(descriptor, &bytes, bytes.count)
}
