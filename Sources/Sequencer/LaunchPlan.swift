// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

/// What a launch will do, complete before it does anything. Every refusal that can be known happens here.
public struct LaunchPlan: Equatable, Sendable {
    /// The LCM that is launched.
    public let module: LaunchControlModule
    /// The command line's: where the launch is measured.
    public let pcr: PCRIndex
    /// The TPM's active banks that DomB hashes; `nil` where no TPM answers and the policy goes on without.
    public let banks: [HashAlgorithm]?
    /// One for each domain, in LCM order.
    public let configurations: [ConfigPlan]
    /// The pages that each domain owns, by Xen's word, in LCM order.
    public let pageCounts: [UInt64]
    /// Who waits for whom.
    public let graph: DependencyGraph
    /// Indices of the domains, in the order in which they are unpaused where each is ready at once. The Recovery Domain
    /// is not among them.
    public let unpauseOrder: [Int]
    /// Those of them that the handoff itself unpauses, in the same order.
    public let atHandoff: [Int]
    /// The index of the Recovery Domain.
    public let recovery: Int?
    /// The domain that DomB runs in.
    public let bootDomain: DomainID
    /// What the domains own and may own, against what is free.
    public let memory: MemoryBudget
    /// Those that the launch makes; pool 0 is not among them.
    public let cpupools: [CPUPool]

    /// Pages beyond its RAM that a builder gives a domain: special pages, identity map, ACPI tables. libxenguest takes
    /// about ten; a whole MiB allows for others and still tells a domain of another size.
    static let builderKibibytes: UInt64 = 1024

    public init(
        module: LaunchControlModule, digest: Digest, facts: LaunchFacts, arguments: LaunchArguments
    ) throws(PlanRefusal) {
        try Self.checkArguments(module, digest, arguments)
        pcr = arguments.pcr
        banks = try Self.banks(pcr, module.settings.tpmPolicy, facts)
        let isCommand = arguments.launcher == .command
        let module = isCommand ? try Self.matched(module, facts.hypervisor) : module
        self.module = module
        try isCommand ? Self.checkToolstack(module, facts) : Self.checkBootDomain(module, facts, arguments)
        graph = DependencyGraph(dependencies: module.domains.map { $0.dependencies })
        recovery = try Self.checkConduct(module, hasRings: isCommand)
        unpauseOrder = try Self.order(module, graph)
        atHandoff = isCommand ? [] : Self.handoffUnpauses(module, unpauseOrder)
        bootDomain = try Self.bootDomain(module, facts.hypervisor, arguments)
        let places = try Self.places(module, facts.hypervisor)
        cpupools = places.pools
        (configurations, pageCounts) = try Self.checkDomains(module, facts.hypervisor, places, bootDomain)
        memory = MemoryBudget(module.domains, pageCounts: pageCounts, host: facts.hypervisor.host)
        guard memory.isKept else { throw .memoryBudget(memory) }
    }

    private static func checkArguments(
        _ module: LaunchControlModule, _ digest: Digest, _ arguments: LaunchArguments
    ) throws(PlanRefusal) {
        if let pinned = arguments.pinnedDigest, pinned != digest {
            throw .pinnedDigest(expected: pinned, actual: digest)
        }
        guard module.settings.tpmPolicy >= arguments.leastTPMPolicy else {
            throw .policyBelowLeast(asked: module.settings.tpmPolicy, least: arguments.leastTPMPolicy)
        }
        if let named = module.settings.pcr, named != arguments.pcr { throw .otherPCR(named: named, arguments.pcr) }
    }

    private static func banks(
        _ pcr: PCRIndex, _ policy: TPMPolicy, _ facts: LaunchFacts
    ) throws(PlanRefusal) -> [HashAlgorithm]? {
        switch facts.dynamicPCR {
        case .noLocality(let error): throw .localityPCR(pcr, error)
        case .notBegun: throw .dynamicPCRNotBegun(pcr)
        case .used: throw .usedPCR(pcr)
        case .zero, .none: break
        }
        switch facts.tpm {
        case .absent(let error):
            guard policy < .require else { throw .tpmRequired(error) }
            return nil
        case .banks(let active):
            var banks: [HashAlgorithm] = []
            for identifier in active {
                // A bank left untouched could be extended with golden values by anybody later.
                guard let bank = HashAlgorithm(rawValue: identifier) else { throw .unhashableBank(identifier) }
                banks.append(bank)
            }
            guard !banks.isEmpty else { throw .noActiveBank }
            return banks
        }
    }

    private static func checkBootDomain(
        _ module: LaunchControlModule, _ facts: LaunchFacts, _ arguments: LaunchArguments
    ) throws(PlanRefusal) {
        if let target = module.settings.handoffTarget { try arguments.checkNextInit(target) }
        if let process = facts.otherProcesses.first { throw .otherProcess(process) }
        if let descriptor = facts.inheritedDescriptors.first { throw .inheritedDescriptor(descriptor) }
        if module.settings.handoff == .shutdown, facts.hypervisor.callerIsHardwareDomain {
            throw .shutdownOfHardwareDomain
        }
        if module.settings.xenstored != nil {
            guard facts.hasXenstored else { throw .noXenstored }
            guard module.settings.handoff != .shutdown else { throw .shutdownOfStore }
        }
    }

    private static func order(
        _ module: LaunchControlModule, _ graph: DependencyGraph
    ) throws(PlanRefusal) -> [Int] {
        let domains = module.domains
        let order: [Int]
        do throws(DependencyCycle) {
            order = try graph.order()
        } catch {
            throw .cycle(error.indices.map { domains[$0].name })
        }
        for domain in domains where !domain.roles.contains(.recovery) {
            // A Recovery Domain runs only after a failure: who waits for it would never run.
            for dependency in domain.dependencies where domains[dependency].roles.contains(.recovery) {
                throw .recoveryDependency(domain.domid)
            }
        }
        return order.filter { !domains[$0].roles.contains(.recovery) }
    }
}
