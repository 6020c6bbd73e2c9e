// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension LaunchPlan {
    /// Every domain of the LCM exists as it says, and no other exists but the boot domain.
    static func checkDomains(
        _ module: LaunchControlModule, _ facts: HypervisorFacts, _ places: CPUPoolPlan, _ bootDomain: DomainID
    ) throws(PlanRefusal) -> (configurations: [ConfigPlan], pageCounts: [UInt64]) {
        // I4: nothing may depend on the order in which Xen lists its domains.
        let existing = facts.domains.inOrder { $0.domid < $1.domid }
        var configurations: [ConfigPlan] = []
        var pageCounts: [UInt64] = []
        let hardwareRoleMoved =
            !facts.callerIsHardwareDomain && module.domains.contains { $0.roles.contains(.hardware) }
        let partners = Partners(module, bootDomain: bootDomain)
        for (index, domain) in module.domains.enumerated() {
            guard let built = find(domain.domid, in: existing, by: { $0.domid }) else {
                throw PlanRefusal(.missing, domid: domain.domid, "it is in the LCM, and Xen has no such domain")
            }
            try check(domain, built)
            pageCounts.append(built.totalPages)
            do throws(ConfigConflict) {
                configurations.append(
                    try ConfigPlan(
                        domain, built: built, facts: facts, hardwareRoleMoved: hardwareRoleMoved,
                        place: places.place(of: domain, at: index), partners: partners))
            } catch {
                throw PlanRefusal(.configuration(error), domid: domain.domid, error.message)
            }
        }
        do throws(SharedHardware.Conflict) {
            try SharedHardware.check(module.domains)
        } catch {
            throw PlanRefusal(.configuration(error.conflict), domid: error.domid, error.conflict.message)
        }
        return (configurations, pageCounts)
    }

    static func places(
        _ module: LaunchControlModule, _ facts: HypervisorFacts
    ) throws(PlanRefusal) -> CPUPoolPlan {
        do throws(CPUPoolConflict) {
            return try CPUPoolPlan(module, facts: facts)
        } catch {
            throw PlanRefusal(.cpupool(error), error.message)
        }
    }

    private static func check(_ domain: DomainDescription, _ built: DomainInfo) throws(PlanRefusal) {
        let domid = domain.domid
        guard domain.mode == .pvh else {
            throw PlanRefusal(
                .unsupportedMode, domid: domid, "mode \(domain.mode.name) cannot be measured by this version")
        }
        guard built.isHVM else { throw PlanRefusal(.notHVM, domid: domid, "it is a PV domain, and the LCM says PVH") }
        guard !built.isShutDown, !built.isDying else {
            throw PlanRefusal(.shutDown, domid: domid, "it is shut down or dying")
        }
        guard built.isPaused else { throw PlanRefusal(.notPaused, domid: domid, "it runs already") }
        guard built.cpuTime == 0 else {
            throw PlanRefusal(.alreadyRan, domid: domid, "it is paused, but it ran before")
        }
        let actual = built.totalPages * 4
        guard actual >= domain.memory, actual - domain.memory <= builderKibibytes else {
            throw PlanRefusal(.memory, domid: domid, "it owns \(actual) KiB, the LCM says \(domain.memory)")
        }
        guard built.handle == domain.handle ?? built.handle || built.handle == .unset else {
            throw PlanRefusal(.handle, domid: domid, "its handle is not the LCM's domain-uuid")
        }
        try checkPlaces(domain)
    }

    private static func checkPlaces(_ domain: DomainDescription) throws(PlanRefusal) {
        guard !domain.kernel.segments.isEmpty else {
            throw PlanRefusal(
                .unknownPlace, domid: domain.domid, "the LCM does not say where its kernel lies (domb,load)")
        }
        for module in domain.otherModules where !module.isDomains {
            throw PlanRefusal(
                .unmeasurableModule, domid: domain.domid,
                "it has a module of kind \(module.kind.name), which is the hypervisor's and not a domain's")
        }
        if let place = domain.logRegion, domain.kernel.segments.contains(where: { $0.overlaps(place) }) {
            throw PlanRefusal(.logRegion, domid: domain.domid, "domb,log-region lies over its kernel")
        }
    }

    /// The one running domain that the LCM does not name is the boot domain itself; for a command that is domain 0.
    static func bootDomain(
        _ module: LaunchControlModule, _ facts: HypervisorFacts, _ arguments: LaunchArguments
    ) throws(PlanRefusal) -> DomainID {
        let existing = facts.domains.inOrder { $0.domid < $1.domid }
        let named = module.domains.map { $0.domid }.inOrder(<)
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
