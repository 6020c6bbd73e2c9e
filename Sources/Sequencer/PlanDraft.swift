// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

/// What a plan is made of, and all that stands against it. `LaunchPlan.init` throws the first, and people mend an LCM by
/// all: a launch has one list of checks. Where anything stands against it, the rest of it is for nobody.
struct PlanDraft {
    /// In the order in which a launch is refused for them.
    private(set) var refusals: [PlanRefusal]
    /// As it was received; of a command each domain has the domid of the one with its handle.
    let lcm: LCM
    let banks: [HashAlgorithm]?
    let graph: DependencyGraph
    /// Every domain behind those that it depends on.
    let order: [Int]
    let bootDomain: DomainID?
    let places: CPUPoolPlan
    /// One for each domain that Xen has, in LCM order, as are its pages.
    private(set) var configurations: [ConfigPlan] = []
    /// A domain that is not there has none.
    let pageCounts: [UInt64]
    let memory: MemoryBudget

    init(_ received: ReceivedLCM, _ facts: LaunchFacts, _ arguments: LaunchArguments) {
        let isCommand = arguments.launcher == .command
        var found = LaunchPlan.argumentRefusals(received.lcm, received.digest, arguments)
        func attempt<Value>(_ body: () throws(PlanRefusal) -> Value) -> Value? {
            do throws(PlanRefusal) {
                return try body()
            } catch {
                found.append(error)
                return nil
            }
        }
        banks =
            attempt { () throws(PlanRefusal) in
                try LaunchPlan.banks(arguments.pcr, received.lcm.settings.tpmPolicy, facts)
            } ?? nil
        let matched =
            isCommand
            ? attempt { () throws(PlanRefusal) in try LaunchPlan.matched(received.lcm, facts.hypervisor) } : nil
        let lcm = matched ?? received.lcm
        found +=
            isCommand
            ? LaunchPlan.toolstackRefusals(lcm, facts) : LaunchPlan.bootDomainRefusals(lcm, facts, arguments)
        found += LaunchPlan.conductRefusals(lcm, hasRings: isCommand)
        let graph = DependencyGraph(dependencies: lcm.domains.map { $0.dependencies })
        order = attempt { () throws(PlanRefusal) in try LaunchPlan.order(lcm, graph) } ?? []
        found += LaunchPlan.recoveryDependencies(lcm)
        bootDomain = attempt { () throws(PlanRefusal) in
            try LaunchPlan.bootDomain(lcm, facts.hypervisor, arguments)
        }
        (self.lcm, self.graph, places) = (lcm, graph, CPUPoolPlan(lcm))
        let existing = facts.hypervisor.domains.inOrder { $0.domid < $1.domid }
        let built = lcm.domains.map { domain in LaunchPlan.find(domain.domid, in: existing, by: { $0.domid }) }
        pageCounts = built.map { $0?.totalPages ?? 0 }
        memory = MemoryBudget(lcm.domains, pageCounts: pageCounts, host: facts.hypervisor.host)
        refusals = found
        checkDomains(built, facts.hypervisor)
        refusals += lcm.impossibilities
    }

    /// Every domain of the LCM exists as it says, and can be configured so. Whom a channel or a device is for cannot be
    /// told without the boot domain.
    private mutating func checkDomains(_ built: [DomainInfo?], _ facts: HypervisorFacts) {
        let pools = CPUPoolPlan.conflicts(lcm, facts: facts)
        refusals += pools.map { PlanRefusal(.cpupool($0), $0.message) }
        guard let bootDomain else { return }
        let hardwareRoleMoved =
            !facts.callerIsHardwareDomain && lcm.domains.contains { $0.roles.contains(.hardware) }
        let peers = Peers(lcm, bootDomain: bootDomain)
        for (index, domain) in lcm.domains.enumerated() {
            guard let built = built[index] else {
                refusals.append(
                    PlanRefusal(.missing, domid: domain.domid, "it is in the LCM, and Xen has no such domain"))
                continue
            }
            refusals += LaunchPlan.refusals(domain, built)
            let place = pools.isEmpty ? places.place(of: domain, at: index) : .standard
            let conflicts = ConfigPlan.conflicts(
                domain, built: built, facts: facts, hardwareRoleMoved: hardwareRoleMoved, place: place, peers: peers)
            for conflict in conflicts where pools.isEmpty || !conflict.isOfPools {
                refusals.append(PlanRefusal(.configuration(conflict), domid: domain.domid, conflict.message))
            }
            configurations.append(ConfigPlan(domain, facts: facts, place: place, peers: peers))
        }
        refusals += SharedHardware.conflicts(lcm.domains).map {
            PlanRefusal(.configuration($0.conflict), domid: $0.domid, $0.conflict.message)
        }
        if !memory.isKept { refusals.append(PlanRefusal(.memoryBudget, memory.message)) }
    }
}

extension LaunchPlan {
    /// Everything for which `init` would refuse, in its order; none where it would not.
    public static func refusals(
        of received: ReceivedLCM, facts: LaunchFacts, arguments: LaunchArguments
    ) -> [PlanRefusal] {
        PlanDraft(received, facts, arguments).refusals
    }
}

extension ConfigConflict {
    /// What only somebody who knows the domain's pool can tell.
    fileprivate var isOfPools: Bool {
        switch self {
        case .affinityOutsidePool, .notCredit, .notRTDS: true
        case .missingCPU, .emptyAffinity, .missingVCPU, .tooManyVCPUs, .missingNode, .capBeyondVCPUs,
            .hardwareRoleMoved, .memoryOverRAM, .memoryOverHostRAM, .noFLASK, .noIOMMU, .noXenstore,
            .backendWithoutXenstore, .shared:
            false
        }
    }
}
