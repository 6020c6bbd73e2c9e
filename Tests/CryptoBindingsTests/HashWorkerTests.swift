// SPDX-License-Identifier: Apache-2.0

import CHashWorkers
import CryptoBindings
import Platform
import SimulatedPlatform
import Synchronization
import Testing

/// Threads that hash: the digests are those of one thread, whatever is hashed by how many.
@Suite struct HashWorkerTests {
    /// Domain N's page P is full of N + P; and what was asked for.
    private final class Pages: Sendable {
        /// A page whose mapping fails, and how.
        let bad: (page: UInt64, code: Int32)?
        let mapped = Mutex<(maps: Int, unmaps: Int, pages: Int)>((0, 0, 0))

        init(bad: (page: UInt64, code: Int32)? = nil) { self.bad = bad }

        static func byte(_ domid: UInt32, _ page: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: UInt64(domid) &+ page) }

        /// It is never given back: threads may still read it when a test has ended.
        var source: domb_page_source {
            domb_page_source(
                map: { context, domid, first, count, out in
                    guard let context, let out else { return -22 }
                    let pages = Unmanaged<Pages>.fromOpaque(context).takeUnretainedValue()
                    if let bad = pages.bad, first <= bad.page, bad.page < first + UInt64(count) { return -bad.code }
                    let room = UnsafeMutableRawPointer.allocate(byteCount: count * 4096, alignment: 4096)
                    for page in 0..<count {
                        let byte = Pages.byte(domid, first + UInt64(page))
                        (room + page * 4096).initializeMemory(as: UInt8.self, repeating: byte, count: 4096)
                    }
                    pages.mapped.withLock {
                        $0.maps += 1
                        $0.pages += count
                    }
                    out.pointee = UnsafeRawPointer(room)
                    return 0
                },
                unmap: { context, mapped, _ in
                    guard let context, let mapped else { return }
                    Unmanaged<Pages>.fromOpaque(context).takeUnretainedValue().mapped.withLock { $0.unmaps += 1 }
                    UnsafeMutableRawPointer(mutating: mapped).deallocate()
                }, context: Unmanaged.passRetained(self).toOpaque())
        }
    }

    private func region(_ domid: UInt16, _ segments: [(UInt64, UInt64)]) throws -> ContentRegion {
        ContentRegion(
            domid: try #require(DomainID(rawValue: domid)),
            segments: segments.map { Segment(address: $0.0, byteCount: $0.1) })
    }

    private func expected(_ region: ContentRegion) -> Digest {
        var bytes: [UInt8] = []
        for segment in region.segments {
            var address = segment.address
            while address < segment.address + segment.byteCount {
                let (page, end) = (
                    address / 4096, min(segment.address + segment.byteCount, (address / 4096 + 1) * 4096)
                )
                bytes += [UInt8](
                    repeating: Pages.byte(UInt32(region.domid.rawValue), page), count: Int(end - address))
                address = end
            }
        }
        return SwiftCryptoHash.digest(.sha256, of: bytes)
    }

    private func regions() throws -> [ContentRegion] {
        [
            try region(1, [(0x1000, 4096)]), try region(1, [(0x1FFF, 2), (0x8010, 1)]),
            try region(2, [(0x10_0010, 70_000)]),
            try region(3, []), try region(3, [(0x3000, 0)]), try region(2, [(0, 1_300_000), (0x40_0000, 5)]),
            try region(9, [(0xFFF, 1), (0x1000, 1), (0x7FFF_F000, 4097)]),
        ]
    }

    @Test(arguments: 1...8 as ClosedRange<UInt32>) func howManyThreadsIsNoMatter(threads: UInt32) throws {
        let pages = Pages()
        let regions = try regions()
        do {
            guard var workers = HashWorkers.start(regions, source: pages.source, threads: threads) else {
                Issue.record("no thread was started")
                return
            }
            for region in regions {
                let digest = try workers.digest(of: region)
                #expect(digest == expected(region))
            }
        }
        let counts = pages.mapped.withLock { $0 }
        #expect(counts.maps > 0 && counts.maps == counts.unmaps)
    }

    /// In their order only: whoever asks for another hashes it by itself.
    @Test func onlyTheNextRegionHasADigest() throws {
        let pages = Pages()
        let regions = try regions()
        guard var workers = HashWorkers.start(regions, source: pages.source, threads: 2) else {
            Issue.record("no thread was started")
            return
        }
        var found: [Digest?] = []
        for index in [1, 0, 0] + Array(1..<regions.count) + [0] { found.append(try workers.digest(of: regions[index])) }
        #expect(found == [nil, expected(regions[0]), nil] + regions.dropFirst().map { expected($0) } + [nil])
    }

    /// A mapping that fails is that region's failure, with Xen's errno, and nobody else's.
    @Test(arguments: [1, 2, 4] as [UInt32], [1, 12, 14, 22] as [Int32]) func aFailedMappingIsItsRegionsAlone(
        threads: UInt32, code: Int32
    ) throws {
        let pages = Pages(bad: (0x100, code))
        let regions = try regions()
        guard var workers = HashWorkers.start(regions, source: pages.source, threads: threads) else {
            Issue.record("no thread was started")
            return
        }
        for region in regions {
            let isBad = region.segments.contains {
                $0.address / 4096 <= 0x100 && 0x100 < ($0.address + $0.byteCount + 4095) / 4096
            }
            var failure: HypercallError?
            var digest: Digest?
            do throws(HypercallError) { digest = try workers.digest(of: region) } catch { failure = error }
            #expect(digest == (isBad ? nil : expected(region)))
            #expect(failure == (isBad ? HypercallError(.foreignMap, region.domid, code: code) : nil))
        }
    }

    /// A segment that a guest made up.
    @Test func aRegionBeyond64BitsIsAnOverflow() throws {
        let pages = Pages()
        let (bad, good) = (try region(1, [(.max - 4, 6)]), try region(1, [(0x1000, 9)]))
        guard var workers = HashWorkers.start([bad, good], source: pages.source, threads: 2) else {
            Issue.record("no thread was started")
            return
        }
        var failure: HypercallError?
        do throws(HypercallError) { _ = try workers.digest(of: bad) } catch { failure = error }
        #expect(failure == HypercallError(.foreignMap, bad.domid, code: 75))
        let digest = try workers.digest(of: good)
        #expect(digest == expected(good))
    }

    /// Ended in the middle, nothing stays mapped.
    @Test func nothingStaysMappedWhereNobodyWaits() throws {
        let pages = Pages()
        let regions = try (1...20 as ClosedRange<UInt16>).map { try region($0, [(0, 900_000)]) }
        do {
            guard var workers = HashWorkers.start(regions, source: pages.source, threads: 4) else {
                Issue.record("no thread was started")
                return
            }
            _ = try workers.digest(of: regions[0])
        }
        let counts = pages.mapped.withLock { $0 }
        #expect(counts.maps == counts.unmaps)
    }

    /// One for each half MiB, and no more than there are cpus.
    @Test func fewBytesAreNotWorthAThread() throws {
        let half: UInt64 = 1 << 19
        let cpus = domb_hash_cpus()
        #expect(cpus > 0)
        #expect(HashWorkers.threads(for: []) == 0)
        for (bytes, expected) in [(half - 1024, 0), (half, 1), (2 * half - 1024, 1), (2 * half, 2), (1 << 40, 1 << 21)]
            as [(UInt64, UInt32)]
        {
            #expect(HashWorkers.threads(for: [try region(1, [(0, bytes)])]) == min(cpus, expected))
        }
        #expect(HashWorkers.threads(for: [try region(1, [(0, .max)]), try region(1, [(0, .max)])]) == cpus)
        let pages = Pages()
        let withoutRegions = isNone(HashWorkers.start([], source: pages.source, threads: 2))
        let withoutThreads = isNone(HashWorkers.start(try regions(), source: pages.source, threads: 0))
        #expect(withoutRegions && withoutThreads)
    }

    private func isNone(_ workers: consuming HashWorkers?) -> Bool {
        switch consume workers {
        case .none: true
        case .some: false
        }
    }
}
