// SPDX-License-Identifier: Apache-2.0

/// Where a PVH domain's first vcpu will start (xen/public/arch-x86/hvm/start_info.h, "boot ABI").
public struct VCPUEntry: Equatable, Sendable {
    /// The instruction pointer: the kernel's XEN_ELFNOTE_PHYS32_ENTRY.
    public let instructionPointer: UInt64
    /// ebx: the guest-physical address of `struct hvm_start_info`.
    public let startInfo: UInt64

    public init(instructionPointer: UInt64, startInfo: UInt64) {
        self.instructionPointer = instructionPointer
        self.startInfo = startInfo
    }
}
