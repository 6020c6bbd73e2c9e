// SPDX-License-Identifier: Apache-2.0

/// The HVM parameters that a launch reads (xen/public/hvm/params.h), by their numbers.
public enum HVMParameter: UInt32, Sendable {
    /// HVM_PARAM_IDENT_PT: the guest-physical address of the identity page table.
    case identityPageTable = 12
}
