// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import SimulatedPlatform

extension HostFile {
    /// SHA-256 of a file and its size, read piece by piece: an image may be larger than the memory that is there.
    static func digest(of path: String, limit: Int) throws(CommandFailure) -> (digest: Digest, byteCount: Int) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .noInput("\(path): cannot open: \(errorText(errno))") }
        defer { close(descriptor) }
        let status = FileStatus(descriptor: descriptor)
        InputFiles.current?.note(status)
        var progress = Progress("hashing \(path)", total: status?.byteCount ?? 0)
        defer { progress.finish() }
        var hash = SwiftCryptoHash(.sha256)
        var byteCount = 0
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            // Safety: the call writes at most the chunk's own count.
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .inputOutput("\(path): cannot read: \(errorText(errno))") }
            if count == 0 { return (hash.finish(), byteCount) }
            guard count <= limit - byteCount else { throw .malformed("\(path): larger than \(limit) bytes") }
            hash.update(chunk.span.extracting(0..<count))
            byteCount += count
            progress.show(byteCount)
        }
    }
}

/// How far long work is, on one line of a terminal that goes when it is done. Nothing of it goes anywhere else.
struct Progress {
    /// Less than this takes no time that anybody notices.
    private static let least = 64 << 20

    private let what: String
    private let total: Int
    private let isShown: Bool
    private var shown = -1

    init(_ what: String, total: Int) {
        self.what = what
        self.total = total
        isShown = total >= Self.least && isatty(2) == 1
    }

    mutating func show(_ done: Int) {
        guard isShown else { return }
        let percent = Int(Double(done) / Double(total) * 100)
        guard percent > shown else { return }
        shown = percent
        write("\r\(what): \(percent) %")
    }

    /// The line is empty again.
    mutating func finish() {
        guard isShown, shown >= 0 else { return }
        write("\r\u{1B}[K")
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        // Safety: the call reads at most the array's own count.
        _ = unsafe Glibc.write(2, bytes, bytes.count)
    }
}
