// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Why a domain of the LCM cannot be built on this Xen. Every refusal is found before the first domain is created.
public struct Refusal: Equatable, Sendable {
    /// Why.
    public enum Reason: Equatable, Sendable {
        case control, legacyDom0, xenstore, console
        case mode(DomainMode)
        /// Xen's command line names this domid, or none, as the late hardware domain.
        case hardware(offered: DomainID?)
        /// The other way round: Xen would give the role to a domain that the LCM does not give it to.
        case unwantedHardware
        case domidOfBootDomain
        case vcpus(UInt32)
        case memory(UInt64)
        case unnumberedImage
        case missingImage(path: [UInt8], code: Int32)
        case unknownKernel(path: [UInt8])
        case commandLine
        case tooManyModules(Int)
    }

    /// The domain that cannot be built.
    public let domid: DomainID
    /// Its name in the LCM.
    public let name: [UInt8]
    /// What stands against it.
    public let reason: Reason

    public init(domid: DomainID, name: [UInt8], reason: Reason) {
        self.domid = domid
        self.name = name
        self.reason = reason
    }

    /// One line for people: the domain, then the reason.
    public var line: Line { "\(Line.domain(domid, name))\(reason.text)" }
}

extension Refusal.Reason {
    fileprivate var text: Line {
        switch self {
        case .control: "a toolstack cannot give the control role on this Xen"
        case .legacyDom0: "the role of a legacy dom0 is the boot domain's on this Xen"
        case .xenstore: "the xenstore function needs a xenstore ring in every domain, which is not built"
        case .console: "the console function needs a console ring in every domain, which is not built"
        case .mode(let mode): "mode \(mode.name) is not built, only PVH and PV"
        case .hardware(let offered):
            """
            the hardware role needs a Xen with LATE_HWDOM and hardware_dom= this domid; its command line \
            \(offered.map { "says \($0)" } ?? "has none" as Line)
            """
        case .unwantedHardware: "hardware_dom= gives it the hardware role, the LCM does not"
        case .domidOfBootDomain: "domid 0 is the boot domain's own"
        case .vcpus(let count): "\(count) vcpus; 1 to 128 can be built"
        case .memory(let kibibytes): "\(kibibytes) KiB of memory is not a whole number of 4 KiB pages above 0"
        case .unnumberedImage: "an image without module-index: there is no boot module to take it from"
        case .missingImage(let path, let code): "\(escaped: path) cannot be read: errno \(code)"
        case .unknownKernel(let path): "\(escaped: path) is neither an ELF kernel nor a bzImage"
        case .commandLine: "a zero byte in the kernel's command line"
        case .tooManyModules(let count): "\(count) modules besides the kernel; libxenguest loads 2"
        }
    }
}

extension Line {
    /// "domain 2 (broker): "
    public static func domain(_ domid: DomainID, _ name: [UInt8]) -> Line {
        name.isEmpty ? "domain \(domid): " : "domain \(domid) (\(escaped: name)): "
    }
}
