// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// A file open for reading, closed with its owner.
public struct OpenFile: ~Copyable {
    /// Valid as long as this value lives.
    public let descriptor: Int32

    /// Opens close-on-exec. Throws the positive errno.
    public init(_ path: CPath) throws(Errno) {
        // Safety: the array lives through the call and ends in zero.
        let result = unsafe path.characters.withUnsafeBufferPointer { unsafe domb_open($0.baseAddress) }
        guard result >= 0 else { throw Errno(-result) }
        descriptor = result
    }

    deinit { _ = domb_close(descriptor) }

    /// The next bytes, at most `limit`; empty at the end.
    public borrowing func read(atMost limit: Int) throws(Errno) -> [UInt8] {
        var status: Int64 = 0
        let descriptor = descriptor
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            // Safety: the buffer has `limit` bytes; read fills at most as many and says how many.
            status = unsafe domb_read(descriptor, buffer.baseAddress, limit)
            count = max(0, Int(status))
        }
        guard status >= 0 else { throw Errno(Int32(-status)) }
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
        let result = domb_rewind(descriptor)
        guard result >= 0 else { throw Errno(-result) }
    }
}
