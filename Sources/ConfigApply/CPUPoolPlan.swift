// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The launch's cpupools, and which domain is in which. Pure: what two pools or pool 0 cannot have is found here.
public struct CPUPoolPlan: Equatable, Sendable {
    /// As the LCM has them, numbered from 1.
    public let pools: [CPUPool]
    /// Of each pool the index of its first domain in LCM order: the one that has it made.
    private let makers: [Int]
    /// The cpus that pool 0 gives up.
    let taken: CPUSet

    /// Of an LCM whose pools have no conflicts.
    public init(_ lcm: LCM) {
        var pools: [CPUPool] = []
        var makers: [Int] = []
        var taken = CPUSet()
        for description in lcm.settings.cpupools {
            for cpu in description.cpus.members { taken.insert(cpu) }
            if let maker = Self.members(of: description, lcm).first { makers.append(maker) }
            pools.append(
                CPUPool(
                    number: UInt32(makers.count), name: description.name, scheduler: description.scheduler,
                    cpus: description.cpus))
        }
        self.pools = pools
        self.makers = makers
        self.taken = taken
    }

    private static func members(of pool: CPUPoolDescription, _ lcm: LCM) -> [Int] {
        lcm.domains.indices.filter { lcm.domains[$0].cpupool == pool.name }
    }

    /// Everything that stands against the pools, in their order.
    public static func conflicts(_ lcm: LCM, facts: HypervisorFacts) -> [CPUPoolConflict] {
        var conflicts: [CPUPoolConflict] = []
        var taken = CPUSet()
        for description in lcm.settings.cpupools {
            let (name, cpus) = (description.name, description.cpus)
            if let highest = cpus.highest, highest >= facts.cpus {
                conflicts.append(.missingCPU(pool: name, cpu: highest, online: facts.cpus))
            }
            if cpus.contains(0) { conflicts.append(.bootCPU(pool: name)) }
            if let cpu = cpus.members.first(where: { taken.contains($0) }) {
                conflicts.append(.sharedCPU(pool: name, cpu: cpu))
            }
            for cpu in cpus.members { taken.insert(cpu) }
            let members = members(of: description, lcm)
            if members.isEmpty { conflicts.append(.noDomain(pool: name)) }
            let vcpus = members.reduce(0 as UInt64) { $0 + UInt64(lcm.domains[$1].vcpus) }
            // It gives each vcpu a cpu of its own for ever; one too many would never run.
            if description.scheduler == .null, vcpus > UInt64(cpus.count) {
                conflicts.append(.tooManyVCPUs(pool: name, vcpus: vcpus, cpus: cpus.count))
            }
        }
        if let other = facts.cpupools.first(where: { $0.number != 0 }), !lcm.settings.cpupools.isEmpty {
            conflicts.append(.otherPool(number: other.number))
        }
        return conflicts
    }

    /// Where the domain at an index of the LCM runs.
    public func place(of domain: DomainDescription, at index: Int) -> CPUPoolPlace {
        let place = pools.firstIndex { $0.name == domain.cpupool }
        return CPUPoolPlace(
            pool: place.map { pools[$0] }, isMaker: place.map { makers[$0] } == index, taken: taken)
    }
}

/// A domain's cpupool.
public struct CPUPoolPlace: Equatable, Sendable {
    /// `nil` for pool 0.
    let pool: CPUPool?
    /// Whether the domain is the pool's first.
    let isMaker: Bool
    /// The cpus that pool 0 has given up.
    let taken: CPUSet

    /// On a host with pool 0 alone.
    public static let standard = CPUPoolPlace(pool: nil, isMaker: false, taken: CPUSet())

    /// In a pool that is there already; `nil` for pool 0.
    public static func moving(to pool: CPUPool?) -> CPUPoolPlace {
        CPUPoolPlace(pool: pool, isMaker: false, taken: CPUSet())
    }

    /// The first of these cpus that the domain cannot run on.
    func first(outside cpus: CPUSet) -> UInt32? {
        cpus.members.first { cpu in pool.map { !$0.cpus.contains(cpu) } ?? taken.contains(cpu) }
    }
}

/// Why the launch's cpupools cannot be made. Pools are told by their names.
public enum CPUPoolConflict: Error, Equatable, Sendable {
    case missingCPU(pool: [UInt8], cpu: UInt32, online: UInt32)
    /// Xen leaves cpu 0 in pool 0 (cpupool_unassign_cpu), so pool 0 always has one.
    case bootCPU(pool: [UInt8])
    /// A pool before it has the cpu already.
    case sharedCPU(pool: [UInt8], cpu: UInt32)
    case noDomain(pool: [UInt8])
    case tooManyVCPUs(pool: [UInt8], vcpus: UInt64, cpus: Int)
    /// Somebody has made a pool: which cpus are pool 0's is not the LCM's to say then.
    case otherPool(number: UInt32)

    /// "cpupool realtime: cpu 4, and the host has 4".
    public var message: Line {
        switch self {
        case .missingCPU(let pool, let cpu, let online):
            "cpupool \(escaped: pool): cpu \(cpu), and the host has \(online)"
        case .bootCPU(let pool): "cpupool \(escaped: pool): cpu 0, which Xen leaves in pool 0"
        case .sharedCPU(let pool, let cpu): "cpupool \(escaped: pool): cpu \(cpu) is in a pool before it"
        case .noDomain(let pool): "cpupool \(escaped: pool): no domain is in it"
        case .tooManyVCPUs(let pool, let vcpus, let cpus):
            """
            cpupool \(escaped: pool): its domains have \(vcpus) vcpus, and the null scheduler runs no more than cpus: \
            \(cpus)
            """
        case .otherPool(let number): "the LCM has cpupools, and cpupool \(number) is there already"
        }
    }
}
