// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The operations of one domain, in the order in which they are applied. Pure: every conflict is found here, but for
/// those between domains (`SharedHardware`).
public struct ConfigPlan: Equatable, Sendable {
    /// In the order in which they are applied and logged.
    public let operations: [ConfigOperation]

    /// `hardwareRoleMoved`: the boot domain is not the hardware domain, and another one is.
    public init(
        _ domain: DomainDescription, built: DomainInfo, facts: HypervisorFacts, hardwareRoleMoved: Bool = false,
        place: CPUPoolPlace = .standard, partners: Partners
    ) throws(ConfigConflict) {
        guard built.vcpus <= domain.vcpus else { throw .tooManyVCPUs(built: built.vcpus, wanted: domain.vcpus) }
        let extended = domain.extended
        var operations: [ConfigOperation] = [.vcpus(domain.vcpus)]
        if let mode = extended.tscMode { operations.append(.tscMode(mode)) }
        let virtual = try partners.devices(of: domain)
        operations += virtual.rings
        if !extended.clearedFeatures.isEmpty { operations.append(.clearedFeatures(extended.clearedFeatures)) }
        operations += try Self.devices(domain, facts, hardwareRoleMoved: hardwareRoleMoved)
        if let maxMemory = domain.maxMemory { operations.append(.maxMemory(kibibytes: maxMemory)) }
        // Before all that a scheduler knows of a domain: with the move it is gone.
        if let pool = place.pool { operations.append(.cpupool(pool, creating: place.isMaker)) }
        operations += try Self.placement(domain, facts, place)
        operations += try Self.scheduling(domain, place.pool?.scheduler ?? facts.scheduler)
        // Loops, not maps: each map would be code of its own in PID 1.
        for range in extended.ports { operations.append(.ports(range)) }
        for interrupt in extended.interrupts { operations.append(.interrupt(interrupt)) }
        for parameter in extended.parameters { operations.append(.parameter(parameter)) }
        operations += partners.channels(of: domain)
        if let handle = domain.handle { operations.append(.handle(handle)) }
        if let label = extended.label {
            guard facts.securityMode != .none else { throw .noFLASK }
            // The last one: under the new label the policy may allow the boot domain less.
            operations.append(.label(label))
        }
        operations += virtual.nodes
        self.operations = operations
    }

    /// Memory and devices; and whether there is anything to give.
    private static func devices(
        _ domain: DomainDescription, _ facts: HypervisorFacts, hardwareRoleMoved: Bool
    ) throws(ConfigConflict) -> [ConfigOperation] {
        let extended = domain.extended
        if extended.needsHardware, hardwareRoleMoved { throw .hardwareRoleMoved }
        let used = BuiltFrames(kibibytes: domain.memory)
        for range in extended.memory {
            if let frame = used.first(in: range.guestFrames) { throw .memoryOverRAM(frame: frame) }
            // I2: whoever has another domain's page can change what was measured.
            for ram in facts.ram where ram.overlaps(range.hostFrames) {
                throw .memoryOverHostRAM(frame: max(ram.lowerBound, range.host))
            }
        }
        if !extended.devices.isEmpty, !facts.host.hasIOMMU { throw .noIOMMU }
        var operations: [ConfigOperation] = []
        for range in extended.memory { operations.append(.memory(range)) }
        for device in extended.devices { operations.append(.device(device)) }
        return operations
    }

    private static func placement(
        _ domain: DomainDescription, _ facts: HypervisorFacts, _ place: CPUPoolPlace
    ) throws(ConfigConflict) -> [ConfigOperation] {
        var operations: [ConfigOperation] = []
        for affinity in domain.affinities {
            try check(affinity, domain, facts, place)
            if affinity.hard != nil || affinity.soft != nil { operations.append(.affinity(affinity)) }
        }
        if let nodes = domain.extended.nodeAffinity {
            if let highest = nodes.highest, highest >= facts.host.nodes {
                throw .missingNode(node: highest, online: facts.host.nodes)
            }
            operations.append(.nodeAffinity(nodes))
        }
        return operations
    }

    private static func check(
        _ affinity: VCPUAffinity, _ domain: DomainDescription, _ facts: HypervisorFacts, _ place: CPUPoolPlace
    ) throws(ConfigConflict) {
        guard affinity.vcpu < domain.vcpus else { throw .missingVCPU(vcpu: affinity.vcpu, vcpus: domain.vcpus) }
        for case let set? in [affinity.hard, affinity.soft] {
            guard let highest = set.highest else { throw .emptyAffinity(vcpu: affinity.vcpu) }
            guard highest < facts.cpus else { throw .missingCPU(cpu: highest, online: facts.cpus) }
            if let cpu = place.first(outside: set) { throw .affinityOutsidePool(cpu: cpu) }
        }
    }

    private static func scheduling(
        _ domain: DomainDescription, _ scheduler: HypervisorFacts.Scheduler
    ) throws(ConfigConflict) -> [ConfigOperation] {
        var operations: [ConfigOperation] = []
        if domain.weight != nil || domain.cap != nil {
            if let cap = domain.cap, UInt32(cap) > 100 * domain.vcpus {
                throw .capBeyondVCPUs(cap: cap, vcpus: domain.vcpus)
            }
            switch scheduler {
            case .credit2: operations.append(.credit2(weight: domain.weight, cap: domain.cap))
            case .credit: operations.append(.credit(weight: domain.weight, cap: domain.cap))
            default: throw .notCredit
            }
        }
        if let parameters = domain.extended.rtds {
            guard scheduler == .rtds else { throw .notRTDS }
            operations.append(.rtds(parameters))
        }
        return operations
    }
}
