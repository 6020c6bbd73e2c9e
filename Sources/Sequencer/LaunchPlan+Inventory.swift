// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension LaunchPlan {
    /// Every domain of the LCM exists as it says, and no other exists but the boot domain.
    static func checkDomains(
        _ lcm: LCM, _ facts: HypervisorFacts, _ places: CPUPoolPlan, _ bootDomain: DomainID
    ) throws(PlanRefusal) -> (configurations: [ConfigPlan], pageCounts: [UInt64]) {
        // I4: nothing may depend on the order in which Xen lists its domains.
        let existing = facts.domains.inOrder { $0.domid < $1.domid }
        var configurations: [ConfigPlan] = []
        var pageCounts: [UInt64] = []
        let hardwareRoleMoved =
            !facts.callerIsHardwareDomain && lcm.domains.contains { $0.roles.contains(.hardware) }
        let peers = Peers(lcm, bootDomain: bootDomain)
        for (index, domain) in lcm.domains.enumerated() {
            guard let built = find(domain.domid, in: existing, by: { $0.domid }) else {
                throw PlanRefusal(.missing, domid: domain.domid, missing)
            }
            try refuse(refusals(domain, built))
            pageCounts.append(built.totalPages)
            do throws(ConfigConflict) {
                configurations.append(
                    try ConfigPlan(
                        domain, built: built, facts: facts, hardwareRoleMoved: hardwareRoleMoved,
                        place: places.place(of: domain, at: index), peers: peers))
            } catch {
                throw PlanRefusal(.configuration(error), domid: domain.domid, error.message)
            }
        }
        try refuse(sharedHardware(lcm))
        return (configurations, pageCounts)
    }

    private static func sharedHardware(_ lcm: LCM) -> [PlanRefusal] {
        SharedHardware.conflicts(lcm.domains).map {
            PlanRefusal(.configuration($0.conflict), domid: $0.domid, $0.conflict.message)
        }
    }

    /// The same for every domain, with all that stands against it. Without `places`, which the pools' own conflicts
    /// take away, what depends on a scheduler or on a pool is left out.
    static func domainRefusals(
        _ lcm: LCM, _ facts: HypervisorFacts, _ places: CPUPoolPlan?, _ bootDomain: DomainID
    ) -> [PlanRefusal] {
        let existing = facts.domains.inOrder { $0.domid < $1.domid }
        let hardwareRoleMoved =
            !facts.callerIsHardwareDomain && lcm.domains.contains { $0.roles.contains(.hardware) }
        let peers = Peers(lcm, bootDomain: bootDomain)
        var found: [PlanRefusal] = []
        for (index, domain) in lcm.domains.enumerated() {
            guard let built = find(domain.domid, in: existing, by: { $0.domid }) else {
                found.append(PlanRefusal(.missing, domid: domain.domid, missing))
                continue
            }
            found += refusals(domain, built)
            let conflicts = ConfigPlan.conflicts(
                domain, built: built, facts: facts, hardwareRoleMoved: hardwareRoleMoved,
                place: places?.place(of: domain, at: index) ?? .standard, peers: peers)
            for conflict in conflicts where places != nil || !conflict.isOfPools {
                found.append(PlanRefusal(.configuration(conflict), domid: domain.domid, conflict.message))
            }
        }
        return found + sharedHardware(lcm)
    }

    private static var missing: Line { "it is in the LCM, and Xen has no such domain" }

    static func places(
        _ lcm: LCM, _ facts: HypervisorFacts
    ) throws(PlanRefusal) -> CPUPoolPlan {
        do throws(CPUPoolConflict) {
            return try CPUPoolPlan(lcm, facts: facts)
        } catch {
            throw PlanRefusal(.cpupool(error), error.message)
        }
    }

    /// What Xen has, against what the LCM says of it.
    private static func refusals(_ domain: DomainDescription, _ built: DomainInfo) -> [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        func refuse(_ code: PlanRefusal.Code, where isBroken: Bool, _ message: @autoclosure () -> Line) {
            if isBroken { refusals.append(PlanRefusal(code, domid: domain.domid, message())) }
        }
        let isPVH = domain.mode == .pvh
        refuse(.unsupportedMode, where: !isPVH, "mode \(domain.mode.name) cannot be measured by this version")
        refuse(.notHVM, where: isPVH && !built.isHVM, "it is a PV domain, and the LCM says PVH")
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
        guard let bootDomain else {
            throw PlanRefusal(
                .noBootDomain, "every running domain is one that the LCM names: which one is the boot domain?")
        }
        return bootDomain
    }

    /// Binary search by domid.
    static func find<Element>(
        _ domid: DomainID, in sorted: [Element], by key: (Element) -> DomainID
    ) -> Element? {
        let place = sorted.partitionPoint { key($0) < domid }
        return place < sorted.count && key(sorted[place]) == domid ? sorted[place] : nil
    }
}

extension ConfigConflict {
    /// What only somebody who knows the domain's pool can tell.
    fileprivate var isOfPools: Bool {
        switch self {
        case .affinityOutsidePool, .notCredit, .notRTDS: true
        case .missingCPU, .emptyAffinity, .missingVCPU, .tooManyVCPUs, .missingNode, .capBeyondVCPUs,
            .hardwareRoleMoved,
            .memoryOverRAM, .memoryOverHostRAM, .noFLASK, .noIOMMU, .noXenstore, .backendWithoutXenstore, .shared:
            false
        }
    }
}
