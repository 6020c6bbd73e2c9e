// SPDX-License-Identifier: Apache-2.0

import Platform

/// Why a domain, or the launch as a whole, was not measured.
public enum MeasurementError: Error, Equatable, Sendable {
    case hypercall(HypercallError)
    /// The domain's PVH start info is not one, or says something else than the LCM.
    case badStartInfo
    case startInfoVersion(UInt32)
    /// SIF_* in the start info that belong to roles which the LCM does not give the domain.
    case foreignFlags(UInt32)
    case moduleCount(expected: UInt32, actual: UInt32)
    case moduleSize(RegionRole, expected: UInt64, actual: UInt64)
    /// The LCM does not say where the kernel lies.
    case unknownPlace(RegionRole)
    /// What lies in memory is not what the LCM expects.
    case digestMismatch(RegionRole, expected: Digest, actual: Digest)
    case commandLineMismatch
    case badMemoryMap
    /// The RSDP lies in no range that the memory map gives to ACPI.
    case strayRSDP(UInt64)
    /// What lies there is no ACPI table: its signature, its length or its checksum.
    case badACPITable(UInt64)
    /// A PV domain that is not as a builder leaves one.
    case pv(PVMeasurementError)
    /// A vcpu besides the first would run.
    case onlineVCPU(UInt32)
    case badIdentityPageTable
    /// Two parts of the domain's memory that cannot both be there.
    case overlap(RegionRole, RegionRole)
    /// The place of the log is not zero: something of the domain lies there.
    case logRegionInUse(UInt64)
    /// The log and its 16 bytes of header do not fit.
    case logRegionTooSmall(needed: UInt64, room: UInt64)
    /// A byte that no image and no structure of the builder explains, by its guest-physical address.
    case strayByte(UInt64)
    /// The same in a domain whose builder clears nothing.
    case oldMemory(UInt64)
    /// The domain owns another number of pages than lie in its memory.
    case pageCount(owned: UInt64, found: UInt64)
    /// The TPM holds another value than the log leads to.
    case pcrMismatch(HashAlgorithm)
    /// The TPM was reset or restarted while it was used: its PCRs have begun anew.
    case tpmReset
    case tpmRequired
    case notCapped
}

extension MeasurementError {
    /// What the console says of it.
    public var message: Line {
        switch self {
        case .hypercall(let error): error.message
        case .badStartInfo: "no PVH start info where vcpu 0's ebx points"
        case .startInfoVersion(let version): "its start info has version \(version), which is not known"
        case .foreignFlags(let flags):
            """
            its start info has the flags \(hex: UInt64(flags)) (1 SIF_PRIVILEGED, 2 SIF_INITDOMAIN) of roles that the LCM does \
            not give it (domb,builder)
            """
        case .moduleCount(let expected, let actual): "the start info has \(actual) modules, the LCM \(expected)"
        case .moduleSize(let role, let expected, let actual):
            "the \(role.name) in memory has \(actual) bytes, the LCM says \(expected)"
        case .unknownPlace(let role): "the LCM does not say where the \(role.name) lies (domb,load)"
        case .digestMismatch(let role, let expected, let actual):
            """
            \(role.name) in memory is not the expected one: SHA-256 \(hexBytes: actual.bytes), expected \
            \(hexBytes: expected.bytes)
            """
        case .commandLineMismatch: "the command line in memory is not the LCM's bootargs"
        case .badMemoryMap: "the start info's memory map has ranges that overlap or do not end"
        case .strayRSDP(let address): "the RSDP at \(hex: address) lies in no range that the memory map gives to ACPI"
        case .badACPITable(let address): "no ACPI table at \(hex: address), which the one before it names"
        case .pv(let error): error.message
        case .onlineVCPU(let vcpu): "vcpu \(vcpu) would run beside vcpu 0"
        case .badIdentityPageTable: "HVM_PARAM_IDENT_PT does not point at an identity page table"
        case .overlap(let first, let second): "\(first.name) and \(second.name) overlap in memory"
        case .logRegionInUse(let address): "domb,log-region is not zero: something lies at \(hex: address)"
        case .logRegionTooSmall(let needed, let room): "domb,log-region has \(room) bytes, and the log needs \(needed)"
        case .strayByte(let address): "coverage all: a byte that nothing explains at \(hex: address)"
        case .oldMemory(let address):
            """
            coverage all: memory from before the launch at \(hex: address), or a byte that nothing explains: the hypervisor \
            that built the domain clears nothing
            """
        case .pageCount(let owned, let found): "coverage all: it owns \(owned) pages, and \(found) lie in its memory"
        case .pcrMismatch(let bank): "the TPM's PCR is not what the log leads to, bank \(bank.name)"
        case .tpmReset: "the TPM was reset or restarted during the launch: its PCRs have begun anew"
        case .tpmRequired: "no TPM, and the policy requires one"
        case .notCapped: "the log is not capped"
        }
    }
}
