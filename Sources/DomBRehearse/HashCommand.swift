// SPDX-License-Identifier: Apache-2.0

import CHashWorkers
import CryptoBindings
import Glibc
import Platform

/// Hashes a memory file as PID 1 hashes domains: by its threads, window by window, each mapped, hashed and unmapped. What
/// a foreign mapping costs in Xen itself is not part of it.
struct HashCommand {
    private static let regions = 16

    private let byteCount: UInt64
    private let nanoseconds: UInt64
    private let threads: UInt32
    /// All is mapped once and beforehand: what is left is hashing.
    private let isMapped: Bool

    init(_ options: Options) throws(Options.Wrong) {
        var options = options
        byteCount = try options.take("--mebibytes", default: 64, in: 16...4096) << 20
        nanoseconds = try options.take("--seconds", default: UInt64(1), in: 1...60) * 1_000_000_000
        threads = try options.take("--threads", default: 1, in: 1...64)
        isMapped = try options.take("--mapped", default: UInt32(0), in: 0...1) == 1
        try options.finish()
    }

    func run() throws(Options.Wrong) {
        let file = try filled()
        let regions = try regions()
        let source = try unsafe isMapped ? mapped(file) : Self.source(file)
        let start = MonotonicClock.nanoseconds(CLOCK_MONOTONIC)
        let userStart = Self.userSeconds()
        let cpuStart = MonotonicClock.nanoseconds(CLOCK_PROCESS_CPUTIME_ID)
        var rounds: UInt64 = 0
        var elapsed: UInt64 = 0
        var digests: [Digest] = []
        repeat {
            digests = try unsafe hash(regions, source)
            rounds += 1
            elapsed = MonotonicClock.nanoseconds(CLOCK_MONOTONIC) - start
        } while elapsed < nanoseconds
        let cpu = MonotonicClock.nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpuStart
        let user = Self.userSeconds() - userStart
        let bytes = Double(rounds) * Double(byteCount)
        print("bytes-per-user-second \(bytes / user)")
        print("bytes-per-cpu-second \(bytes / Double(cpu) * 1e9) bytes-per-second \(bytes / Double(elapsed) * 1e9)")
        print("digest \(digests.last?.bytes ?? [])")
    }

    private func hash(_ regions: [ContentRegion], _ source: domb_page_source) throws(Options.Wrong) -> [Digest] {
        var workers = unsafe HashWorkers.start(regions, source: source, threads: threads)
        return try regions.map { region throws(Options.Wrong) in
            let digest: Digest?
            do throws(HypercallError) { digest = try workers?.digest(of: region) } catch {
                throw Options.Wrong(word: "mmap: errno \(error.code)")
            }
            guard let digest else { throw Options.Wrong(word: "--threads: none can be started") }
            return digest
        }
    }

    private func regions() throws(Options.Wrong) -> [ContentRegion] {
        guard let domid = DomainID(rawValue: 1) else { throw Options.Wrong(word: "domid") }
        let size = byteCount / UInt64(Self.regions)
        return (0..<UInt64(Self.regions)).map {
            ContentRegion(domid: domid, segments: [Segment(address: $0 * size, byteCount: size)])
        }
    }

    private func mapped(_ file: CInt) throws(Options.Wrong) -> domb_page_source {
        let start = unsafe mmap(nil, Int(byteCount), PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else { throw Options.Wrong(word: "mmap") }
        return unsafe domb_page_source(
            map: { context, _, first, _, out in
                guard let context = unsafe context else { return -22 }
                unsafe out?.pointee = UnsafeRawPointer(context) + Int(first) * 4096
                return 0
            },
            unmap: { _, _, _ in },
            context: start)
    }

    private static func source(_ file: CInt) -> domb_page_source {
        unsafe domb_page_source(
            map: { context, _, first, count, out in
                let file = CInt(Int(bitPattern: context))
                let mapped = unsafe mmap(
                    nil, count * 4096, PROT_READ, MAP_SHARED | MAP_POPULATE, file, off_t(first * 4096))
                guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return -errno }
                unsafe out?.pointee = UnsafeRawPointer(mapped)
                return 0
            },
            unmap: { _, mapped, count in _ = unsafe munmap(UnsafeMutableRawPointer(mutating: mapped), count * 4096) },
            context: UnsafeMutableRawPointer(bitPattern: Int(file)))
    }

    /// What `openssl speed` goes by.
    private static func userSeconds() -> Double {
        var usage = rusage()
        // Safety: the structure is ours and lives through the call.
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6
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
