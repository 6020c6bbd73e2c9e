// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Everything that a format has to carry: the model, and the boot domain, which the model leaves to whoever builds it.
struct Launch: Equatable {
    var lcm: LCM
    var bootDomain: BootDomain?
    /// Of a tree that it is written to.
    var dialect = TreeDialect.document
}

/// The boot domain as the hypervisor builds it.
struct BootDomain: Equatable {
    static let standardName = Array("boot-domain".utf8)
    /// DOMID_BOOT_DOMAIN of the Hyperlaunch documents.
    static let domid: UInt32 = 0x7FF5

    var name: [UInt8] = BootDomain.standardName
    /// `nil` where it is no boot module that an LCM counts: a stock Xen starts dom0 by itself.
    var kernelIndex: UInt32?
    var ramdiskIndex: UInt32?
    var commandLine: [UInt8] = []
    /// In KiB; `nil` leaves it to the hypervisor.
    var memory: UInt64?
    var vcpus: UInt32 = 1
    /// PVH or PV.
    var mode = DomainMode.pvh
    /// What its node says besides: only a tree that is left as it is keeps that.
    var foreign: [String] = []
}

/// What a format cannot say. It is refused: a setting that vanishes on the way is worse than none.
struct Inexpressible: Error {
    let format: String
    /// "domain broker: recovery role".
    private(set) var reasons: [String] = []

    init(_ format: String) { self.format = format }

    mutating func add(_ reason: String) { reasons.append(reason) }
    mutating func add(_ reason: String, unless isExpressible: Bool) { if !isExpressible { reasons.append(reason) } }

    func check(_ path: String) throws(CommandFailure) {
        guard !reasons.isEmpty else { return }
        throw .refusal(reasons) { "\(path): cannot be said in \(format): \($0)" }
    }

    /// What no format but the one that it came in can carry on.
    mutating func addForeign(_ launch: Launch) {
        for what in launch.bootDomain?.foreign ?? [] { add("\(what) of the boot domain") }
        let lcm = launch.lcm
        for property in lcm.unknownProperties {
            let name = property.name.isEmpty ? "" : ":\(text(property.name))"
            add("\(text(property.node))\(name), which DomB does not read")
        }
        for domain in lcm.domains {
            let name = "domain \(text(domain.name))"
            for other in domain.otherModules { add("\(name): its \(other.kind.name) module") }
            for image in [domain.kernel, domain.ramdisk].compactMap({ $0 }) {
                add("\(name): a module at an address of the host", unless: image.bootAddress == nil)
                add("\(name): a module in a file of the EFI loader", unless: image.uefiBinary == nil)
            }
        }
    }
}
