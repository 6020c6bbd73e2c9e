// SPDX-License-Identifier: Apache-2.0

import CXenShim
import CryptoBindings
import Platform

extension XenctrlHypervisor: ImageSource {
    public mutating func read(_ domid: DomainID, at address: UInt64, byteCount: Int) throws(HypercallError) -> [UInt8] {
        try call(.foreignMap, domid) { (xen) throws(HypercallError) in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(byteCount)
            try xen.withWindows(domid, at: address, byteCount: UInt64(byteCount)) { span in
                for index in span.indices { bytes.append(span[index]) }
            }
            return bytes
        }
    }

    public mutating func digest<Hash: ContentHash>(
        of region: ContentRegion, hashing: Hash.Type
    ) throws(HypercallError) -> Digest {
        try call(.foreignMap, region.domid) { (xen) throws(HypercallError) in
            if let digest = try xen.hashWorkers?.digest(of: region) { return digest }
            var hash = Hash(.sha256)
            for segment in region.segments {
                try xen.withWindows(region.domid, at: segment.address, byteCount: segment.byteCount) { hash.update($0) }
            }
            return hash.finish()
        }
    }

    public mutating func firstNonZero(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64
    ) throws(HypercallError) -> UInt64? {
        try call(.foreignMap, domid) { (xen) throws(HypercallError) in
            var place: UInt64 = 0
            var found = false
            try xen.withWindows(domid, at: address, byteCount: byteCount) { span in
                guard !found else { return }
                // Safety: the call reads no more than the span's own count.
                let zeros = unsafe span.withUnsafeBytes { unsafe domb_first_non_zero($0.baseAddress, $0.count) }
                place += UInt64(zeros)
                found = zeros < span.count
            }
            return found ? address + place : nil
        }
    }

    public mutating func maximumFrame(_ domid: DomainID) throws(HypercallError) -> UInt64 {
        var highest: xen_pfn_t = 0
        // Safety: the word is ours and lives through the call.
        try issue(.maximumFrame, domid) { unsafe xc_domain_maximum_gpfn($0.control, domid.number, &highest) }
        return UInt64(highest)
    }

    public mutating func frames(
        _ domid: DomainID, in range: Range<UInt64>
    ) throws(HypercallError) -> [Range<UInt64>] {
        try call(.pageTypes, domid) { (xen) throws(HypercallError) in try xen.frames(domid, in: range) }
    }

    public mutating func write(_ domid: DomainID, at address: UInt64, _ bytes: [UInt8]) throws(HypercallError) {
        try call(.foreignWrite, domid) { (xen) throws(HypercallError) in try xen.write(domid, at: address, bytes) }
    }
}

extension XenHandles {
    private static let pageSize: UInt64 = 4096
    private static let windowPages = UInt64(DOMB_WINDOW_PAGES)
    /// Frames asked for by one hypercall: libxenctrl takes no more.
    private static let frameBatch: UInt64 = 1024

    fileprivate func frames(
        _ domid: DomainID, in range: Range<UInt64>
    ) throws(HypercallError) -> [Range<UInt64>] {
        var runs: [Range<UInt64>] = []
        var start: UInt64?
        var first = range.lowerBound
        while first < range.upperBound {
            let count = min(Self.frameBatch, range.upperBound - first)
            var types = (first..<first + count).map { xen_pfn_t($0) }
            // Safety: the array has the count given.
            let result = unsafe xc_get_pfn_type_batch(control, domid.number, UInt32(count), &types)
            try check(.pageTypes, domid, result)
            for (index, type) in types.enumerated() {
                // A broken page cannot be looked at: it counts as one that is there, and mapping it fails.
                let isThere = UInt32(truncatingIfNeeded: type) & XEN_DOMCTL_PFINFO_LTAB_MASK != XEN_DOMCTL_PFINFO_XTAB
                guard isThere != (start != nil) else { continue }
                let frame = first + UInt64(index)
                if let open = start { runs.append(open..<frame) }
                start = start == nil ? frame : nil
            }
            first += count
        }
        if let open = start { runs.append(open..<range.upperBound) }
        return runs
    }

    fileprivate func write(_ domid: DomainID, at address: UInt64, _ bytes: [UInt8]) throws(HypercallError) {
        let (end, overflow) = address.addingReportingOverflow(UInt64(bytes.count))
        guard !bytes.isEmpty, !overflow else { throw HypercallError(.foreignWrite, domid, code: 22) }
        let first = address / Self.pageSize
        let pages = Int((end - 1) / Self.pageSize - first + 1)
        // Safety: the mapping has every page from the first byte's to the last one's.
        guard let mapped = unsafe domb_foreign_map(memory, domid.number, first, pages, PROT_READ | PROT_WRITE) else {
            throw HypercallError(.foreignWrite, domid, code: domb_errno())
        }
        unsafe (mapped + Int(address % Self.pageSize)).copyMemory(from: bytes, byteCount: bytes.count)
        unsafe domb_foreign_unmap(memory, mapped, pages)
    }

    /// Maps the range read-only, a window at a time, in ascending order. EOVERFLOW for a range that reaches beyond 2^64.
    fileprivate func withWindows(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64, _ body: (Span<UInt8>) -> Void
    ) throws(HypercallError) {
        guard var windows = MappingWindows(address: address, byteCount: byteCount, pageLimit: Self.windowPages) else {
            throw HypercallError(.foreignMap, domid, code: 75)
        }
        while let window = windows.next() {
            // Safety: the mapping has the window's pages and stays until the unmap below; the domain is paused, so nobody
            // writes to it meanwhile.
            let mapped = unsafe domb_foreign_map(memory, domid.number, window.firstPage, window.pageCount, PROT_READ)
            guard let mapped = unsafe mapped else { throw HypercallError(.foreignMap, domid, code: domb_errno()) }
            let bytes = unsafe UnsafeBufferPointer(
                start: mapped.assumingMemoryBound(to: UInt8.self) + window.skip, count: window.byteCount)
            unsafe body(bytes.span)
            unsafe domb_foreign_unmap(memory, mapped, window.pageCount)
        }
    }
}
