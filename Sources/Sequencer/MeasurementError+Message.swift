// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension MeasurementError {
    var message: Line {
        switch self {
        case .hypercall(let error): error.message
        case .pcrMismatch(let bank): "the TPM's PCR is not what the log leads to, bank \(bank.name)"
        case .tpmReset: "the TPM was reset or restarted during the launch: its PCRs have begun anew"
        case .tpmRequired: "no TPM, and the policy requires one"
        case .notCapped: "the log is not capped"
        case .unknownPlace(let role): "the LCM does not say where the \(role.name) lies (domb,load)"
        case .moduleCount(let expected, let actual): "the start info has \(actual) modules, the LCM \(expected)"
        case .moduleSize(let role, let expected, let actual):
            "the \(role.name) in memory has \(actual) bytes, the LCM says \(expected)"
        case .digestMismatch(let role, let expected, let actual):
            """
            \(role.name) in memory is not the expected one: SHA-256 \(hexBytes: actual.bytes), expected \
            \(hexBytes: expected.bytes)
            """
        case .commandLineMismatch: "the command line in memory is not the LCM's bootargs"
        default: memoryMessage
        }
    }

    /// What else lies in the domain's memory.
    private var memoryMessage: Line {
        switch self {
        case .badStartInfo: "no PVH start info where vcpu 0's ebx points"
        case .badMemoryMap: "the start info's memory map has ranges that overlap or do not end"
        case .strayRSDP(let address):
            "the RSDP at \(hex: address) lies in no range that the memory map gives to ACPI"
        case .onlineVCPU(let vcpu): "vcpu \(vcpu) would run beside vcpu 0"
        case .badIdentityPageTable: "HVM_PARAM_IDENT_PT does not point at an identity page table"
        case .overlap(let first, let second): "\(first.name) and \(second.name) overlap in memory"
        case .logRegionInUse(let address): "domb,log-region is not zero: something lies at \(hex: address)"
        case .logRegionTooSmall(let needed, let room):
            "domb,log-region has \(room) bytes, and the log needs \(needed)"
        case .strayByte(let address): "coverage all: a byte that nothing explains at \(hex: address)"
        case .pageCount(let owned, let found):
            "coverage all: it owns \(owned) pages, and \(found) lie in its memory"
        default: Line()
        }
    }
}
