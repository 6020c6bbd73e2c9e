// SPDX-License-Identifier: Apache-2.0

import CHashWorkers
import Platform

/// Threads that hash regions of domains' memory with SHA-256 while the launch goes on, largest region first.
@safe public struct HashWorkers: ~Copyable {
    // Safety: made by `start`, ended in deinit, never handed out.
    private let workers: OpaquePointer
    private let regions: [ContentRegion]
    private var next = 0

    private init(_ workers: OpaquePointer, _ regions: [ContentRegion]) {
        unsafe self.workers = workers
        self.regions = regions
    }

    /// How many threads are worth their start: one for each half MiB, and no more than there are cpus.
    public static func threads(for regions: [ContentRegion]) -> UInt32 {
        var units: UInt64 = 0
        for region in regions { units = min(units &+ region.byteCount >> 10, UInt64(UInt32.max)) }
        return min(domb_hash_cpus(), UInt32(units >> 9))
    }

    /// `regions`: in the order in which their digests will be asked for. `source` must be good until the value's end.
    /// `nil` where there is nothing to hash or no thread can be started.
    public static func start(
        _ regions: [ContentRegion], source: domb_page_source, threads: UInt32
    ) -> HashWorkers? {
        guard !regions.isEmpty, threads > 0 else { return nil }
        var jobs: [domb_hash_job] = []
        var segments: [domb_segment] = []
        for region in regions {
            jobs.append(
                domb_hash_job(
                    domid: UInt32(region.domid.rawValue), first_segment: UInt32(segments.count),
                    segment_count: UInt32(region.segments.count)))
            for segment in region.segments {
                segments.append(domb_segment(address: segment.address, size: segment.byteCount))
            }
        }
        let sizes = regions.map { $0.byteCount }
        let order = Array(0..<UInt32(regions.count)).inOrder { sizes[Int($0)] > sizes[Int($1)] }
        // Safety: the arrays have the counts given, and the shim copies them.
        let started = unsafe domb_hash_workers_start(
            source, jobs, order, jobs.count, segments, segments.count, threads)
        guard let started = unsafe started else { return nil }
        return unsafe HashWorkers(started, regions)
    }

    /// Waits for the region's digest. `nil` for a region that was not said to be the next one: nothing hashes it.
    public mutating func digest(of region: ContentRegion) throws(HypercallError) -> Digest? {
        guard next < regions.count, regions[next] == region else { return nil }
        var bytes = [UInt8](repeating: 0, count: HashAlgorithm.sha256.digestSize)
        // Safety: the job's number is below their count; the shim writes as many bytes as the array has.
        let result = unsafe bytes.withUnsafeMutableBufferPointer {
            unsafe domb_hash_workers_wait(workers, UInt32(next), $0.baseAddress)
        }
        next += 1
        guard result == 0 else { throw HypercallError(.foreignMap, region.domid, code: -result) }
        return Digest(.sha256, exactly: bytes)
    }

    deinit {
        // Safety: the threads are this value's alone, and this is its end.
        unsafe domb_hash_workers_stop(workers)
    }
}
