// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
import Glibc
import Platform

/// Hashes a memory file as PID 1 hashes a domain: window by window, each mapped, hashed and unmapped. What a foreign
/// mapping costs in Xen itself is not part of it.
struct HashCommand {
    private let byteCount: Int
    private let nanoseconds: UInt64
    private let windowPages: UInt64

    init(_ options: Options) throws(Options.Wrong) {
        var options = options
        byteCount = try options.take("--mebibytes", default: 64, in: 1...4096) << 20
        nanoseconds = try options.take("--seconds", default: UInt64(1), in: 1...60) * 1_000_000_000
        windowPages = try options.take("--window", default: UInt64(256), in: 1...65536)
        try options.finish()
    }

    func run() throws(Options.Wrong) {
        let file = try filled()
        let start = Clock.nanoseconds(CLOCK_MONOTONIC)
        let userStart = Self.userSeconds()
        let cpuStart = Clock.nanoseconds(CLOCK_PROCESS_CPUTIME_ID)
        var rounds: UInt64 = 0
        var elapsed: UInt64 = 0
        var digest: [UInt8] = []
        repeat {
            var hash = LibcryptoHash(.sha256)
            try update(&hash, file)
            digest = hash.finish().bytes
            rounds += 1
            elapsed = Clock.nanoseconds(CLOCK_MONOTONIC) - start
        } while elapsed < nanoseconds
        let cpu = Clock.nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpuStart
        let user = Self.userSeconds() - userStart
        let bytes = Double(rounds) * Double(byteCount)
        print("bytes-per-user-second \(bytes / user)")
        print("bytes-per-cpu-second \(bytes / Double(cpu) * 1e9) bytes-per-second \(bytes / Double(elapsed) * 1e9)")
        print("digest \(digest)")
    }

    /// What `openssl speed` goes by.
    private static func userSeconds() -> Double {
        var usage = rusage()
        // Safety: the structure is ours and lives through the call.
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6
    }

    private func update(_ hash: inout LibcryptoHash, _ file: CInt) throws(Options.Wrong) {
        guard
            var windows = MappingWindows(address: 0, byteCount: UInt64(byteCount), pageLimit: windowPages)
        else { throw Options.Wrong(word: "--mebibytes") }
        while let window = windows.next() {
            let mapped = unsafe mmap(
                nil, window.byteCount, PROT_READ, MAP_SHARED | MAP_POPULATE, file, off_t(window.firstPage * 4096))
            guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { throw Options.Wrong(word: "mmap") }
            // Safety: the mapping has the window's bytes and stays until the unmap below; nobody writes to the file.
            let bytes = unsafe UnsafeBufferPointer(
                start: mapped.assumingMemoryBound(to: UInt8.self), count: window.byteCount)
            unsafe hash.update(bytes.span)
            _ = unsafe munmap(mapped, window.byteCount)
        }
    }

    private func filled() throws(Options.Wrong) -> CInt {
        let name = "/domb-rehearse-\(getpid())"
        let file = unsafe shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        _ = unsafe shm_unlink(name)
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        for index in chunk.indices { chunk[index] = UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 13) }
        for _ in 0..<(byteCount >> 20) {
            // Safety: the array has the count given and lives through the call.
            guard unsafe write(file, chunk, chunk.count) == chunk.count else {
                throw Options.Wrong(word: "no room for --mebibytes")
            }
        }
        return file
    }
}
