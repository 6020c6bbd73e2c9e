// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform

// A host that gives a launch all that its LCM asks for, where no host can be asked.

extension HypervisorFacts.Scheduler {
    /// Pool 0's: RTDS where a domain of that has its parameters, else credit2.
    public init(neededBy lcm: LCM) {
        self = lcm.domains.contains { $0.settings.rtds != nil && $0.cpupool == nil } ? .rtds : .credit2
    }
}

extension HostResources {
    /// `cpus`: as many as the affinities and the cpupools need, unless given.
    public init(neededBy lcm: LCM, cpus: UInt32? = nil) {
        let affinities = lcm.domains.flatMap { $0.affinities }
        let pools = lcm.settings.cpupools.map { $0.cpus.highest }
        let highest =
            (affinities.flatMap { [$0.hard?.highest, $0.soft?.highest] } + pools).compactMap { $0 }.max() ?? 0
        let growth = lcm.domains.map { ($0.maxMemory ?? 0) / 4 }.reduce(0, +)
        let built = lcm.domains.map { ($0.memory + 3) / 4 }.reduce(0, +)
        self.init(
            cpus: cpus ?? highest + 1,
            nodes: Self.nodes(lcm),
            totalPages: built + growth, freePages: growth,
            hasIOMMU: lcm.domains.contains { $0.settings.has(.pci) })
    }

    private static func nodes(_ lcm: LCM) -> UInt32 {
        var highest: UInt32 = 0
        for domain in lcm.domains {
            for case .nodeAffinity(let nodes) in domain.settings { highest = max(highest, nodes.highest ?? 0) }
        }
        return highest + 1
    }
}

extension DomainBehaviour {
    /// What makes the domain ready, after so many microseconds; nothing where it is ready at once.
    public init(fulfilling conduct: DomainConduct, of domid: DomainID, after: UInt64) {
        switch conduct.readiness {
        case .unpaused: self.init()
        case .poweredOff: self.init([(after, .shutDown(.powerOff))])
        case .node(let path, let value):
            let path = DomainConduct.Readiness.path(path, of: domid)
            self.init([(after, .write(path: path, value: value ?? Array("1".utf8)))])
        }
    }
}

extension SimulatedHypervisor {
    /// Every domain that is there becomes ready after the half of its time.
    public mutating func letEachBeReady(_ lcm: LCM) {
        for domain in lcm.domains {
            let half = UInt64(domain.conduct.timeout) * 500
            domainsByID[domain.domid.rawValue]?.behaviour = DomainBehaviour(
                fulfilling: domain.conduct, of: domain.domid, after: half)
        }
    }
}

extension SimulatedHypervisor {
    /// What the LCM's domains want of the hardware and of FLASK's policy.
    public mutating func provide(for lcm: LCM, cpus: UInt32) {
        facts.scheduler = HypervisorFacts.Scheduler(neededBy: lcm)
        facts.host = HostResources(neededBy: lcm, cpus: cpus)
        withheldPorts = []
        withheldFrames = []
        interrupts = UInt32(Limits.interrupts)
        for domain in lcm.domains {
            for setting in domain.settings {
                if case .pci(let device) = setting { devices[device.rawValue] = .some(nil) }
                if case .label(let label) = setting { labels[label] = labels[label] ?? UInt32(labels.count) + 1 }
            }
        }
    }
}
