// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

/// What a launch will do, complete before it does anything. Every refusal that can be known happens here.
public struct LaunchPlan: Equatable, Sendable {
    /// The LCM that is launched.
    public let lcm: LCM
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

    public init(_ received: ReceivedLCM, facts: LaunchFacts, arguments: LaunchArguments) throws(PlanRefusal) {
        let draft = PlanDraft(received, facts, arguments)
        guard draft.refusals.isEmpty, let bootDomain = draft.bootDomain else {
            throw draft.refusals.first ?? Self.noBootDomain
        }
        self.bootDomain = bootDomain
        lcm = draft.lcm
        pcr = arguments.pcr
        banks = draft.banks
        opening = Self.opening(received, facts, arguments, isUnmeasured: draft.banks == nil)
        graph = draft.graph
        recovery = lcm.domains.firstIndex { $0.roles.contains(.recovery) }
        unpauseOrder = draft.order.filter { [lcm] in !lcm.domains[$0].roles.contains(.recovery) }
        atHandoff = arguments.launcher == .command ? [] : Self.handoffUnpauses(lcm, unpauseOrder)
        cpupools = draft.places.pools
        configurations = draft.configurations
        pageCounts = draft.pageCounts
        memory = draft.memory
    }

    static func argumentRefusals(
        _ lcm: LCM, _ digest: Digest, _ arguments: LaunchArguments
    ) -> [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        if let pinned = arguments.pinnedDigest, pinned != digest {
            let words: Line = """
                the LCM is not the pinned one: SHA-256 \(hexBytes: digest.bytes), domb.lcm= says \
                \(hexBytes: pinned.bytes)
                """
            refusals.append(PlanRefusal(.pinnedDigest, words))
        }
        let (asked, least) = (lcm.settings.tpmPolicy, arguments.leastTPMPolicy)
        if asked < least {
            refusals.append(
                PlanRefusal(
                    .policyBelowLeast,
                    "the LCM asks for TPM policy \(asked.name), domb.tpm= demands at least \(least.name)"))
        }
        if let named = lcm.settings.pcr, named != arguments.pcr {
            let words: Line = """
                the LCM names PCR \(named.rawValue), the command line PCR \(arguments.pcr.rawValue) (domb.pcr=, 11 without \
                it)
                """
            refusals.append(PlanRefusal(.otherPCR, words))
        }
        return refusals
    }

    static func banks(
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

    static func bootDomainRefusals(
        _ lcm: LCM, _ facts: LaunchFacts, _ arguments: LaunchArguments
    ) -> [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        if let target = lcm.settings.handoffTarget, let refusal = arguments.refusal(ofNextInit: target) {
            refusals.append(refusal)
        }
        if let process = facts.surroundings.otherProcesses.first {
            refusals.append(
                PlanRefusal(.otherProcess, "process \(process) runs in the boot domain, and the LCM does not name it"))
        }
        if let descriptor = facts.surroundings.inheritedDescriptors.first {
            refusals.append(
                PlanRefusal(.inheritedDescriptor, "file descriptor \(descriptor) was open when DomB started"))
        }
        let isShutdown = lcm.settings.handoff == .shutdown
        if isShutdown, facts.hypervisor.callerIsHardwareDomain {
            refusals.append(
                PlanRefusal(
                    .shutdownOfHardwareDomain,
                    "handoff shutdown: the boot domain is the hardware domain, so its shutdown would halt the host"))
        }
        refusals += xenstoreRefusals(lcm, facts)
        if lcm.settings.xenstored != nil, isShutdown {
            refusals.append(
                PlanRefusal(
                    .shutdownOfXenstored,
                    "handoff shutdown: xenstored is a process of the boot domain and would end with it"))
        }
        return refusals
    }

    static func xenstoreRefusals(_ lcm: LCM, _ facts: LaunchFacts) -> [PlanRefusal] {
        guard lcm.settings.xenstored != nil, !facts.surroundings.hasXenstored else { return [] }
        return [
            PlanRefusal(
                .noXenstored, "no process of the boot domain runs the program that the LCM's domb,xenstored names")
        ]
    }

    /// Every domain behind those that it depends on.
    static func order(_ lcm: LCM, _ graph: DependencyGraph) throws(PlanRefusal) -> [Int] {
        do throws(DependencyCycle) {
            return try graph.order()
        } catch {
            let names = error.indices.map { lcm.domains[$0].name }
            let cycle = Line(excerpt: names + names.prefix(1), separator: " -> ") { "\(escaped: $0)" }
            throw PlanRefusal(.cycle, "dependency cycle: \(cycle)")
        }
    }

    /// A Recovery Domain runs only after a failure: who waits for it would never run.
    static func recoveryDependencies(_ lcm: LCM) -> [PlanRefusal] {
        lcm.domains.filter { domain in
            !domain.roles.contains(.recovery)
                && domain.dependencies.contains { lcm.domains[$0].roles.contains(.recovery) }
        }.map {
            PlanRefusal(
                .recoveryDependency, domid: $0.domid,
                "it depends on the Recovery Domain, which a good launch never runs")
        }
    }
}

extension PlanRefusal {
    /// Of a launch, and of a boot without one.
    static func tpmRequired(_ error: TPMError) -> PlanRefusal {
        PlanRefusal(.tpmRequired, "the TPM policy is require, and no TPM answers: \(error.message)")
    }
}
