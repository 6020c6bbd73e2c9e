// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The files that a command reads and writes.
enum HostFile {
    /// The whole of a file, or of standard input for "-".
    static func read(_ path: String, limit: Int) throws(CommandFailure) -> [UInt8] {
        if path == "-" { return try read(descriptor: 0, "standard input", limit: limit) }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .noInput("\(path): cannot open: \(errorText(errno))") }
        defer { close(descriptor) }
        return try read(descriptor: descriptor, path, limit: limit)
    }

    static func read(descriptor: CInt, _ name: String, limit: Int) throws(CommandFailure) -> [UInt8] {
        var content: [UInt8] = []
        var status = stat()
        // Safety: the structure is ours and lives through the call.
        if unsafe fstat(descriptor, &status) == 0, status.st_size > 0, status.st_size <= limit {
            // In one piece and without a copy; the loop finds what came since, or the error.
            content = unsafe [UInt8](unsafeUninitializedCapacity: status.st_size) { buffer, count in
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
            content.append(contentsOf: chunk[..<count])
            guard content.count <= limit else { throw .malformed("\(name): larger than \(limit) bytes") }
        }
    }

    /// Writes beside and renames, so that nobody ever reads half a file. "-" is standard output.
    static func write(_ content: [UInt8], to path: String) throws(CommandFailure) {
        try write([(content, path)])
    }

    /// `nil` where there is no such file.
    static func readIfThere(_ path: String, limit: Int) throws(CommandFailure) -> [UInt8]? {
        guard unsafe access(path, F_OK) == 0 || errno != ENOENT else { return nil }
        return try read(path, limit: limit)
    }

    /// Several files that belong together: none is replaced before all are written.
    static func write(_ files: [(content: [UInt8], path: String)]) throws(CommandFailure) {
        var drafts: [(draft: String, path: String)] = []
        do throws(CommandFailure) {
            for file in files where file.path != "-" {
                let draft = "\(file.path).\(getpid()).part"
                let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
                guard descriptor >= 0 else { throw .inputOutput("\(draft): cannot create: \(errorText(errno))") }
                drafts.append((draft, file.path))
                try write(file.content[...], descriptor: descriptor, closing: draft)
            }
            for (draft, path) in drafts {
                guard unsafe rename(draft, path) == 0 else {
                    throw .inputOutput("\(path): cannot replace: \(errorText(errno))")
                }
            }
            for file in files where file.path == "-" {
                try write(file.content[...], descriptor: 1, "standard output")
            }
        } catch {
            for (draft, _) in drafts { _ = unsafe unlink(draft) }
            throw error
        }
    }

    /// A full disk may show only when the file is closed.
    private static func write(
        _ content: ArraySlice<UInt8>, descriptor: CInt, closing name: String
    ) throws(CommandFailure) {
        do throws(CommandFailure) {
            try write(content, descriptor: descriptor, name)
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw .inputOutput("\(name): cannot write: \(errorText(errno))") }
    }

    static func write(_ content: ArraySlice<UInt8>, descriptor: CInt, _ name: String) throws(CommandFailure) {
        var rest = content
        while !rest.isEmpty {
            // Safety: the call reads at most the buffer's own count, inside the closure.
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw .inputOutput("\(name): cannot write: \(errorText(errno))")
            }
        }
    }

    static func errorText(_ code: CInt) -> String {
        // Safety: strerror gives a terminated string that lasts until the next call; it is copied here.
        unsafe String(cString: strerror(code))
    }
}
