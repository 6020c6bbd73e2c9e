// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Whether domb-construct can give the LCM's domains what they ask for on a Xen with this command line.
public struct Feasibility: Sendable {
    /// XG_MAX_MODULES of xenguest.h.
    private static let moduleLimit = 2

    /// The domid that becomes the hardware domain when it is created: Xen's `hardware_dom=`.
    private let lateHardwareDomain: DomainID?

    public init(xenCommandLine: [UInt8]) {
        lateHardwareDomain = BootOptions.lateHardwareDomain(in: xenCommandLine)
    }

    /// Everything that stands in the way, not only the first: people fix an LCM in one go. `problem` is asked what is
    /// wrong with a boot module, by its index and whether it is a kernel.
    public func refusals(
        of domains: [DomainDescription], problem: (_ moduleIndex: UInt32, _ isKernel: Bool) -> Refusal.Reason?
    ) -> [Refusal] {
        var refusals: [Refusal] = []
        for domain in domains {
            for reason in shapeRefusals(domain) + roleRefusals(domain) + imageRefusals(domain, problem) {
                refusals.append(Refusal(domid: domain.domid, name: domain.name, reason: reason))
            }
        }
        return refusals
    }

    private func shapeRefusals(_ domain: DomainDescription) -> [Refusal.Reason] {
        var reasons: [Refusal.Reason] = []
        if domain.domid.rawValue == 0 { reasons.append(.domidOfBootDomain) }
        if domain.mode == .hvm { reasons.append(.mode(domain.mode)) }
        if !(1...GuestACPI.maximumVCPUs).contains(domain.vcpus) { reasons.append(.vcpus(domain.vcpus)) }
        if domain.memory == 0 || !domain.hasWholePages { reasons.append(.memory(domain.memory)) }
        if domain.commandLine.contains(0) { reasons.append(.commandLine) }
        return reasons
    }

    private func roleRefusals(_ domain: DomainDescription) -> [Refusal.Reason] {
        var reasons: [Refusal.Reason] = []
        if domain.roles.contains(.legacyDom0) { reasons.append(.legacyDom0) }
        if domain.roles.contains(.control) { reasons.append(.control) }
        if domain.roles.contains(.xenstore) { reasons.append(.xenstore) }
        if domain.roles.contains(.console) { reasons.append(.console) }
        let isOffered = lateHardwareDomain == domain.domid
        let isAsked = domain.roles.contains(.hardware)
        if isAsked, !isOffered { reasons.append(.hardware(offered: lateHardwareDomain)) }
        if isOffered, !isAsked { reasons.append(.unwantedHardware) }
        return reasons
    }

    private func imageRefusals(
        _ domain: DomainDescription, _ problem: (UInt32, Bool) -> Refusal.Reason?
    ) -> [Refusal.Reason] {
        func reason(_ image: ImageReference, isKernel: Bool) -> Refusal.Reason? {
            guard let index = image.moduleIndex else { return .unnumberedImage }
            return problem(index, isKernel)
        }
        var reasons: [Refusal.Reason] = []
        if let reason = reason(domain.kernel, isKernel: true) { reasons.append(reason) }
        let modules = domain.loadedModules
        if modules.count > Self.moduleLimit { reasons.append(.tooManyModules(modules.count)) }
        for module in modules {
            if let reason = reason(module, isKernel: false) { reasons.append(reason) }
        }
        return reasons
    }
}

extension DomainDescription {
    /// The ramdisk first, then the others in LCM order: as the start info is to list them.
    public var loadedModules: [ImageReference] {
        (ramdisk.map { [$0] } ?? []) + otherModules.filter { $0.isDomains }.map { $0.image }
    }
}
