// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension LaunchPlan {
    /// Everything for which `init` would refuse, in its order; none where it would not. People mend an LCM in one go.
    public static func refusals(
        of received: ReceivedLCM, facts: LaunchFacts, arguments: LaunchArguments
    ) -> [PlanRefusal] {
        var found = argumentRefusals(received.lcm, received.digest, arguments)
        func attempt<Value>(_ body: () throws(PlanRefusal) -> Value) -> Value? {
            do throws(PlanRefusal) {
                return try body()
            } catch {
                found.append(error)
                return nil
            }
        }
        let policy = received.lcm.settings.tpmPolicy
        _ = attempt { () throws(PlanRefusal) in try banks(arguments.pcr, policy, facts) }
        let isCommand = arguments.launcher == .command
        var lcm = received.lcm
        if isCommand, let matched = attempt({ () throws(PlanRefusal) in try matched(received.lcm, facts.hypervisor) }) {
            lcm = matched
        }
        found += isCommand ? toolstackRefusals(lcm, facts) : bootDomainRefusals(lcm, facts, arguments)
        found += conductRefusals(lcm, hasRings: isCommand)
        found += orderRefusals(lcm, DependencyGraph(dependencies: lcm.domains.map { $0.dependencies }))
        let bootDomain = attempt { () throws(PlanRefusal) in
            try Self.bootDomain(lcm, facts.hypervisor, arguments)
        }
        let pools = CPUPoolPlan.conflicts(lcm, facts: facts.hypervisor)
        found += pools.map { PlanRefusal(.cpupool($0), $0.message) }
        guard let bootDomain else { return found + lcm.impossibilities }
        let places =
            pools.isEmpty ? attempt { () throws(PlanRefusal) in try Self.places(lcm, facts.hypervisor) } : nil
        found += domainRefusals(lcm, facts.hypervisor, places, bootDomain)
        if let refusal = budgetRefusal(lcm, facts.hypervisor) { found.append(refusal) }
        return found + lcm.impossibilities
    }

    /// Of the pages that the domains have; one that is not there has none.
    private static func budgetRefusal(_ lcm: LCM, _ facts: HypervisorFacts) -> PlanRefusal? {
        let existing = facts.domains.inOrder { $0.domid < $1.domid }
        let pageCounts = lcm.domains.map { domain in
            find(domain.domid, in: existing, by: { $0.domid })?.totalPages ?? 0
        }
        let budget = MemoryBudget(lcm.domains, pageCounts: pageCounts, host: facts.host)
        return budget.isKept ? nil : PlanRefusal(.memoryBudget, budget.message)
    }
}
