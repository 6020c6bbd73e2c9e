// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import Platform

extension ConfigConflict {
    var message: Line {
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
        default: hardwareMessage
        }
    }

    private var hardwareMessage: Line {
        switch self {
        case .hardwareRoleMoved:
            "ioports, iomem or irqs, and the hardware role has left the boot domain: it has none to give"
        case .memoryOverRAM(let frame):
            "iomem at guest frame \(hex: frame), where it has RAM or the builder's pages"
        case .memoryOverHostRAM(let frame):
            "iomem of machine frame \(hex: frame), which is memory, or Xen's or the firmware's"
        case .noFLASK: "a label, and this Xen runs without FLASK"
        case .noStore: "enhanced, and the LCM names no xenstored"
        case .backendWithoutStore(let server): "a device is served by domain \(server), which is not enhanced"
        case .noIOMMU: "a PCI device, and this host has no IOMMU that Xen uses: it could reach all memory"
        case .sharedPort(let port, let other): "port \(hex: port) is domain \(other)'s too"
        case .sharedFrame(let frame, let other): "machine frame \(hex: frame) is domain \(other)'s too"
        case .sharedInterrupt(let gsi, let other): "interrupt \(gsi) is domain \(other)'s too"
        case .sharedDevice(let device, let other): "PCI device \(device.text) is domain \(other)'s too"
        default: Line()
        }
    }
}
