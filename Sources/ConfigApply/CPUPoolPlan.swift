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

    public init(_ module: LaunchControlModule, facts: HypervisorFacts) throws(CPUPoolConflict) {
        var pools: [CPUPool] = []
        var makers: [Int] = []
        var taken = CPUSet()
        for description in module.settings.cpupools {
            let number = UInt32(pools.count) + 1
            if let highest = description.cpus.highest, highest >= facts.cpus {
                throw .missingCPU(pool: description.name, cpu: highest, online: facts.cpus)
            }
            if description.cpus.contains(0) { throw .bootCPU(pool: description.name) }
            if let cpu = description.cpus.intersection(taken).lowest {
                throw .sharedCPU(pool: description.name, cpu: cpu)
            }
            taken = taken.union(description.cpus)
            var maker: Int?
            var vcpus: UInt64 = 0
            for (index, domain) in module.domains.enumerated() where domain.extended.cpupool == description.name {
                maker = maker ?? index
                vcpus += UInt64(domain.vcpus)
            }
            guard let maker else { throw .noDomain(pool: description.name) }
            makers.append(maker)
            try Self.checkNull(description, vcpus: vcpus)
            pools.append(
                CPUPool(
                    number: number, name: description.name, scheduler: description.scheduler, cpus: description.cpus))
        }
        if let other = facts.cpupools.first(where: { $0.number != 0 }), !pools.isEmpty {
            throw .otherPool(number: other.number)
        }
        self.pools = pools
        self.makers = makers
        self.taken = taken
    }

    /// The null scheduler gives each vcpu a cpu of its own for ever; one too many would never run.
    private static func checkNull(_ pool: CPUPoolDescription, vcpus: UInt64) throws(CPUPoolConflict) {
        guard pool.scheduler == .null, vcpus > UInt64(pool.cpus.count) else { return }
        throw .tooManyVCPUs(pool: pool.name, vcpus: vcpus, cpus: pool.cpus.count)
    }

    /// Where the domain at an index of the LCM runs.
    public func place(of domain: DomainDescription, at index: Int) -> CPUPoolPlace {
        guard let name = domain.extended.cpupool, let place = pools.firstIndex(where: { $0.name == name }) else {
            return CPUPoolPlace(pool: nil, isMaker: false, taken: taken)
        }
        return CPUPoolPlace(pool: pools[place], isMaker: makers[place] == index, taken: taken)
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

    /// The first of these cpus that the domain cannot run on.
    func first(outside cpus: CPUSet) -> UInt32? {
        (pool.map { cpus.subtracting($0.cpus) } ?? cpus.intersection(taken)).lowest
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
}
