// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor: ImageSource {
    private static let pageSize: UInt64 = 4096
    /// Pages of one mapping: 1 MiB, from where on a larger one does not hash faster.
    private static let windowPages: UInt64 = 256

    public mutating func read(_ domid: DomainID, at address: UInt64, byteCount: Int) throws(HypercallError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        try withWindows(domid, at: address, byteCount: UInt64(byteCount)) { span in
            for index in span.indices { bytes.append(span[index]) }
        }
        return bytes
    }

    public mutating func hash<Hash: ContentHash>(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64, into hash: inout Hash
    ) throws(HypercallError) {
        try withWindows(domid, at: address, byteCount: byteCount) { hash.update($0) }
    }

    /// Maps the range read-only, a window at a time, in ascending order.
    private func withWindows(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64, _ body: (Span<UInt8>) -> Void
    ) throws(HypercallError) {
        let (end, overflow) = address.addingReportingOverflow(byteCount)
        guard !overflow else { throw HypercallError(.foreignMap, domid, code: 22) }
        var position = address
        while position < end {
            let firstPage = position / Self.pageSize
            let lastPage = min((end - 1) / Self.pageSize, firstPage + Self.windowPages - 1)
            let pages = Int(lastPage - firstPage + 1)
            var mapped: UnsafeRawPointer?
            // Safety: the shim sets the pointer if it returns zero.
            let result = unsafe domb_foreign_map(handle, UInt32(domid.rawValue), firstPage, pages, &mapped)
            guard result == 0, let mapped = unsafe mapped else {
                throw HypercallError(.foreignMap, domid, code: -result)
            }
            let windowEnd = min(end, (lastPage + 1) * Self.pageSize)
            let skip = Int(position - firstPage * Self.pageSize)
            // Safety: the mapping has `pages` pages and stays until the unmap below; the domain is paused, so nobody
            // writes to it meanwhile.
            let bytes = unsafe UnsafeBufferPointer(
                start: mapped.assumingMemoryBound(to: UInt8.self) + skip, count: Int(windowEnd - position))
            unsafe body(bytes.span)
            unsafe domb_foreign_unmap(handle, mapped, pages)
            position = windowEnd
        }
    }
}
