// SPDX-License-Identifier: Apache-2.0

import Platform

extension DomainDescription {
    /// Bytes of a page.
    private static var pageSize: UInt64 { 4096 }

    /// Whether its memory can be given: in whole pages of 4 KiB.
    public var hasWholePages: Bool { memory % 4 == 0 }

    /// The first of the kernel's segments that does not end within its memory, which begins at 0.
    public var segmentOutsideMemory: Segment? {
        let end = memory.multipliedReportingOverflow(by: 1024)
        return kernel.segments.first { segment in
            let last = segment.address.addingReportingOverflow(segment.byteCount)
            return last.overflow || (!end.overflow && last.partialValue > end.partialValue)
        }
    }

    /// KiB that its kernel, its modules as far as their sizes are known, and a start info of a page need at least.
    public var neededMemory: UInt64 {
        let modules = ([ramdisk] + otherModules.filter { $0.isDomains }.map { $0.image }).compactMap { $0?.byteCount }
        var pages: UInt64 = 1
        for byteCount in kernel.segments.map({ $0.byteCount }) + modules {
            let whole = byteCount / Self.pageSize + (byteCount % Self.pageSize == 0 ? 0 : 1)
            pages = pages.addingReportingOverflow(whole).partialValue
        }
        return pages.multipliedReportingOverflow(by: 4).partialValue
    }
}
