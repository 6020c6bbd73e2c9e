// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension LaunchPlan {
    /// What Xen has, against what the LCM says of it.
    static func refusals(_ domain: DomainDescription, _ built: DomainInfo) -> [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        func refuse(_ code: PlanRefusal.Code, where isBroken: Bool, _ message: @autoclosure () -> Line) {
            if isBroken { refusals.append(PlanRefusal(code, domid: domain.domid, message())) }
        }
        refuse(
            .unsupportedMode, where: domain.mode == .hvm,
            "mode \(domain.mode.name) cannot be measured: what the device model does to its memory is in no record")
        refuse(.notHVM, where: domain.mode == .pvh && !built.isHVM, "it is a PV domain, and the LCM says PVH")
        refuse(.notPV, where: domain.mode == .pv && built.isHVM, "it is an HVM or PVH domain, and the LCM says PV")
        refuse(.shutDown, where: built.isShutDown || built.isDying, "it is shut down or dying")
        refuse(.notPaused, where: !built.isPaused, "it runs already")
        refuse(.alreadyRan, where: built.cpuTime != 0, "it is paused, but it ran before")
        let actual = built.totalPages * 4
        refuse(
            .memory, where: actual < domain.memory || actual - domain.memory > builderKibibytes,
            "it owns \(actual) KiB, the LCM says \(domain.memory)")
        let isItsHandle = built.handle == domain.handle ?? built.handle || built.handle == .unset
        refuse(.handle, where: !isItsHandle, "its handle is not the LCM's domain-uuid")
        return refusals + placeRefusals(domain)
    }

    private static func placeRefusals(_ domain: DomainDescription) -> [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        if domain.kernel.segments.isEmpty {
            refusals.append(
                PlanRefusal(
                    .unknownPlace, domid: domain.domid, "the LCM does not say where its kernel lies (domb,load)"))
        }
        for module in domain.otherModules where !module.isDomains {
            refusals.append(
                PlanRefusal(
                    .unmeasurableModule, domid: domain.domid,
                    "it has a module of kind \(module.kind.name), which is the hypervisor's and not a domain's"))
        }
        if let place = domain.logRegion, domain.kernel.segments.contains(where: { $0.overlaps(place) }) {
            refusals.append(PlanRefusal(.logRegion, domid: domain.domid, "domb,log-region lies over its kernel"))
        }
        return refusals
    }

    /// The one running domain that the LCM does not name is the boot domain itself; for a command that is domain 0.
    static func bootDomain(
        _ lcm: LCM, _ facts: HypervisorFacts, _ arguments: LaunchArguments
    ) throws(PlanRefusal) -> DomainID {
        let existing = facts.domains.inOrder { $0.domid < $1.domid }
        let named = lcm.domains.map { $0.domid }.inOrder(<)
        var bootDomain: DomainID?
        for domain in existing where find(domain.domid, in: named, by: { $0 }) == nil {
            if arguments.launcher == .command, domain.domid.rawValue != 0, arguments.allowsOthers { continue }
            let runs = !domain.isPaused && !domain.isShutDown && !domain.isDying
            guard runs, arguments.launcher != .command || domain.domid.rawValue == 0 else {
                throw PlanRefusal(.unnamed, domid: domain.domid, "it exists, and the LCM does not name it")
            }
            if let bootDomain {
                throw PlanRefusal(
                    .secondRunningDomain, "domains \(bootDomain) and \(domain.domid) run, and the LCM names neither")
            }
            bootDomain = domain.domid
        }
        guard let bootDomain else { throw noBootDomain }
        return bootDomain
    }

    static var noBootDomain: PlanRefusal {
        PlanRefusal(
            .noBootDomain, "every running domain is one that the LCM names: which one is the boot domain?")
    }

    /// Binary search by domid.
    static func find<Element>(
        _ domid: DomainID, in sorted: [Element], by key: (Element) -> DomainID
    ) -> Element? {
        let place = sorted.partitionPoint { key($0) < domid }
        return place < sorted.count && key(sorted[place]) == domid ? sorted[place] : nil
    }
}

/// What is different where the launch is a command of a dom0 (docs/classic-dom0.md).
extension LaunchPlan {
    /// A toolstack's domids follow from what ran before: a domain that has a UUID is the one with that handle, whatever
    /// its domid.
    static func matched(
        _ lcm: LCM, _ facts: HypervisorFacts
    ) throws(PlanRefusal) -> LCM {
        var lcm = lcm
        for index in lcm.domains.indices {
            guard let handle = lcm.domains[index].handle, handle != .unset else { continue }
            var found: DomainID?
            for domain in facts.domains where domain.handle == handle {
                guard found == nil else { throw Self.ambiguous(lcm.domains[index].domid) }
                found = domain.domid
            }
            if let found { lcm.domains[index].domid = found }
        }
        let domids = lcm.domains.map { $0.domid }.inOrder(<)
        for (left, right) in zip(domids, domids.dropFirst()) where left == right {
            throw Self.ambiguous(left)
        }
        return lcm
    }

    /// Other processes, open descriptors and the handoff are a boot domain's matter.
    static func toolstackRefusals(_ lcm: LCM, _ facts: LaunchFacts) -> [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        for domain in lcm.domains {
            // The log would tell of a role that no toolstack gave it.
            if !domain.roles.subtracting(.recovery).isEmpty {
                refusals.append(
                    PlanRefusal(
                        .toolstackRole, domid: domain.domid, "its role is not one that a toolstack can give"))
            }
            if domain.settings.usesXenstore {
                refusals.append(
                    PlanRefusal(
                        .toolstackDevices, domid: domain.domid,
                        "xen,enhanced and PV devices: a toolstack has made them, and DomB would again"))
            }
        }
        return refusals + xenstoreRefusals(lcm, facts)
    }

    private static func ambiguous(_ domid: DomainID) -> PlanRefusal {
        PlanRefusal(.ambiguous, domid: domid, "its domain-uuid or its domid is another domain's, too")
    }
}
