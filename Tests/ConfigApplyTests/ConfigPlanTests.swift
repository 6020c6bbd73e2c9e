// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import ConfigApply

@Suite struct ConfigPlanTests {
    private let domid = DomainID(rawValue: 3)

    private func description(_ change: (inout DomainDescription) -> Void = { _ in }) throws -> DomainDescription {
        var domain = DomainDescription(
            domid: try #require(domid), name: [UInt8]("a".utf8), memory: 8192, vcpus: 2,
            kernel: ImageReference(moduleIndex: 1))
        change(&domain)
        return domain
    }

    private func plan(
        _ domain: DomainDescription, _ change: (inout SimulatedHypervisor) -> Void = { _ in }
    ) throws -> ConfigPlan {
        var host = SimulatedHypervisor(cpus: 2)
        change(&host)
        let built = SimulatedDomain(domid: domain.domid, kibibytes: domain.memory, vcpus: 2, cpus: 2)
        return try ConfigPlan(checked: domain, built: built.info, facts: host.facts, peers: .alone())
    }

    private func cpus(_ list: [UInt32]) -> CPUSet {
        var set = CPUSet()
        for cpu in list { set.insert(cpu) }
        return set
    }

    @Test func aPlainDomainGetsItsVCPUsAlone() throws {
        #expect(try plan(description()).operations == [.vcpus(2)])
    }

    @Test func everySettingBecomesOneOperationInOrder() throws {
        let handle = DomainHandle(high: 1, low: 2)
        let affinity = VCPUAffinity(vcpu: 1, hard: cpus([0, 1]), soft: nil)
        let domain = try description {
            $0.maxMemory = 16384
            $0.affinities = [affinity]
            $0.weight = 512
            $0.handle = handle
        }
        #expect(
            try plan(domain).operations == [
                .vcpus(2), .setting(.memMax(16384)), .affinity(affinity), .share(.credit2, weight: 512, cap: nil),
                .setting(.uuid(handle)),
            ])
    }

    @Test func anAffinityIsToldWithEachOfItsSets() {
        let cases: [(hard: [UInt32]?, soft: [UInt32]?, text: Line)] = [
            ([0, 1], nil, "vcpu 3: hard 0-1"), (nil, [2], "vcpu 3: soft 2"), ([0], [0, 2], "vcpu 3: hard 0: soft 0,2"),
        ]
        for (hard, soft, text) in cases {
            let affinity = VCPUAffinity(vcpu: 3, hard: hard.map(cpus), soft: soft.map(cpus))
            #expect(ConfigOperation.affinity(affinity).value == text)
        }
    }

    @Test func onlyVCPUsComeBeforeMeasuring() throws {
        let domain = try description {
            $0.maxMemory = 16384
            $0.weight = 512
        }
        #expect(try plan(domain).operations.filter { $0.moment == .beforeMeasuring } == [.vcpus(2)])
    }

    @Test func aCPUThatIsNotThereIsAConflict() throws {
        let domain = try description { $0.affinities = [VCPUAffinity(vcpu: 0, hard: cpus([2]), soft: nil)] }
        #expect(throws: ConfigConflict.missingCPU(cpu: 2, online: 2)) { _ = try plan(domain) }
        var further = domain
        further.affinities = [VCPUAffinity(vcpu: 1, hard: CPUSet(words: [1 << 9]), soft: nil)]
        #expect(throws: ConfigConflict.missingCPU(cpu: 9, online: 2)) { _ = try plan(further) }
    }

    @Test func anAffinityOfAVCPUThatIsNotThereIsAConflict() throws {
        let domain = try description { $0.affinities = [VCPUAffinity(vcpu: 2, hard: cpus([0]), soft: nil)] }
        #expect(throws: ConfigConflict.missingVCPU(vcpu: 2, vcpus: 2)) { _ = try plan(domain) }
    }

    @Test func anEmptyAffinityIsAConflict() throws {
        let domain = try description { $0.affinities = [VCPUAffinity(vcpu: 0, hard: nil, soft: CPUSet())] }
        #expect(throws: ConfigConflict.emptyAffinity(vcpu: 0)) { _ = try plan(domain) }
    }

    @Test func aWeightIsTheSchedulersThatRuns() throws {
        let domain = try description {
            $0.weight = 512
            $0.cap = 200
        }
        #expect(
            try plan(domain) { $0.facts.scheduler = .credit }.operations.contains(
                .share(.credit, weight: 512, cap: 200)))
        #expect(
            try plan(domain) { $0.facts.scheduler = .credit2 }.operations.contains(
                .share(.credit2, weight: 512, cap: 200)))
    }

    @Test(arguments: [HypervisorFacts.Scheduler.rtds, .arinc653, .null, HypervisorFacts.Scheduler(number: 99)])
    func aWeightNeedsCreditOrCredit2(scheduler: HypervisorFacts.Scheduler) throws {
        let domain = try description { $0.weight = 512 }
        #expect(throws: ConfigConflict.notCredit) { _ = try plan(domain) { $0.facts.scheduler = scheduler } }
    }

    @Test func moreVCPUsThanTheLCMSaysAreAConflict() throws {
        var built = SimulatedDomain(domid: try #require(domid), kibibytes: 8192, vcpus: 2, cpus: 2)
        built.info.vcpus = 3
        #expect(throws: ConfigConflict.tooManyVCPUs(built: 3, wanted: 2)) {
            _ = try ConfigPlan(
                checked: description(), built: built.info, facts: SimulatedHypervisor().facts, peers: .alone())
        }
    }
}
