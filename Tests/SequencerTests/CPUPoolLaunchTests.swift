// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import Sequencer

/// Launches with cpupools: three domains on four cpus, the second and third in a pool of cpus 2 and 3.
@Suite struct CPUPoolLaunchTests {
    private func launch() throws -> SimulatedLaunch {
        var launch = try SimulatedLaunch(dependencies: [[], [], []], handoff: .park)
        launch.host.facts.callerIsHardwareDomain = true
        launch.host.facts.host.cpus = 4
        let pool = CPUPoolDescription(
            name: [UInt8]("rt".utf8), scheduler: .rtds, cpus: CPUSet(words: [0b1100]))
        launch.lcm.settings.cpupools = [pool]
        for index in 1...2 {
            launch.lcm.domains[index].weight = nil
            launch.lcm.domains[index].settings.cpupool = pool.name
            launch.lcm.domains[index].settings.periodAndBudget = RTDSParameters(period: 10000, budget: 5000)
        }
        return launch
    }

    @Test func aPoolIsMadeOnceAndItsDomainsMove() throws {
        let outcome = try launch().run()
        #expect(outcome.failure == nil && outcome.unpaused.count == 3)
        #expect(outcome.host.madePools.map { $0.cpus } == [CPUSet(words: [0b1100])])
        #expect(try [1, 2, 3].map { try #require(outcome.host.domainsByID[$0]).info.cpupool } == [0, 1, 1])
        let operations = outcome.journal.entries.map { $0.operation }
        #expect(operations.filter { $0 == .createCPUPool }.count == 1)
        #expect(operations.filter { $0 == .moveToPool }.count == 2)
        let measured = try #require(operations.lastIndex(of: .pcrExtend))
        #expect(try #require(operations.firstIndex(of: .createCPUPool)) > measured)
    }

    @Test func theLogHasThePoolOfEachDomain() throws {
        let plan = try #require(try launch().run(planOnly: true).plan)
        let pools = plan.configurationRecord.domains.map { $0.items.filter { $0.kind == .cpupool } }
        let item = ConfigurationItem(.cpupool, [1, 8, 0b1100])
        #expect(pools == [[], [item], [item]])
    }

    @Test(arguments: [
        (Platform.Operation.createCPUPool, 0, "xc_cpupool_create"), (.removePoolCPU, 1, "xc_cpupool_removecpu"),
        (.addPoolCPU, 0, "xc_cpupool_addcpu"), (.getCPUPool, 1, "xc_cpupool_getinfo"),
        (.moveToPool, 0, "xc_cpupool_movedomain"),
    ])
    func everyFailureNamesDomainOperationValueAndReason(
        operation: Platform.Operation, occurrence: Int, function: String
    ) throws {
        var launch = try launch()
        let calls = launch.run().host.calls.indices.filter { launch.run().host.calls[$0].operation == operation }
        launch.host.failure = (calls[occurrence], 98)
        let outcome = launch.run()
        #expect(
            outcome.failure.map { String(decoding: $0.message.bytes, as: UTF8.self) }
                == "configure: domain 2: cpupool rt:rtds:2-3: \(function): EADDRINUSE (98)")
        #expect(outcome.unpaused.isEmpty)
    }

    @Test func conflictsAreToldBeforeAnyEffect() throws {
        let other = CPUPoolDescription(name: [0x62], scheduler: .null, cpus: CPUSet(words: [0b1000]))
        for (text, change) in [
            ("cpupool rt: cpu 3, and the host has 3", { $0.host.facts.host.cpus = 3 }),
            ("cpupool rt: cpu 0, which Xen leaves in pool 0", { $0.lcm.settings.cpupools[0].cpus.insert(0) }),
            ("cpupool b: cpu 3 is in a pool before it", { $0.lcm.settings.cpupools.append(other) }),
            (
                "cpupool rt: its domains have 2 vcpus, and the null scheduler runs no more than cpus: 1",
                {
                    $0.lcm.settings.cpupools[0].scheduler = .null
                    $0.lcm.settings.cpupools[0].cpus = CPUSet(words: [4])
                }
            ),
            (
                "the LCM has cpupools, and cpupool 5 is there already",
                { $0.host.madePools = [CPUPool(number: 5, scheduler: .null, cpus: CPUSet())] }
            ),
            (
                "domain 2: affinity to cpu 1, which is not in its cpupool",
                {
                    $0.lcm.domains[1].affinities = [
                        VCPUAffinity(vcpu: 0, hard: CPUSet(words: [0b110]), soft: nil)
                    ]
                }
            ),
            (
                "domain 2: weight and cap are credit's and credit2's, and the domain is under another scheduler",
                { $0.lcm.domains[1].weight = 1 }
            ),
        ] as [(String, (inout SimulatedLaunch) -> Void)] {
            var launch = try launch()
            change(&launch)
            let outcome = launch.run(planOnly: true)
            #expect(outcome.failure.map { String(decoding: $0.message.bytes, as: UTF8.self) } == "plan: \(text)")
        }
    }

    /// Without pools Xen is not asked for any.
    @Test func aLaunchWithoutPoolsDoesNotAsk() throws {
        let outcome = try SimulatedLaunch(dependencies: [[]]).run()
        #expect(!outcome.host.calls.contains { $0.operation == .getCPUPool })
    }
}
