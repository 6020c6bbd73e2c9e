// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The operations of one domain, in the order in which they are applied. Pure: every conflict is found here.
public struct ConfigPlan: Equatable, Sendable {
    public let operations: [ConfigOperation]

    public init(
        _ domain: DomainDescription, built: DomainInfo, facts: HypervisorFacts
    ) throws(ConfigConflict) {
        guard built.vcpus <= domain.vcpus else { throw .tooManyVCPUs(built: built.vcpus, wanted: domain.vcpus) }
        var operations: [ConfigOperation] = [.vcpus(domain.vcpus)]
        if let maxMemory = domain.maxMemory { operations.append(.maxMemory(kibibytes: maxMemory)) }
        for affinity in domain.affinities {
            try Self.check(affinity, domain, facts)
            if affinity.hard != nil || affinity.soft != nil { operations.append(.affinity(affinity)) }
        }
        if domain.weight != nil || domain.cap != nil {
            guard facts.scheduler == .credit2 else { throw .notCredit2 }
            operations.append(.credit2(weight: domain.weight, cap: domain.cap))
        }
        if let handle = domain.handle { operations.append(.handle(handle)) }
        self.operations = operations
    }

    private static func check(
        _ affinity: VCPUAffinity, _ domain: DomainDescription, _ facts: HypervisorFacts
    ) throws(ConfigConflict) {
        guard affinity.vcpu < domain.vcpus else { throw .missingVCPU(vcpu: affinity.vcpu, vcpus: domain.vcpus) }
        for set in [affinity.hard, affinity.soft] {
            guard let set else { continue }
            guard let highest = set.highest else { throw .emptyAffinity(vcpu: affinity.vcpu) }
            guard highest < facts.cpus else { throw .missingCPU(cpu: highest, online: facts.cpus) }
        }
    }
}
