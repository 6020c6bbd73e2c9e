// SPDX-License-Identifier: Apache-2.0

import CHashWorkers
import CXenShim
import CryptoBindings
import Platform

extension XenctrlHypervisor: ImageSource {
    private static let pageSize: UInt64 = 4096
    private static let windowPages = UInt64(DOMB_WINDOW_PAGES)

    public mutating func read(_ domid: DomainID, at address: UInt64, byteCount: Int) throws(HypercallError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        try withWindows(domid, at: address, byteCount: UInt64(byteCount)) { span in
            for index in span.indices { bytes.append(span[index]) }
        }
        return bytes
    }

    public mutating func beginHashing(_ regions: [ContentRegion]) {
        // Safety: the handle is open, and `endHashing` comes before its end.
        hashWorkers = unsafe HashWorkers.start(
            regions, source: domb_foreign_pages(handle), threads: HashWorkers.threads(for: regions))
    }

    public mutating func digest<Hash: ContentHash>(
        of region: ContentRegion, hashing: Hash.Type
    ) throws(HypercallError) -> Digest {
        if let digest = try hashWorkers?.digest(of: region) { return digest }
        var hash = Hash(.sha256)
        for segment in region.segments {
            try withWindows(region.domid, at: segment.address, byteCount: segment.byteCount) { hash.update($0) }
        }
        return hash.finish()
    }

    public mutating func endHashing() { hashWorkers = nil }

    public mutating func firstNonZero(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64
    ) throws(HypercallError) -> UInt64? {
        var place: UInt64 = 0
        var found = false
        try withWindows(domid, at: address, byteCount: byteCount) { span in
            guard !found else { return }
            // Safety: the call reads no more than the span's own count.
            let zeros = unsafe span.withUnsafeBytes { unsafe domb_first_non_zero($0.baseAddress, $0.count) }
            place += UInt64(zeros)
            found = zeros < span.count
        }
        return found ? address + place : nil
    }

    public mutating func maximumFrame(_ domid: DomainID) throws(HypercallError) -> UInt64 {
        // Safety: the handle is open.
        try value(.maximumFrame, domid, unsafe domb_xc_domain_maximum_gpfn(handle, UInt32(domid.rawValue)))
    }

    public mutating func frames(
        _ domid: DomainID, in range: Range<UInt64>
    ) throws(HypercallError) -> [Range<UInt64>] {
        var runs: [Range<UInt64>] = []
        var start: UInt64?
        var batch = [UInt8](repeating: 0, count: Int(DOMB_FRAME_BATCH))
        var first = range.lowerBound
        while first < range.upperBound {
            let count = min(UInt64(batch.count), range.upperBound - first)
            // Safety: the array has room for the count given.
            let result = unsafe batch.withUnsafeMutableBufferPointer {
                unsafe domb_xc_get_pfn_type_batch(
                    handle, UInt32(domid.rawValue), first, UInt32(count), $0.baseAddress)
            }
            try check(.pageTypes, domid, result)
            for index in 0..<Int(count) where (batch[index] != 0) != (start != nil) {
                let frame = first + UInt64(index)
                if let open = start { runs.append(open..<frame) }
                start = start == nil ? frame : nil
            }
            first += count
        }
        if let open = start { runs.append(open..<range.upperBound) }
        return runs
    }

    public mutating func write(_ domid: DomainID, at address: UInt64, _ bytes: [UInt8]) throws(HypercallError) {
        let (end, overflow) = address.addingReportingOverflow(UInt64(bytes.count))
        guard !bytes.isEmpty, !overflow else { throw HypercallError(.foreignWrite, domid, code: 22) }
        let first = address / Self.pageSize
        let pages = Int((end - 1) / Self.pageSize - first + 1)
        var mapped: UnsafeMutableRawPointer?
        // Safety: the shim sets the pointer if it returns zero.
        let result = unsafe domb_foreign_map_writable(handle, UInt32(domid.rawValue), first, pages, &mapped)
        guard result == 0, let mapped = unsafe mapped else {
            throw HypercallError(.foreignWrite, domid, code: -result)
        }
        // Safety: the mapping has every page from the first byte's to the last one's.
        unsafe bytes.withUnsafeBytes { source in
            unsafe (mapped + Int(address % Self.pageSize)).copyMemory(
                from: source.baseAddress ?? UnsafeRawPointer(mapped), byteCount: source.count)
        }
        unsafe domb_foreign_unmap(handle, mapped, pages)
    }

    /// Maps the range read-only, a window at a time, in ascending order. EOVERFLOW for a range that reaches beyond 2^64.
    private func withWindows(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64, _ body: (Span<UInt8>) -> Void
    ) throws(HypercallError) {
        guard var windows = MappingWindows(address: address, byteCount: byteCount, pageLimit: Self.windowPages) else {
            throw HypercallError(.foreignMap, domid, code: 75)
        }
        while let window = windows.next() {
            var mapped: UnsafeRawPointer?
            // Safety: the shim sets the pointer if it returns zero.
            let result = unsafe domb_foreign_map(
                handle, UInt32(domid.rawValue), window.firstPage, window.pageCount, &mapped)
            guard result == 0, let mapped = unsafe mapped else {
                throw HypercallError(.foreignMap, domid, code: -result)
            }
            // Safety: the mapping has the window's pages and stays until the unmap below; the domain is paused, so nobody
            // writes to it meanwhile.
            let bytes = unsafe UnsafeBufferPointer(
                start: mapped.assumingMemoryBound(to: UInt8.self) + window.skip, count: window.byteCount)
            unsafe body(bytes.span)
            unsafe domb_foreign_unmap(handle, mapped, window.pageCount)
        }
    }
}
