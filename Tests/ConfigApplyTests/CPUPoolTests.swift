// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import ConfigApply

/// Cpupools, before any hypercall and on the simulation.
@Suite struct CPUPoolTests {
    private static func name(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

    private static func set(_ cpus: UInt32...) -> CPUSet {
        var set = CPUSet()
        for cpu in cpus { set.insert(cpu) }
        return set
    }

    private func description(
        _ name: String, _ cpus: CPUSet, _ scheduler: HypervisorFacts.Scheduler = .credit2
    ) -> CPUPoolDescription {
        CPUPoolDescription(name: Self.name(name), scheduler: scheduler, cpus: cpus)
    }

    private func lcm(_ pools: [CPUPoolDescription], members: [String?]) throws -> LCM {
        var domains: [DomainDescription] = []
        for (index, pool) in members.enumerated() {
            var domain = DomainDescription(
                domid: try #require(DomainID(rawValue: UInt16(index + 1))), name: Self.name("d\(index)"), memory: 8192,
                vcpus: 2, kernel: ImageReference(moduleIndex: 1))
            domain.settings.cpupool = pool.map { Self.name($0) }
            domains.append(domain)
        }
        return LCM(domains: domains, settings: LaunchSettings(cpupools: pools))
    }

    private func plan(_ pools: [CPUPoolDescription], members: [String?], cpus: UInt32 = 4) throws -> CPUPoolPlan {
        try CPUPoolPlan(checked: lcm(pools, members: members), facts: SimulatedHypervisor(cpus: cpus).facts)
    }

    private func operations(
        _ lcm: LCM, at index: Int, cpus: UInt32 = 4
    ) throws -> [ConfigOperation] {
        let facts = SimulatedHypervisor(cpus: cpus).facts
        let domain = lcm.domains[index]
        let built = SimulatedDomain(domid: domain.domid, kibibytes: 8192, vcpus: 2, cpus: cpus)
        let place = try CPUPoolPlan(checked: lcm, facts: facts).place(of: domain, at: index)
        return try ConfigPlan(checked: domain, built: built.info, facts: facts, place: place, peers: .alone())
            .operations
    }

    @Test func theFirstDomainOfAPoolHasItMade() throws {
        let lcm = try lcm([description("rt", Self.set(2, 3), .rtds)], members: [nil, "rt", "rt"])
        let pool = CPUPool(number: 1, name: Self.name("rt"), scheduler: .rtds, cpus: Self.set(2, 3))
        #expect(try operations(lcm, at: 0) == [.vcpus(2)])
        #expect(try operations(lcm, at: 1) == [.vcpus(2), .cpupool(pool, creating: true)])
        #expect(try operations(lcm, at: 2) == [.vcpus(2), .cpupool(pool, creating: false)])
    }

    @Test func poolsAreNumberedInTheirOrder() throws {
        let plan = try plan(
            [description("b", Self.set(3)), description("a", Self.set(1))], members: ["a", "b"])
        #expect(plan.pools.map { $0.number } == [1, 2])
        #expect(plan.pools.map { $0.name } == [Self.name("b"), Self.name("a")])
    }

    @Test func whatCannotBeIsAConflict() throws {
        func conflict(_ pools: [CPUPoolDescription], _ members: [String?]) throws -> CPUPoolConflict? {
            let lcm = try lcm(pools, members: members)
            do throws(CPUPoolConflict) {
                _ = try CPUPoolPlan(checked: lcm, facts: SimulatedHypervisor(cpus: 4).facts)
                return nil
            } catch { return error }
        }
        let (a, b) = (Self.name("a"), Self.name("b"))
        #expect(try conflict([description("a", Self.set(4))], ["a"]) == .missingCPU(pool: a, cpu: 4, online: 4))
        #expect(try conflict([description("a", Self.set(0, 1))], ["a"]) == .bootCPU(pool: a))
        #expect(
            try conflict([description("a", Self.set(1, 2)), description("b", Self.set(2, 3))], ["a", "b"])
                == .sharedCPU(pool: b, cpu: 2))
        #expect(try conflict([description("a", Self.set(1))], [nil]) == .noDomain(pool: a))
        #expect(
            try conflict([description("a", Self.set(1, 2, 3), .null)], ["a", "a"])
                == .tooManyVCPUs(pool: a, vcpus: 4, cpus: 3))
        #expect(try conflict([description("a", Self.set(1, 2), .null)], ["a"]) == nil)
    }

    @Test func aPoolThatSomebodyMadeIsAConflict() throws {
        var facts = SimulatedHypervisor(cpus: 4).facts
        facts.cpupools = [0, 7].map { CPUPool(number: $0, scheduler: .credit2, cpus: Self.set(0)) }
        let lcm = try lcm([description("a", Self.set(1))], members: ["a"])
        #expect(throws: CPUPoolConflict.otherPool(number: 7)) { _ = try CPUPoolPlan(checked: lcm, facts: facts) }
    }

    @Test func anAffinityStaysInItsPool() throws {
        var lcm = try lcm([description("a", Self.set(2, 3))], members: [nil, "a"])
        for (index, good, bad) in [(0, Self.set(0, 1), Self.set(1, 2)), (1, Self.set(3), Self.set(1, 3))] {
            lcm.domains[index].affinities = [VCPUAffinity(vcpu: 0, hard: good, soft: nil)]
            _ = try operations(lcm, at: index)
            for affinity in [
                VCPUAffinity(vcpu: 0, hard: bad, soft: nil), VCPUAffinity(vcpu: 0, hard: nil, soft: bad),
            ] {
                lcm.domains[index].affinities = [affinity]
                #expect(throws: ConfigConflict.affinityOutsidePool(cpu: index == 0 ? 2 : 1)) {
                    _ = try operations(lcm, at: index)
                }
            }
            lcm.domains[index].affinities = []
        }
    }

    /// Weight and cap, period and budget go by the pool's scheduler and not by the host's.
    @Test func parametersAreOfThePoolsScheduler() throws {
        var lcm = try lcm(
            [description("rt", Self.set(1), .rtds), description("c", Self.set(2), .credit)], members: ["rt", "c"])
        lcm.domains[0].weight = 1
        #expect(throws: ConfigConflict.notCredit) { _ = try operations(lcm, at: 0) }
        lcm.domains[0].weight = nil
        lcm.domains[0].settings.periodAndBudget = RTDSParameters(period: 1000, budget: 100)
        #expect(try operations(lcm, at: 0).last == .rtds(RTDSParameters(period: 1000, budget: 100)))
        lcm.domains[1].weight = 7
        #expect(try operations(lcm, at: 1).last == .share(.credit, weight: 7, cap: nil))
        lcm.domains[1].settings.periodAndBudget = RTDSParameters(period: 1000, budget: 100)
        #expect(throws: ConfigConflict.notRTDS) { _ = try operations(lcm, at: 1) }
    }

    /// The move comes first: it takes affinities and parameters away, as Xen's does.
    @Test func whatTheMoveTakesIsSetAfterIt() throws {
        var lcm = try lcm([description("rt", Self.set(1, 2), .rtds)], members: ["rt"])
        lcm.domains[0].affinities = [VCPUAffinity(vcpu: 1, hard: Self.set(2), soft: nil)]
        lcm.domains[0].settings.periodAndBudget = RTDSParameters(period: 1000, budget: 100)
        var host = SimulatedHypervisor(cpus: 4)
        let domid = lcm.domains[0].domid
        host.add(SimulatedDomain(domid: domid, kibibytes: 8192, vcpus: 2, cpus: 4))
        for operation in try operations(lcm, at: 0) { try operation.apply(to: domid, as: .pvh, on: &host) }
        let domain = try #require(host.domainsByID[1])
        #expect(domain.affinities[1].hard == Self.set(2))
        #expect(domain.rtds == [RTDSParameters](repeating: RTDSParameters(period: 1000, budget: 100), count: 2))
        #expect(host.madePools.map { $0.cpus } == [Self.set(1, 2)])
    }

    /// Xen's own refusals, errno for errno.
    @Test func theSimulationRefusesAsXenDoes() throws {
        func code(_ body: (inout SimulatedHypervisor) throws -> Void) -> Int32? {
            var host = SimulatedHypervisor(cpus: 2)
            if let domid = DomainID(rawValue: 1) { host.add(SimulatedDomain(domid: domid, kibibytes: 8192)) }
            do { try body(&host) } catch { return (error as? HypercallError)?.code }
            return nil
        }
        let domid = try #require(DomainID(rawValue: 1))
        #expect(code { try $0.apply(.createPool(0, .credit2), to: nil) } == 17)
        #expect(code { try $0.apply(.createPool(1, HypervisorFacts.Scheduler(number: 1)), to: nil) } == 2)
        #expect(
            code { for pool in 1...4 as ClosedRange<UInt32> { try $0.apply(.createPool(pool, .null), to: nil) } } == 28)
        #expect(code { try $0.apply(.addCPU(1, pool: 1), to: nil) } == 2)
        #expect(code { try $0.apply(.addCPU(1, pool: 0), to: nil) } == 19)
        #expect(code { try $0.apply(.addCPU(2, pool: 0), to: nil) } == 22)
        #expect(code { try $0.apply(.removeCPU(0, pool: 0), to: nil) } == 22)
        #expect(code { try $0.apply(.removeCPU(2, pool: 0), to: nil) } == 22)
        #expect(code { try $0.apply(.removeCPU(1, pool: 3), to: nil) } == 2)
        let pool = { (host: inout SimulatedHypervisor) in
            try host.apply(.createPool(1, .credit2), to: nil)
            try host.apply(.removeCPU(1, pool: 0), to: nil)
            try host.apply(.addCPU(1, pool: 1), to: nil)
        }
        #expect(
            code {
                try pool(&$0); try $0.apply(.removeCPU(1, pool: 0), to: nil)
            } == 99)
        #expect(
            code {
                try pool(&$0); try $0.apply(.moveToPool(1), to: domid); try $0.apply(.removeCPU(1, pool: 1), to: nil)
            } == 16)
        #expect(code { try $0.apply(.moveToPool(1), to: domid) } == 2)
        #expect(
            code {
                try $0.apply(.createPool(1, .credit2), to: nil); try $0.apply(.moveToPool(1), to: domid)
            } == 2)
        #expect(
            code {
                try pool(&$0); try $0.apply(.moveToPool(1), to: domid)
            } == nil)
    }
}
