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
            guard let built = find(domain.domid, in: existing, by: { $0.domid }) else { throw .missing(domain.domid) }
            try check(domain, built)
            pageCounts.append(built.totalPages)
            do throws(ConfigConflict) {
                configurations.append(
                    try ConfigPlan(
                        domain, built: built, facts: facts, hardwareRoleMoved: hardwareRoleMoved,
                        place: places.place(of: domain, at: index), partners: partners))
            } catch {
                throw .configuration(domain.domid, error)
            }
        }
        do throws(SharedHardware.Conflict) {
            try SharedHardware.check(module.domains)
        } catch {
            throw .configuration(error.domid, error.conflict)
        }
        return (configurations, pageCounts)
    }

    static func places(
        _ module: LaunchControlModule, _ facts: HypervisorFacts
    ) throws(PlanRefusal) -> CPUPoolPlan {
        do throws(CPUPoolConflict) {
            return try CPUPoolPlan(module, facts: facts)
        } catch {
            throw .cpupool(error)
        }
    }

    private static func check(_ domain: DomainDescription, _ built: DomainInfo) throws(PlanRefusal) {
        let domid = domain.domid
        guard domain.mode == .pvh else { throw .unsupportedMode(domid, domain.mode) }
        guard built.isHVM else { throw .notHVM(domid) }
        guard !built.isShutDown, !built.isDying else { throw .shutDown(domid) }
        guard built.isPaused else { throw .notPaused(domid) }
        guard built.cpuTime == 0 else { throw .alreadyRan(domid) }
        let actual = built.totalPages * 4
        guard actual >= domain.memory, actual - domain.memory <= builderKibibytes else {
            throw .memory(domid, expected: domain.memory, actual: actual)
        }
        guard built.handle == domain.handle ?? built.handle || built.handle == .unset else { throw .handle(domid) }
        guard !domain.kernel.segments.isEmpty else { throw .unknownPlace(domid) }
        for module in domain.otherModules where !module.isDomains {
            throw .unmeasurableModule(domid, module.kind)
        }
        if let place = domain.logRegion, domain.kernel.segments.contains(where: { $0.overlaps(place) }) {
            throw .logRegion(domid)
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
            if arguments.launcher == .command, domain.domid.rawValue != 0 {
                guard arguments.allowsOthers else { throw .unnamed(domain.domid) }
                continue
            }
            guard !domain.isPaused, !domain.isShutDown, !domain.isDying else { throw .unnamed(domain.domid) }
            if let bootDomain { throw .secondRunningDomain(bootDomain, domain.domid) }
            bootDomain = domain.domid
        }
        guard let bootDomain else { throw .noBootDomain }
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
