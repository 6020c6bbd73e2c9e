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
        try partners.check(domain)
        let scheduler = place.pool?.scheduler ?? facts.scheduler
        for setting in domain.settings {
            switch setting {
            case .ioports, .iomem, .irq:
                guard !hardwareRoleMoved else { throw .hardwareRoleMoved }
                if case .iomem(let range) = setting { try Self.check(range, domain, facts) }
            case .pci: guard facts.host.hasIOMMU else { throw .noIOMMU }
            case .hardAffinity(let vcpu, let cpus), .softAffinity(let vcpu, let cpus):
                try Self.check(vcpu, cpus, domain, facts, place)
            case .nodeAffinity(let nodes):
                if let highest = nodes.highest, highest >= facts.host.nodes {
                    throw .missingNode(node: highest, online: facts.host.nodes)
                }
            case .cap(let cap) where UInt32(cap) > 100 * domain.vcpus:
                throw .capBeyondVCPUs(cap: cap, vcpus: domain.vcpus)
            case .weight, .cap: guard scheduler == .credit || scheduler == .credit2 else { throw .notCredit }
            case .rtdsPeriod, .rtdsBudget: guard scheduler == .rtds else { throw .notRTDS }
            case .label: guard facts.securityMode != .none else { throw .noFLASK }
            // Whatever the LCM's reader takes. Of those with a server `partners` knows more, of pools `CPUPoolPlan`.
            case .tscMode, .enhanced, .console, .cpuidClear, .memMax, .cpupool, .hvmParam, .eventChannel, .uuid, .disk,
                .vif:
                break
            }
        }
        operations = Self.operations(domain, scheduler, place, partners)
    }

    private static func check(
        _ range: IOMemoryRange, _ domain: DomainDescription, _ facts: HypervisorFacts
    ) throws(ConfigConflict) {
        if let frame = BuiltFrames(kibibytes: domain.memory).first(in: range.guestFrames) {
            throw .memoryOverRAM(frame: frame)
        }
        // I2: whoever has another domain's page can change what was measured.
        for ram in facts.ram where ram.overlaps(range.hostFrames) {
            throw .memoryOverHostRAM(frame: max(ram.lowerBound, range.host))
        }
    }

    private static func check(
        _ vcpu: UInt32, _ cpus: CPUSet, _ domain: DomainDescription, _ facts: HypervisorFacts, _ place: CPUPoolPlace
    ) throws(ConfigConflict) {
        guard vcpu < domain.vcpus else { throw .missingVCPU(vcpu: vcpu, vcpus: domain.vcpus) }
        guard let highest = cpus.highest else { throw .emptyAffinity(vcpu: vcpu) }
        guard highest < facts.cpus else { throw .missingCPU(cpu: highest, online: facts.cpus) }
        if let cpu = place.first(outside: cpus) { throw .affinityOutsidePool(cpu: cpu) }
    }

    /// What is applied to a domain whose settings are good, in its order: that of `SettingKey`, and then what it has in
    /// xenstore.
    public static func operations(
        _ domain: DomainDescription, _ scheduler: HypervisorFacts.Scheduler, _ place: CPUPoolPlace, _ partners: Partners
    ) -> [ConfigOperation] {
        var operations: [ConfigOperation] = [.vcpus(domain.vcpus)]
        var nodes: [ConfigOperation] = []
        var interfaces: UInt32 = 0
        for setting in domain.settings {
            switch setting {
            case .tscMode, .iomem, .pci, .memMax, .nodeAffinity, .ioports, .irq, .hvmParam, .uuid, .label:
                operations.append(.setting(setting))
            case .enhanced:
                operations.append(.ring(.store, remote: partners.bootDomain))
                nodes.append(.home)
            case .console(let backend):
                guard let server = partners.server(backend) else { continue }
                operations.append(.ring(.console, remote: server))
                nodes.append(.console(backend, server: server))
            case .disk(let disk):
                if let server = partners.server(disk.backend) { nodes.append(.disk(disk, server: server)) }
            case .vif(let vif):
                guard let server = partners.server(vif.backend) else { continue }
                nodes.append(.interface(vif, handle: interfaces, server: server))
                interfaces += 1
            case .eventChannel(let channel):
                guard let remote = partners.server(channel.remote) else { continue }
                operations.append(.channel(port: channel.port, remote: remote))
            case .cpupool:
                if let pool = place.pool { operations.append(.cpupool(pool, creating: place.isMaker)) }
            // Settings of one call stand beside each other: the first of them makes the operation of all.
            case .cpuidClear: operations.merge(.clearedFeatures(domain.settings.clearedFeatures))
            case .hardAffinity, .softAffinity:
                for affinity in domain.settings.affinities { operations.merge(.affinity(affinity)) }
            case .weight, .cap:
                let share = domain.settings.share
                operations.merge(.share(scheduler, weight: share.weight, cap: share.cap))
            case .rtdsPeriod, .rtdsBudget: if let rtds = domain.settings.rtds { operations.merge(.rtds(rtds)) }
            }
        }
        return operations + nodes
    }
}

extension [ConfigOperation] {
    fileprivate mutating func merge(_ operation: ConfigOperation) {
        if !contains(operation) { append(operation) }
    }
}
