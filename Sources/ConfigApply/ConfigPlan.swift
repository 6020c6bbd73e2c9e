// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The operations of one domain, in the order in which they are applied. Pure: every conflict is found here, but for
/// those between domains (`SharedHardware`).
public struct ConfigPlan: Equatable, Sendable {
    /// In the order in which they are applied and logged.
    public let operations: [ConfigOperation]

    /// Of a domain without conflicts.
    public init(_ domain: DomainDescription, facts: HypervisorFacts, place: CPUPoolPlace = .standard, peers: Peers) {
        operations = Self.operations(domain, Self.scheduler(place, facts), place, peers)
    }

    private static func scheduler(_ place: CPUPoolPlace, _ facts: HypervisorFacts) -> HypervisorFacts.Scheduler {
        place.pool?.scheduler ?? facts.scheduler
    }

    /// Everything that stands against it, in the order of the domain's settings. `hardwareRoleMoved`: the boot domain is not
    /// the hardware domain, and another one is.
    public static func conflicts(
        _ domain: DomainDescription, built: DomainInfo, facts: HypervisorFacts, hardwareRoleMoved: Bool,
        place: CPUPoolPlace, peers: Peers
    ) -> [ConfigConflict] {
        var conflicts: [ConfigConflict] = []
        if built.vcpus > domain.vcpus { conflicts.merge(.tooManyVCPUs(built: built.vcpus, wanted: domain.vcpus)) }
        for conflict in peers.conflicts(domain) { conflicts.merge(conflict) }
        let scheduler = scheduler(place, facts)
        for setting in domain.settings {
            switch setting {
            case .iomem(let range):
                if hardwareRoleMoved { conflicts.merge(.hardwareRoleMoved) }
                if let conflict = conflict(range, domain, facts) { conflicts.merge(conflict) }
            case .ioports where hardwareRoleMoved, .number(.irqs, _) where hardwareRoleMoved:
                conflicts.merge(.hardwareRoleMoved)
            case .pci: if !facts.host.hasIOMMU { conflicts.merge(.noIOMMU) }
            case .hardAffinity(let vcpu, let cpus), .softAffinity(let vcpu, let cpus):
                if let conflict = conflict(vcpu, cpus, domain, facts, place) { conflicts.merge(conflict) }
            case .nodeAffinity(let nodes):
                if let highest = nodes.highest, highest >= facts.host.nodes {
                    conflicts.merge(.missingNode(node: highest, online: facts.host.nodes))
                }
            case .cap(let cap) where UInt32(cap) > 100 * domain.vcpus:
                conflicts.merge(.capBeyondVCPUs(cap: cap, vcpus: domain.vcpus))
            case .weight, .cap: if scheduler != .credit, scheduler != .credit2 { conflicts.merge(.notCredit) }
            case .number(.rtdsPeriod, _) where scheduler != .rtds, .number(.rtdsBudget, _) where scheduler != .rtds:
                conflicts.merge(.notRTDS)
            case .label: if facts.securityMode == .none { conflicts.merge(.noFLASK) }
            // Whatever the LCM's reader takes. Of those with a server `peers` knows more, of pools `CPUPoolPlan`.
            case .tscMode, .enhanced, .console, .cpuidClear, .memMax, .cpupool, .ioports, .number, .hvmParam,
                .eventChannel, .uuid, .disk, .vif:
                break
            }
        }
        return conflicts
    }

    private static func conflict(
        _ range: IOMemoryRange, _ domain: DomainDescription, _ facts: HypervisorFacts
    ) -> ConfigConflict? {
        let built = BuiltFrames(kibibytes: domain.memory).first(in: range.guestFrames)
        if let frame = facts.firstTaken(domain.domid, in: range.guestFrames) ?? built {
            return .memoryOverRAM(frame: frame)
        }
        // I2: whoever has another domain's page can change what was measured.
        return facts.ram.first { $0.overlaps(range.hostFrames) }.map {
            .memoryOverHostRAM(frame: max($0.lowerBound, range.host))
        }
    }

    private static func conflict(
        _ vcpu: UInt32, _ cpus: CPUSet, _ domain: DomainDescription, _ facts: HypervisorFacts, _ place: CPUPoolPlace
    ) -> ConfigConflict? {
        guard vcpu < domain.vcpus else { return .missingVCPU(vcpu: vcpu, vcpus: domain.vcpus) }
        guard let highest = cpus.highest else { return .emptyAffinity(vcpu: vcpu) }
        guard highest < facts.cpus else { return .missingCPU(cpu: highest, online: facts.cpus) }
        return place.first(outside: cpus).map { .affinityOutsidePool(cpu: $0) }
    }

    /// What is applied to a domain whose settings are good, in its order: that of `SettingKey`, and then what it has in
    /// xenstore.
    public static func operations(
        _ domain: DomainDescription, _ scheduler: HypervisorFacts.Scheduler, _ place: CPUPoolPlace, _ peers: Peers
    ) -> [ConfigOperation] {
        var operations: [ConfigOperation] = [.vcpus(domain.vcpus)]
        var nodes: [ConfigOperation] = []
        var interfaces: UInt32 = 0
        for setting in domain.settings {
            switch setting {
            case .number(.rtdsPeriod, _), .number(.rtdsBudget, _):
                if let rtds = domain.settings.rtds { operations.merge(.rtds(rtds)) }
            case .tscMode, .iomem, .pci, .memMax, .nodeAffinity, .ioports, .number, .hvmParam, .uuid, .label:
                operations.append(.setting(setting))
            case .enhanced:
                operations.append(.ring(.xenstore, remote: peers.bootDomain))
                nodes.append(.home)
            case .console(let backend):
                guard let server = peers.server(backend) else { continue }
                operations.append(.ring(.console, remote: server))
                nodes.append(.console(backend, server: server))
            case .disk(let disk):
                if let server = peers.server(disk.backend) { nodes.append(.disk(disk, server: server)) }
            case .vif(let vif):
                guard let server = peers.server(vif.backend) else { continue }
                nodes.append(.interface(vif, handle: interfaces, server: server))
                interfaces += 1
            case .eventChannel(let channel):
                guard let remote = peers.server(channel.remote) else { continue }
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
            }
        }
        return operations + nodes
    }
}

extension Array where Element: Equatable {
    /// Once: two ranges may meet one obstacle, and the settings of one call make one operation.
    mutating func merge(_ element: Element) {
        if !contains(element) { append(element) }
    }
}
