// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Line {
    mutating func append(_ error: MeasurementError) {
        switch error {
        case .hypercall(let error): append(error)
        case .pcrMismatch(let bank):
            append("the TPM's PCR is not what the log leads to, bank ")
            append(bank.name)
        case .tpmReset: append("the TPM was reset or restarted during the launch: its PCRs have begun anew")
        case .tpmRequired: append("no TPM, and the policy requires one")
        case .notCapped: append("the log is not capped")
        case .unknownPlace, .moduleCount, .moduleSize, .digestMismatch, .commandLineMismatch: append(image: error)
        default: append(memory: error)
        }
    }

    /// The images against the LCM.
    private mutating func append(image error: MeasurementError) {
        switch error {
        case .unknownPlace(let role):
            append("the LCM does not say where the ")
            append(role.name)
            append(" lies (domb,load)")
        case .moduleCount(let expected, let actual):
            append("the start info has ", Int(actual), " modules, the LCM ", Int(expected))
        case .moduleSize(let role, let expected, let actual):
            append("the ")
            append(role.name)
            append(" in memory has ", Int(clamping: actual), " bytes, the LCM says ", Int(clamping: expected))
        case .digestMismatch(let role, let expected, let actual):
            append(role.name)
            append(" in memory is not the expected one: SHA-256 ")
            append(hexBytes: actual.bytes)
            append(", expected ")
            append(hexBytes: expected.bytes)
        case .commandLineMismatch: append("the command line in memory is not the LCM's bootargs")
        default: break
        }
    }

    /// What else lies in the domain's memory.
    private mutating func append(memory error: MeasurementError) {
        switch error {
        case .badStartInfo: append("no PVH start info where vcpu 0's ebx points")
        case .badMemoryMap: append("the start info's memory map has ranges that overlap or do not end")
        case .strayRSDP(let address):
            append("the RSDP at ")
            append(hex: address)
            append(" lies in no range that the memory map gives to ACPI")
        case .onlineVCPU(let vcpu): append("vcpu ", Int(vcpu), " would run beside vcpu 0")
        case .badIdentityPageTable: append("HVM_PARAM_IDENT_PT does not point at an identity page table")
        case .overlap(let first, let second):
            append(first.name)
            append(" and ")
            append(second.name)
            append(" overlap in memory")
        case .logRegionInUse(let address):
            append("domb,log-region is not zero: something lies at ")
            append(hex: address)
        case .logRegionTooSmall(let needed, let room):
            append("domb,log-region has ", Int(clamping: room), " bytes, and the log needs ", Int(clamping: needed))
        case .strayByte(let address):
            append("coverage all: a byte that nothing explains at ")
            append(hex: address)
        case .pageCount(let owned, let found):
            append(
                "coverage all: it owns ", Int(clamping: owned), " pages, and ", Int(clamping: found),
                " lie in its memory")
        default: break
        }
    }
}
