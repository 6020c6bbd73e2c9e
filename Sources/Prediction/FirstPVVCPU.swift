// SPDX-License-Identifier: Apache-2.0

import Platform

/// What Xen gives back of vcpu 0 after libxenguest's vcpu_x86_64: `struct vcpu_guest_context`, 5,168 bytes
/// (xen/public/arch-x86/xen.h). All but these are zero:
///
/// | offset | size | field | value |
/// |---|---|---|---|
/// | 0, 4, 24 | 2, 1, 4 | FCW, FTW, MXCSR | 0x40, 0xff, 0x1f80: a processor's after its reset |
/// | 512 | 8 | flags | 0x24: VGCF_in_kernel and VGCF_online |
/// | 624 | 8 | rsi | the start info's address |
/// | 648 | 8 | rip | the kernel's entry |
/// | 656 | 8 | cs | 0xe033 |
/// | 664 | 8 | rflags | 0x200: interrupts on |
/// | 672, 4976 | 8 | rsp, kernel_sp | the end of the stack page |
/// | 680, 4968 | 8 | ss, kernel_ss | 0xe02b |
/// | 720 | 16 times 256 | trap table | selector 3, which is Xen's form of none |
/// | 4984 | 8 | cr0 | 0x80050033: Xen's own |
/// | 5008 | 8 | cr3 | the machine address of the page tables' root |
/// | 5016 | 8 | cr4 | PAE, MCE, OSFXSR, OSXMMEXCPT: Xen's own, and in no record |
/// | 5096 | 8 | dr6 | 0xffff0ff0 |
/// | 5104 | 8 | dr7 | 0x400 |
struct FirstPVVCPU {
    static let byteCount = 5168

    let entry: UInt64
    let startInfo: UInt64
    let stackEnd: UInt64
    /// The machine frame of the page tables' root.
    let root: UInt64

    var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        func set(_ value: UInt64, at offset: Int) {
            for index in 0..<8 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
        }
        for trap in 0..<256 { set(3 << 16, at: 720 + 16 * trap) }
        let words: [(Int, UInt64)] = [
            (0, 0xFF_0000_0040), (24, 0x1F80), (512, 0x24), (624, startInfo), (648, entry), (656, 0xE033), (664, 0x200),
            (672, stackEnd), (680, 0xE02B), (4968, 0xE02B), (4976, stackEnd), (4984, 0x8005_0033), (5008, root << 12),
            (5016, 0x660), (5096, 0xFFFF_0FF0), (5104, 0x400),
        ]
        for (offset, value) in words { set(value, at: offset) }
        return bytes
    }
}
