// SPDX-License-Identifier: Apache-2.0

import Platform

/// Why a domain, or the launch as a whole, was not measured.
public enum MeasurementError: Error, Equatable, Sendable {
    case hypercall(HypercallError)
    /// The domain's PVH start info is not one, or says something else than the LCM.
    case badStartInfo
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
    /// The domain owns another number of pages than lie in its memory.
    case pageCount(owned: UInt64, found: UInt64)
    /// The TPM holds another value than the log leads to.
    case pcrMismatch(HashAlgorithm)
    /// The TPM was reset or restarted while it was used: its PCRs have begun anew.
    case tpmReset
    case tpmRequired
    case notCapped
}
