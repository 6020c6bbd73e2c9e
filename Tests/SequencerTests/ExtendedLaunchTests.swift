// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import Sequencer

/// Launches whose domains are given hardware, a label and a place to run.
@Suite struct ExtendedLaunchTests {
    /// Two domains, the second with one of everything that the host can do at once.
    private func launch(_ scheduler: HypervisorFacts.Scheduler = .rtds) throws -> SimulatedLaunch {
        var launch = try SimulatedLaunch(dependencies: [[], []], handoff: .park)
        launch.host.facts.callerIsHardwareDomain = true
        launch.host.facts.securityMode = .enforcing
        launch.host.facts.scheduler = scheduler
        launch.host.facts.host.hasIOMMU = true
        launch.host.facts.host.nodes = 2
        launch.host.labels = [[0x61]: 7]
        launch.host.devices = [0x300: nil]
        for index in 0...1 where scheduler == .rtds { launch.lcm.domains[index].weight = nil }
        var extended = launch.lcm.domains[1].settings
        if scheduler == .rtds { extended.periodAndBudget = RTDSParameters(period: 10000, budget: 4000) }
        extended.set(.maxGrantFrames, [.number(.maxGrantFrames, 128)])
        extended.nodeAffinity = CPUSet(words: [2])
        extended.ioports = [try #require(IOPortRange(first: 0x3F8, count: 8))]
        extended.iomem = [try #require(IOMemoryRange(host: 0xD0000, count: 16, guest: 0xE0000))]
        extended.irqs = [9]
        extended.tscMode = .alwaysEmulate
        extended.hvmParams = [try #require(HVMSetting(.timerMode, 2))]
        extended.eventChannels = [EventChannel(port: 1, remote: Backend(name: [UInt8]("dom1".utf8)))]
        extended.cpuidClear = [.avx512f, .svm]
        extended.label = [0x61]
        extended.pci = [PCIAddress(rawValue: 0x300)]
        launch.lcm.domains[1].settings = extended
        launch.host.domainsByID[2]?.created = extended
        return launch
    }

    /// Where a domain has pages is Xen's to say: a builder may leave holes. Asked for those alone that get device memory.
    @Test func aPageBeyondTheSizeOfRAMIsNoDevices() throws {
        var launch = try launch()
        let range = try #require(IOMemoryRange(host: 0xD0000, count: 2, guest: 0x860))
        launch.lcm.domains[1].settings.iomem = [range]
        launch.host.domainsByID[2]?.memory.add(0x861..<0x862)
        launch.host.domainsByID[2]?.memory.remove(frame: 0x7FF)
        let outcome = launch.run()
        #expect(
            outcome.failure.map { String(decoding: $0.message.bytes, as: UTF8.self) }?.contains("guest frame 0x861")
                == true)
        #expect(outcome.journal.entries.filter { $0.operation == .maximumFrame }.map { $0.domid?.rawValue } == [2])
    }

    @Test(arguments: [HypervisorFacts.Scheduler.rtds, .credit, .credit2])
    func everythingIsAppliedBeforeTheDomainRuns(scheduler: HypervisorFacts.Scheduler) throws {
        let outcome = try launch(scheduler).run()
        #expect(outcome.failure == nil)
        let domain = try #require(outcome.host.domainsByID[2])
        #expect(!domain.info.isPaused)
        #expect(domain.info.securityID == 7)
        #expect(domain.mappedPorts.count == 1 && domain.mappedMemory.count == 1)
        #expect(domain.tscMode == .alwaysEmulate)
        #expect(domain.weight == (scheduler == .rtds ? 256 : 512))
        let operations = outcome.journal.entries.map { $0.operation }
        let measured = try #require(operations.firstIndex(of: .pcrExtend))
        let unpaused = try #require(operations.firstIndex(of: .unpause))
        for operation in [Platform.Operation.mapMemory, .assignDevice, .setTSCInfo, .setCPUPolicy] {
            #expect(try #require(operations.firstIndex(of: operation)) < measured)
        }
        for operation in [Platform.Operation.mapPorts, .permitInterrupt, .setParameter, .allocUnbound, .relabelDomain] {
            #expect((measured..<unpaused).contains(try #require(operations.firstIndex(of: operation))))
        }
    }

    /// The failure's line names domain, operation, value and reason; nothing runs.
    @Test(arguments: [
        (Platform.Operation.setTSCInfo, "tsc-mode always-emulate: xc_domain_set_tsc_info"),
        (.getTSCInfo, "tsc-mode always-emulate: xc_domain_get_tsc_info"),
        (.permitMemory, "iomem 0xd0000+16@0xe0000: xc_domain_iomem_permission"),
        (.mapMemory, "iomem 0xd0000+16@0xe0000: xc_domain_memory_mapping"),
        (.testAssignDevice, "pci 0000:03:00.0: xc_test_assign_device"),
        (.assignDevice, "pci 0000:03:00.0: xc_assign_device"),
        (.setNodeAffinity, "node-affinity 1: xc_domain_node_setaffinity"),
        (.getNodeAffinity, "node-affinity 1: xc_domain_node_getaffinity"),
        (.rtdsSet, "rtds-period and rtds-budget 4000 of 10000 microseconds: xc_sched_rtds_domain_set"),
        (.rtdsGet, "rtds-period and rtds-budget 4000 of 10000 microseconds: xc_sched_rtds_vcpu_get"),
        (.permitPorts, "ioports 0x3f8+8: xc_domain_ioport_permission"),
        (.mapPorts, "ioports 0x3f8+8: xc_domain_ioport_mapping"),
        (.permitInterrupt, "irqs 9: xc_domain_gsi_permission"),
        (.setCPUPolicy, "cpuid-clear avx512f,svm: XEN_DOMCTL_set_cpu_policy"),
        (.getCPUPolicy, "cpuid-clear avx512f,svm: XEN_DOMCTL_get_cpu_policy"),
        (.allocUnbound, "event-channels port 1 for domain 1: xc_evtchn_alloc_unbound"),
        (.channelStatus, "event-channels port 1 for domain 1: xc_evtchn_status"),
        (.setParameter, "hvm-params timer-mode:2: xc_hvm_param_set"),
        (.contextToSID, "label a: xc_flask_context_to_sid"), (.relabelDomain, "label a: xc_flask_relabel_domain"),
    ])
    func everyFailureNamesDomainOperationValueAndReason(operation: Platform.Operation, words: String) throws {
        var launch = try launch()
        let good = launch.run()
        let call = try #require(good.host.calls.firstIndex { $0.operation == operation })
        launch.host.failure = (call, 1)
        let outcome = launch.run()
        let failure = try #require(outcome.failure)
        #expect(failure.stage == .configure)
        #expect(String(decoding: failure.message.bytes, as: UTF8.self) == "configure: domain 2: \(words): EPERM (1)")
        #expect(outcome.unpaused.isEmpty)
        #expect(outcome.recorder?.isCapped ?? false)
    }

    @Test func whatXenDoesNotKeepStopsTheLaunch() throws {
        var launch = try launch(.credit)
        launch.host.ignored = [.creditSet]
        let failure = try #require(launch.run().failure)
        #expect(
            String(decoding: failure.message.bytes, as: UTF8.self)
                == "configure: domain 1: weight and cap weight 512: Xen reads back another value than it was given")
    }

    /// Xen says yes and does nothing, or somebody else has paused the domain as well.
    @Test(arguments: [true, false]) func anUnpauseThatIsNotKeptIsTold(_ isIgnored: Bool) throws {
        var launch = try launch()
        if isIgnored {
            launch.host.ignored = [.unpause]
        } else {
            launch.host.domainsByID[1]?.pauseCount = 2
        }
        let outcome = launch.run()
        let failure = try #require(outcome.failure)
        #expect(
            String(decoding: failure.message.bytes, as: UTF8.self)
                == "unpause: domain 1: unpaused by Xen's word, and still paused")
        #expect(failure.kind == .unpause)
        #expect(outcome.journal.entries.filter { $0.operation == .unpause }.count == 1)
    }

