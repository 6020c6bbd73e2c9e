// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension LaunchPlan {
    /// Everything for which `init` would refuse, in its order; none where it would not. People mend an LCM in one go.
    public static func refusals(
        of lcm: ReceivedModule, facts: LaunchFacts, arguments: LaunchArguments
    ) -> [PlanRefusal] {
        var found = argumentRefusals(lcm.module, lcm.digest, arguments)
        func attempt<Value>(_ body: () throws(PlanRefusal) -> Value) -> Value? {
            do throws(PlanRefusal) {
                return try body()
            } catch {
                found.append(error)
                return nil
            }
        }
        let policy = lcm.module.settings.tpmPolicy
        _ = attempt { () throws(PlanRefusal) in try banks(arguments.pcr, policy, facts) }
        let isCommand = arguments.launcher == .command
        var module = lcm.module
        if isCommand, let matched = attempt({ () throws(PlanRefusal) in try matched(lcm.module, facts.hypervisor) }) {
            module = matched
        }
        found += isCommand ? toolstackRefusals(module, facts) : bootDomainRefusals(module, facts, arguments)
        found += conductRefusals(module, hasRings: isCommand)
        found += orderRefusals(module, DependencyGraph(dependencies: module.domains.map { $0.dependencies }))
        let bootDomain = attempt { () throws(PlanRefusal) in
            try Self.bootDomain(module, facts.hypervisor, arguments)
        }
        let pools = CPUPoolPlan.conflicts(module, facts: facts.hypervisor)
        found += pools.map { PlanRefusal(.cpupool($0), $0.message) }
        guard let bootDomain else { return found + module.impossibilities }
        let places =
            pools.isEmpty ? attempt { () throws(PlanRefusal) in try Self.places(module, facts.hypervisor) } : nil
        found += domainRefusals(module, facts.hypervisor, places, bootDomain)
        if let refusal = budgetRefusal(module, facts.hypervisor) { found.append(refusal) }
        return found + module.impossibilities
    }

    /// Of the pages that the domains have; one that is not there has none.
    private static func budgetRefusal(_ module: LaunchControlModule, _ facts: HypervisorFacts) -> PlanRefusal? {
        let existing = facts.domains.inOrder { $0.domid < $1.domid }
        let pageCounts = module.domains.map { domain in
            find(domain.domid, in: existing, by: { $0.domid })?.totalPages ?? 0
        }
        let budget = MemoryBudget(module.domains, pageCounts: pageCounts, host: facts.host)
        return budget.isKept ? nil : PlanRefusal(.memoryBudget, budget.message)
    }
}
