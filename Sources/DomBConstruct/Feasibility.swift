// SPDX-License-Identifier: Apache-2.0

import GuestTables
import LaunchControl
import LinuxBindings
import Platform

/// Whether this Xen and this initramfs can give the LCM's domains what they ask for.
struct Feasibility {
    /// XG_MAX_MODULES of xenguest.h.
    private static let moduleLimit = 2

    /// The domid that becomes the hardware domain when it is created: Xen's `hardware_dom=`.
    let lateHardwareDomain: UInt32?

    /// Everything that stands in the way, not only the first: people fix an LCM in one go.
    func refusals(of domains: [DomainDescription]) -> [Refusal] {
        var refusals: [Refusal] = []
        for domain in domains {
            for reason in shapeRefusals(domain) + roleRefusals(domain) + imageRefusals(domain) {
                refusals.append(Refusal(domid: domain.domid, name: domain.name, reason: reason))
            }
        }
        return refusals
    }

    private func shapeRefusals(_ domain: DomainDescription) -> [Refusal.Reason] {
        var reasons: [Refusal.Reason] = []
        if domain.domid.rawValue == 0 { reasons.append(.domidOfBootDomain) }
        if domain.mode != .pvh { reasons.append(.mode(domain.mode)) }
        if !(1...GuestACPI.maximumVCPUs).contains(domain.vcpus) { reasons.append(.vcpus(domain.vcpus)) }
        if domain.memory == 0 || domain.memory % 4 != 0 { reasons.append(.memory(domain.memory)) }
        if domain.commandLine.contains(0) { reasons.append(.commandLine) }
        return reasons
    }

    private func roleRefusals(_ domain: DomainDescription) -> [Refusal.Reason] {
        var reasons: [Refusal.Reason] = []
        if domain.roles.contains(.legacyDom0) { reasons.append(.legacyDom0) }
        if domain.roles.contains(.control) { reasons.append(.control) }
        if domain.roles.contains(.xenstore) { reasons.append(.xenstore) }
        if domain.roles.contains(.console) { reasons.append(.console) }
        let isOffered = lateHardwareDomain == UInt32(domain.domid.rawValue)
        let isAsked = domain.roles.contains(.hardware)
        if isAsked, !isOffered { reasons.append(.hardware(offered: lateHardwareDomain)) }
        if isOffered, !isAsked { reasons.append(.unwantedHardware) }
        return reasons
    }

    private func imageRefusals(_ domain: DomainDescription) -> [Refusal.Reason] {
        var reasons: [Refusal.Reason] = []
        if let reason = fileRefusal(domain.kernel, isKernel: true) { reasons.append(reason) }
        let modules = (domain.ramdisk.map { [$0] } ?? []) + domain.otherModules.filter { $0.isDomains }.map { $0.image }
        if modules.count > Self.moduleLimit { reasons.append(.tooManyModules(modules.count)) }
        for module in modules {
            if let reason = fileRefusal(module, isKernel: false) { reasons.append(reason) }
        }
        return reasons
    }

    private func fileRefusal(_ image: ImageReference, isKernel: Bool) -> Refusal.Reason? {
        guard let index = image.moduleIndex else { return .unnumberedImage }
        let file = ImageFile(moduleIndex: index)
        do throws(Errno) {
            return try file.kind() == .other && isKernel ? .unknownKernel(path: file.path) : nil
        } catch {
            return .missingImage(path: file.path, code: error.code)
        }
    }
}