    @Test func anotherPortThanExpectedIsTold() throws {
        var launch = try launch()
        launch.host.domainsByID[2]?.channels = [1: nil]
        let failure = try #require(launch.run().failure)
        #expect(
            String(decoding: failure.message.bytes, as: UTF8.self)
                == "configure: domain 2: event-channels port 1 for domain 1: Xen gave port 2")
    }

    /// Xen lets nobody change it once the domain is there.
    @Test func aDomainBuiltWithAnotherGrantTableIsRefused() throws {
        var launch = try launch()
        launch.host.domainsByID[2]?.created = [.pci(PCIAddress(rawValue: 0x300))]
        let outcome = launch.run()
        let failure = try #require(outcome.failure)
        #expect(
            String(decoding: failure.message.bytes, as: UTF8.self)
                == "configure: domain 2: max-grant-frames 128: Xen gave 64")
        #expect(!outcome.journal.entries.contains { $0.operation == .unpause })
    }

    @Test func theLogHasEverySetting() throws {
        let plan = try #require(try launch().run(planOnly: true).plan)
        #expect(
            plan.configurationRecord.domains[1].items == [
                ConfigurationItem(.vcpus, [1]), ConfigurationItem(.tscMode, [1]),
                ConfigurationItem(.clearedFeatures, [176, 98]), ConfigurationItem(.memory, [0xD0000, 16, 0xE0000]),
                ConfigurationItem(.device, [0x300]), ConfigurationItem(.maxGrantFrames, [128]),
                ConfigurationItem(.nodeAffinity, [2]), ConfigurationItem(.rtds, [10000, 4000]),
                ConfigurationItem(.ports, [0x3F8, 8]), ConfigurationItem(.interrupt, [9]),
                ConfigurationItem(.parameter, [10, 2]), ConfigurationItem(.channel, [1, 1]),
                ConfigurationItem(.label, [1, 0x61]),
            ])
    }

    /// The log is the same under credit and credit2: Xen's command line tells which it was.
    @Test func theSchedulerDoesNotChangeTheLog() throws {
        let credit = try #require(try launch(.credit).run(planOnly: true).plan)
        let credit2 = try #require(try launch(.credit2).run(planOnly: true).plan)
        #expect(credit.configurationRecord == credit2.configurationRecord)
    }

    private func refusal(_ change: (inout SimulatedLaunch) -> Void) throws -> String? {
        var launch = try launch()
        change(&launch)
        let outcome = launch.run(planOnly: true)
        return outcome.failure.map { String(decoding: $0.message.bytes, as: UTF8.self) }
    }

    @Test func conflictsAreToldBeforeAnyEffect() throws {
        let ports = try #require(IOPortRange(first: 0x3FF, count: 1))
        let memory = try #require(IOMemoryRange(host: 0xD0001, count: 1, guest: 0xE0000))
        let low = try #require(IOMemoryRange(host: 0xD0000, count: 1, guest: 2047))
        for (text, change) in [
            ("domain 2: port 0x3ff is domain 1's too", { $0.lcm.domains[0].settings.ioports = [ports] }),
            ("domain 2: machine frame 0xd0001 is domain 1's too", { $0.lcm.domains[0].settings.iomem = [memory] }),
            ("domain 2: interrupt 9 is domain 1's too", { $0.lcm.domains[0].settings.irqs = [9] }),
            (
                "domain 2: PCI device 0000:03:00.0 is domain 1's too",
                { $0.lcm.domains[0].settings.pci = [PCIAddress(rawValue: 0x300)] }
            ),
            (
                "domain 1: iomem at guest frame 0x7ff, where it has RAM or the builder's pages",
                { $0.lcm.domains[0].settings.iomem = [low] }
            ),
            (
                "domain 2: ioports, iomem or irqs, and the hardware role has left the boot domain: it has none to give",
                {
                    $0.host.facts.callerIsHardwareDomain = false
                    $0.lcm.domains[0].roles = .hardware
                }
            ),
            (
                "domain 2: iomem of machine frame 0xd0008, which is memory, or Xen's or the firmware's",
                { $0.host.facts.ram = [0xD0008..<0xD0009] }
            ),
            ("domain 2: a label, and this Xen runs without FLASK", { $0.host.facts.securityMode = .none }),
            (
                "domain 2: a PCI device, and this host has no IOMMU that Xen uses: it could reach all memory",
                { $0.host.facts.host.hasIOMMU = false }
            ),
            ("domain 2: affinity to node 1, and the host has 1", { $0.host.facts.host.nodes = 1 }),
            (
                "domain 2: rtds-period and rtds-budget are RTDS's, and the domain is under another scheduler",
                { $0.host.facts.scheduler = .credit2 }
            ),
            (
                "domain 1: weight and cap are credit's and credit2's, and the domain is under another scheduler",
                { $0.lcm.domains[0].weight = 1 }
            ),
        ] as [(String, (inout SimulatedLaunch) -> Void)] {
            #expect(try refusal(change) == "plan: \(text)")
        }
        #expect(try refusal { _ in } == nil)
    }

    @Test func maximaThatCannotAllBeHadAreRefusedWithTheirSum() throws {
        func refusal(free: UInt64) throws -> PlanRefusal? {
            var launch = try launch()
            // 1024 pages and 2048 more than what is built.
            launch.lcm.domains[0].maxMemory = 8192 + 4096
            launch.lcm.domains[1].maxMemory = 8192 + 8192
            launch.host.facts.host.freePages = free
            guard case .refusal(let refusal) = launch.run(planOnly: true).failure?.cause else { return nil }
            return refusal
        }
        #expect(try refusal(free: 3072) == nil)
        let refused = try refusal(free: 3071)
        #expect(refused == .refused(.memoryBudget))
        #expect(
            refused?.text
                == "the domains own 16384 KiB and by mem-max may grow by 12288 KiB, and the host has 12284 KiB free")
    }
}
