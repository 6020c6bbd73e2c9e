// SPDX-License-Identifier: Apache-2.0

import LaunchControl
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
    case noXenstore
    /// Its device's backend has no xenstore.
    case backendWithoutXenstore(DomainID)
    /// What two domains would have, by its key: the first of it, and the other domain.
    case shared(SettingKey, UInt64, with: DomainID)

    /// In words.
    public var message: Line {
        switch self {
        case .missingCPU(let cpu, let online): "affinity to cpu \(cpu), and the host has \(online)"
        case .affinityOutsidePool(let cpu): "affinity to cpu \(cpu), which is not in its cpupool"
        case .emptyAffinity(let vcpu): "vcpu \(vcpu) may run on no cpu"
        case .missingVCPU(let vcpu, let vcpus): "affinity of vcpu \(vcpu), and cpus is \(vcpus)"
        case .tooManyVCPUs(let built, let wanted): "it has \(built) vcpus, the LCM says \(wanted)"
        case .missingNode(let node, let online): "affinity to node \(node), and the host has \(online)"
        case .notCredit: "weight and cap are credit's and credit2's, and the domain is under another scheduler"
        case .capBeyondVCPUs(let cap, let vcpus):
            "a cap of \(cap)% of one cpu is more than its vcpus can take: \(vcpus)"
        case .notRTDS: "rtds-period and rtds-budget are RTDS's, and the domain is under another scheduler"
        case .hardwareRoleMoved:
            "ioports, iomem or irqs, and the hardware role has left the boot domain: it has none to give"
        case .memoryOverRAM(let frame): "iomem at guest frame \(hex: frame), where it has RAM or the builder's pages"
        case .memoryOverHostRAM(let frame):
            "iomem of machine frame \(hex: frame), which is memory, or Xen's or the firmware's"
        case .noFLASK: "a label, and this Xen runs without FLASK"
        case .noXenstore: "enhanced, and the LCM names no xenstored"
        case .backendWithoutXenstore(let server): "a device is served by domain \(server), which is not enhanced"
        case .noIOMMU: "a PCI device, and this host has no IOMMU that Xen uses: it could reach all memory"
        case .shared(.ioports, let port, let other): "port \(hex: port) is domain \(other)'s too"
        case .shared(.iomem, let frame, let other): "machine frame \(hex: frame) is domain \(other)'s too"
        case .shared(.irqs, let gsi, let other): "interrupt \(gsi) is domain \(other)'s too"
        case .shared(.pci, let device, let other):
            "PCI device \(PCIAddress(rawValue: UInt32(truncatingIfNeeded: device)).text) is domain \(other)'s too"
        case .shared(let key, let number, let other): "\(key.schema.word) \(number) is domain \(other)'s too"
        }
    }
}
