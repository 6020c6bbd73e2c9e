// SPDX-License-Identifier: Apache-2.0

import CHashWorkers
import Platform

/// Domains' images, where threads may look at them: filled first, then only read.
@safe final class MappedPages {
    @safe private struct Run {
        let first: UInt64
        let count: Int
        // Safety: allocated by `add`, freed in deinit.
        let start: UnsafeMutableRawPointer
    }

    private static let pageSize = 4096

    /// One a domain.
    private var runs: [UInt32: Run] = [:]

    /// What lies from the page's start on, and zeros up to the end of a page.
    func add(_ domid: DomainID, firstPage: UInt64, _ bytes: [UInt8]) {
        let count = (bytes.count + Self.pageSize - 1) / Self.pageSize
        let start = UnsafeMutableRawPointer.allocate(
            byteCount: count * Self.pageSize, alignment: Self.pageSize)
        unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: count * Self.pageSize)
        unsafe start.copyMemory(from: bytes, byteCount: bytes.count)
        runs[UInt32(domid.rawValue)] = unsafe Run(first: firstPage, count: count, start: start)
    }

    /// Good as long as this object is.
    var source: domb_page_source {
        unsafe domb_page_source(
            map: { context, domid, first, count, out in
                guard let context = unsafe context, let out = unsafe out else { return -22 }
                let pages = unsafe Unmanaged<MappedPages>.fromOpaque(context).takeUnretainedValue()
                guard let place = unsafe pages.find(domid, first, count) else { return -22 }
                unsafe out.pointee = place
                return 0
            },
            unmap: { _, _, _ in },
            context: Unmanaged.passUnretained(self).toOpaque())
    }

    private func find(_ domid: UInt32, _ first: UInt64, _ count: Int) -> UnsafeRawPointer? {
        guard let run = runs[domid], first >= run.first, count <= run.count,
            Int(first - run.first) <= run.count - count
        else { return nil }
        return unsafe UnsafeRawPointer(run.start) + Int(first - run.first) * Self.pageSize
    }

    deinit { for run in runs.values { unsafe run.start.deallocate() } }
}
