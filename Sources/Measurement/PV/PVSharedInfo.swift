// SPDX-License-Identifier: Apache-2.0

/// The page that Xen shares with a 64-bit PV domain, `struct shared_info` (xen/public/xen.h), before the domain ran. It belongs to
/// no `tot_pages`, and the wall clock in it runs: it is looked at and not hashed.
///
/// | offset | size | field | has to be |
/// |---|---|---|---|
/// | 0 | 32 times 64 | of each vcpu: 1 upcall pending, 1 upcall mask, 8 at 8 pending selector, 16 at 16 cr2, 32 at 32 time | mask 1, the others but the time zero |
/// | 2048 | 512 | pending event channels | zero |
/// | 2560 | 512 | masked event channels | zero |
/// | 3072 | 16 | wall clock | |
/// | 3088 | 1008 | the domain's own words to Xen | zero |
enum PVSharedInfo {
    private static let vcpus = 32, vcpuSize = 64, pending = 2048, wallClock = 3072, own = 3088
    /// evtchn_upcall_mask, in the second byte.
    private static let masked: UInt64 = 1 << 8

    static func check(_ page: [UInt8]) throws(PVMeasurementError) {
        for vcpu in 0..<vcpus {
            let start = vcpu * vcpuSize
            guard page.word(at: start) == masked else { throw .staleSharedInfo(offset: start) }
            try checkZero(page, start + 8, start + 32)
        }
        try checkZero(page, pending, wallClock)
        try checkZero(page, own, page.count)
    }

    private static func checkZero(_ page: [UInt8], _ start: Int, _ end: Int) throws(PVMeasurementError) {
        if let offset = page.firstWordNotZero(from: start, to: end) { throw .staleSharedInfo(offset: offset) }
    }
}
