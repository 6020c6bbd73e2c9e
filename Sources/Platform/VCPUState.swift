// SPDX-License-Identifier: Apache-2.0

/// The registers with which a PVH domain's first vcpu will start (xen/public/arch-x86/hvm/start_info.h, "boot ABI").
public struct VCPUState: Equatable, Sendable {
    /// `struct hvm_hw_cpu` of xen/public/arch-x86/hvm/save.h.
    public static let byteCount = 1032

    /// rip: the kernel's XEN_ELFNOTE_PHYS32_ENTRY.
    public let instructionPointer: UInt64
    /// rbx: the guest-physical address of `struct hvm_start_info`.
    public let startInfo: UInt64
    /// Every register of `struct hvm_hw_cpu`, in its layout, with a time stamp counter of zero: that one runs on while
    /// the domain is paused.
    public let registers: [UInt8]

    public init(instructionPointer: UInt64, startInfo: UInt64, registers: [UInt8]) {
        self.instructionPointer = instructionPointer
        self.startInfo = startInfo
        self.registers = registers
    }
}
