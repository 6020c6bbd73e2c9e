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
    /// What is measured before the domains: who launches what.
    let opening: [LaunchEvent]
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

    public init(_ lcm: ReceivedModule, facts: LaunchFacts, arguments: LaunchArguments) throws(PlanRefusal) {
        try Self.checkArguments(lcm.module, lcm.digest, arguments)
        pcr = arguments.pcr
        banks = try Self.banks(pcr, lcm.module.settings.tpmPolicy, facts)
        let isCommand = arguments.launcher == .command
        let module = isCommand ? try Self.matched(lcm.module, facts.hypervisor) : lcm.module
        self.module = module
        opening = Self.opening(lcm, facts, arguments, isUnmeasured: banks == nil)
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
        guard memory.isKept else { throw PlanRefusal(.memoryBudget, memory.message) }
        if let first = module.impossibilities.first { throw first }
    }

    private static func checkArguments(
        _ module: LaunchControlModule, _ digest: Digest, _ arguments: LaunchArguments
    ) throws(PlanRefusal) {
        if let pinned = arguments.pinnedDigest, pinned != digest {
            let words: Line = """
                the LCM is not the pinned one: SHA-256 \(hexBytes: digest.bytes), domb.lcm= says \
                \(hexBytes: pinned.bytes)
                """
            throw PlanRefusal(.pinnedDigest, words)
        }
        let (asked, least) = (module.settings.tpmPolicy, arguments.leastTPMPolicy)
        guard asked >= least else {
            throw PlanRefusal(
                .policyBelowLeast,
                "the LCM asks for TPM policy \(asked.name), domb.tpm= demands at least \(least.name)")
        }
        if let named = module.settings.pcr, named != arguments.pcr {
            let words: Line = """
                the LCM names PCR \(named.rawValue), the command line PCR \(arguments.pcr.rawValue) (domb.pcr=, 11 without \
                it)
                """
            throw PlanRefusal(.otherPCR, words)
        }
    }

    private static func banks(
        _ pcr: PCRIndex, _ policy: TPMPolicy, _ facts: LaunchFacts
    ) throws(PlanRefusal) -> [HashAlgorithm]? {
        try check(facts.dynamicPCR, pcr)
        switch facts.tpm {
        case .absent(let error):
            guard policy < .require else { throw .tpmRequired(error) }
            return nil
        case .banks(let active):
            var banks: [HashAlgorithm] = []
            for identifier in active {
                // A bank left untouched could be extended with golden values by anybody later.
                guard let bank = HashAlgorithm(rawValue: identifier) else {
                    throw PlanRefusal(
                        .unhashableBank,
                        "the TPM has an active bank that DomB cannot hash, TPM_ALG_ID \(hex: identifier)")
                }
                banks.append(bank)
            }
            guard !banks.isEmpty else {
                throw PlanRefusal(.noActiveBank, "the TPM has no active bank for this PCR")
            }
            return banks
        }
    }

    private static func check(_ found: LaunchFacts.DynamicPCR?, _ pcr: PCRIndex) throws(PlanRefusal) {
        let index = pcr.rawValue
        switch found {
        case .noLocality(let error):
            let words: Line = """
                PCR \(index) takes extends from locality 2 only, which this system does not give: \(error.message)
                """
            throw PlanRefusal(.localityPCR, words)
        case .notBegun:
            throw PlanRefusal(.dynamicPCRNotBegun, "PCR \(index) is not zero: no dynamic launch has begun it")
        case .used:
            throw PlanRefusal(
                .usedPCR, "PCR \(index) is in use since the TPM's reset, by an earlier launch or another program")
        case .zero, .none: break
        }
    }

    private static func checkBootDomain(
        _ module: LaunchControlModule, _ facts: LaunchFacts, _ arguments: LaunchArguments
    ) throws(PlanRefusal) {
        if let target = module.settings.handoffTarget { try arguments.checkNextInit(target) }
        if let process = facts.surroundings.otherProcesses.first {
            throw PlanRefusal(
                .otherProcess, "process \(process) runs in the boot domain, and the LCM does not name it")
        }
        if let descriptor = facts.surroundings.inheritedDescriptors.first {
            throw PlanRefusal(.inheritedDescriptor, "file descriptor \(descriptor) was open when DomB started")
        }
        if module.settings.handoff == .shutdown, facts.hypervisor.callerIsHardwareDomain {
            throw PlanRefusal(
                .shutdownOfHardwareDomain,
                "handoff shutdown: the boot domain is the hardware domain, so its shutdown would halt the host")
        }
        guard module.settings.xenstored != nil else { return }
        try checkXenstored(facts)
        guard module.settings.handoff != .shutdown else {
            throw PlanRefusal(
                .shutdownOfStore, "handoff shutdown: xenstored is a process of the boot domain and would end with it")
        }
    }

    static func checkXenstored(_ facts: LaunchFacts) throws(PlanRefusal) {
        guard facts.surroundings.hasXenstored else {
            throw PlanRefusal(
                .noXenstored, "no process of the boot domain runs the program that the LCM's domb,xenstored names")
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
            let names = error.indices.map { domains[$0].name }
            let cycle = Line(excerpt: names + names.prefix(1), separator: " -> ") { "\(escaped: $0)" }
            throw PlanRefusal(.cycle, "dependency cycle: \(cycle)")
        }
        for domain in domains where !domain.roles.contains(.recovery) {
            // A Recovery Domain runs only after a failure: who waits for it would never run.
            for dependency in domain.dependencies where domains[dependency].roles.contains(.recovery) {
                throw PlanRefusal(
                    .recoveryDependency, domid: domain.domid,
                    "it depends on the Recovery Domain, which a good launch never runs")
            }
        }
        return order.filter { !domains[$0].roles.contains(.recovery) }
    }
}

extension PlanRefusal {
    /// Of a launch, and of a boot without one.
    static func tpmRequired(_ error: TPMError) -> PlanRefusal {
        PlanRefusal(.tpmRequired, "the TPM policy is require, and no TPM answers: \(error.message)")
    }
}
