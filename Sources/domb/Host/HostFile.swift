// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The files that a command reads and writes.
enum HostFile {
    /// The whole of a file, or of standard input for "-".
    static func read(_ path: String, limit: Int) throws(CommandFailure) -> [UInt8] {
        if path == "-" {
            InputFiles.current?.note(FileStatus(descriptor: 0))
            return try read(descriptor: 0, "standard input", limit: limit)
        }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .noInput("\(path): cannot open: \(errorText(errno))") }
        defer { close(descriptor) }
        InputFiles.current?.note(FileStatus(descriptor: descriptor))
        return try read(descriptor: descriptor, path, limit: limit)
    }

    static func read(descriptor: CInt, _ name: String, limit: Int) throws(CommandFailure) -> [UInt8] {
        var content: [UInt8] = []
        if let size = FileStatus(descriptor: descriptor)?.byteCount, size > 0, size <= limit {
            // In one piece and without a copy; the loop finds what came since, or the error.
            content = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                // Safety: the call writes at most the buffer's own count.
                count = max(0, unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count))
            }
        }
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            // Safety: the call writes at most the chunk's own count.
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .inputOutput("\(name): cannot read: \(errorText(errno))") }
            if count == 0 { return content }
            guard count <= limit - content.count else { throw .malformed("\(name): larger than \(limit) bytes") }
            content.append(contentsOf: chunk[..<count])
        }
    }

    static func errorText(_ code: CInt) -> String {
        // Safety: strerror gives a terminated string that lasts until the next call; it is copied here.
        unsafe String(cString: strerror(code))
    }
}
