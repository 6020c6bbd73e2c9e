// SPDX-License-Identifier: Apache-2.0

import Platform

/// The registers that Xen gives back for vcpu 0 after libxenguest's vcpu_hvm (or, for a hardware domain, CXenGuestShim's
/// domb_hardware_vcpu) has set them: `struct hvm_hw_cpu`, 1,032 bytes, xen/public/arch-x86/hvm/save.h. All but these
/// are zero:
///
/// | offset | size | field | value |
/// |---|---|---|---|
/// | 520 | 8 | rbx | the start info's address |
/// | 640 | 8 | rip | the kernel's entry |
/// | 648 | 8 | rflags | 2: Xen sets the bit that is always one (hvm_load_cpu_ctxt) |
/// | 656 | 8 | cr0 | PE and ET: no paging |
/// | 720 | 8 | dr6 | 0xffff0ff0 |
/// | 728 | 8 | dr7 | 0x400 |
/// | 768, 772, 776, 788 | 4 | cs, ds, es, ss limit | 0xffffffff |
/// | 792 | 4 | tr limit | 0x67 |
/// | 888 | 4 | cs attributes | 0xc9b: flat, 32-bit, code |
/// | 892, 896, 908 | 4 | ds, es, ss attributes | 0xc93: flat, 32-bit, data |
/// | 912 | 4 | tr attributes | 0x8b |
///
/// The FPU's 512 bytes are zero and so are the flags: a vcpu that never ran has no FPU state (vcpu_reset_fpu). Where Xen
/// initialises it (`XenRelease.initialisesFPU`) they are as after a reset:
///
/// | offset | size | field | value |
/// |---|---|---|---|
/// | 0 | 2 | FCW | 0x40 |
/// | 4 | 1 | FTW | 0xff |
/// | 24 | 4 | MXCSR | 0x1f80 |
/// | 1,024 | 4 | flags | 1: XEN_X86_FPU_INITIALISED |
///
/// Where the hypervisor built the domain itself (arch_set_info_hvm_guest) rflags is 0, and fs and gs are as ds: limits at 780
/// and 784, attributes at 900 and 904.
///
/// Nothing depends on the processor's maker: neither SVM nor VMX changes what was set (svm_save_vmcb_ctxt, vmx_save_vmcs_ctxt),
/// and both keep the attributes of a segment that is not present as zero. The time stamp counter, at 1,008, is not
/// measured.
struct FirstVCPU {
    let entry: UInt32
    let startInfo: UInt64
    let release: XenRelease
    var builder = BuilderKind.toolstack

    var state: VCPUState {
        VCPUState(instructionPointer: UInt64(entry), startInfo: startInfo, registers: registers)
    }

    private var registers: [UInt8] {
        var registers = [UInt8](repeating: 0, count: VCPUState.byteCount)
        func set(_ value: UInt64, at offset: Int, _ byteCount: Int) {
            for index in 0..<byteCount {
                registers[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
            }
        }
        set(startInfo, at: 520, 8)
        set(UInt64(entry), at: 640, 8)
        if builder == .toolstack { set(2, at: 648, 8) }
        set(0x11, at: 656, 8)
        set(0xFFFF_0FF0, at: 720, 8)
        set(0x400, at: 728, 8)
        let others = builder == .hypervisor ? [12, 16] : []
        for offset in [768, 772, 776, 788] + others.map({ 768 + $0 }) { set(0xFFFF_FFFF, at: offset, 4) }
        set(0x67, at: 792, 4)
        set(0xC9B, at: 888, 4)
        for offset in [892, 896, 908] + others.map({ 888 + $0 }) { set(0xC93, at: offset, 4) }
        set(0x8B, at: 912, 4)
        guard release.initialisesFPU else { return registers }
        set(0x40, at: 0, 2)
        set(0xFF, at: 4, 1)
        set(0x1F80, at: 24, 4)
        set(1, at: 1024, 4)
        return registers
    }
}
