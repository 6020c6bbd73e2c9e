// SPDX-License-Identifier: Apache-2.0

import Platform

/// Why a configuration cannot be applied on this host: known before the first hypercall.
public enum ConfigConflict: Error, Equatable, Sendable {
    /// An affinity names a cpu that is not online.
    case missingCPU(cpu: UInt32, online: UInt32)
    /// An affinity names a cpu that is in another cpupool than the domain.
    case affinityOutsidePool(cpu: UInt32)
    case emptyAffinity(vcpu: UInt32)
    /// An affinity names a vcpu that the domain does not have.
    case missingVCPU(vcpu: UInt32, vcpus: UInt32)
    /// The builder made more vcpus than the LCM says.
    case tooManyVCPUs(built: UInt32, wanted: UInt32)
    /// A node affinity names a node that is not online.
    case missingNode(node: UInt32, online: UInt32)
    /// Weight and cap are credit's and credit2's.
    case notCredit
    /// More than all its vcpus together could take, in percent of one cpu.
    case capBeyondVCPUs(cap: UInt16, vcpus: UInt32)
    /// Period and budget are RTDS's.
    case notRTDS
    /// Ports, memory or interrupts, and the hardware role has left the boot domain: it has no such permission to give.
    case hardwareRoleMoved
    /// Guest frames of `domb,iomem` where the domain has RAM or the builder's pages.
    case memoryOverRAM(frame: UInt64)
    /// Machine frames of `domb,iomem` that are RAM: Xen itself would give them.
    case memoryOverHostRAM(frame: UInt64)
    case noFLASK
    case noIOMMU
    /// `xen,enhanced`, and the LCM names no xenstored.
    case noStore
    /// Its device's backend has no xenstore.
    case backendWithoutStore(DomainID)
    // What two domains would have: the first of it, and the other domain.
    case sharedPort(UInt32, with: DomainID)
    case sharedFrame(UInt64, with: DomainID)
    case sharedInterrupt(UInt32, with: DomainID)
    case sharedDevice(PCIAddress, with: DomainID)
}
