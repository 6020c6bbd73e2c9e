// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import Platform

extension Line {
    mutating func append(_ conflict: ConfigConflict) {
        switch conflict {
        case .missingCPU(let cpu, let online): append("affinity to cpu ", Int(cpu), ", and the host has ", Int(online))
        case .affinityOutsidePool(let cpu): append("affinity to cpu ", Int(cpu), ", which is not in its cpupool")
        case .emptyAffinity(let vcpu): append("vcpu ", Int(vcpu), " may run on no cpu")
        case .missingVCPU(let vcpu, let vcpus): append("affinity of vcpu ", Int(vcpu), ", and cpus is ", Int(vcpus))
        case .tooManyVCPUs(let built, let wanted): append("it has ", Int(built), " vcpus, the LCM says ", Int(wanted))
        case .missingNode(let node, let online):
            append("affinity to node ", Int(node), ", and the host has ", Int(online))
        case .notCredit: append("weight and cap are credit's and credit2's, and the domain is under another scheduler")
        case .capBeyondVCPUs(let cap, let vcpus):
            append("a cap of ", Int(cap), "% of one cpu is more than its vcpus can take: ", Int(vcpus))
        case .notRTDS: append("rtds-period and rtds-budget are RTDS's, and the domain is under another scheduler")
        default: append(hardware: conflict)
        }
    }

    private mutating func append(hardware conflict: ConfigConflict) {
        switch conflict {
        case .hardwareRoleMoved:
            append("ioports, iomem or irqs, and the hardware role has left the boot domain: it has none to give")
        case .memoryOverRAM(let frame):
            append("iomem at guest frame ")
            append(hex: frame)
            append(", where it has RAM or the builder's pages")
        case .memoryOverHostRAM(let frame):
            append("iomem of machine frame ")
            append(hex: frame)
            append(", which is RAM: Xen's or some domain's")
        case .noFLASK: append("a label, and this Xen runs without FLASK")
        case .noStore: append("enhanced, and the LCM names no xenstored")
        case .backendWithoutStore(let server):
            append("a device is served by domain ", Int(server.rawValue), ", which is not enhanced")
        case .noIOMMU: append("a PCI device, and this host has no IOMMU that Xen uses: it could reach all memory")
        case .sharedPort(let port, let other):
            append("port ")
            append(hex: UInt64(port))
            append(sharer: other)
        case .sharedFrame(let frame, let other):
            append("machine frame ")
            append(hex: frame)
            append(sharer: other)
        case .sharedInterrupt(let gsi, let other):
            append("interrupt ", Int(gsi), "")
            append(sharer: other)
        case .sharedDevice(let device, let other):
            append("PCI device ")
            append(device.text)
            append(sharer: other)
        default: break
        }
    }

    private mutating func append(sharer other: DomainID) { append(" is domain ", Int(other.rawValue), "'s too") }
}
