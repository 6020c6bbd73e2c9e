// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import Prediction
import Sequencer
import SimulatedPlatform
import TestSupport
import Testing

@testable import domb

/// What a domain is given besides vcpus and memory, in every command that shows it.
@Suite struct ExtendedConfigurationTests {
    private func lcm() throws -> LCM {
        let kernel = ImageReference(moduleIndex: 1, segments: [Segment(address: 0x10_0000, byteCount: 8)])
        var domain = DomainDescription(
            domid: try #require(DomainID(rawValue: 1)), name: Array("a".utf8), memory: 8192, kernel: kernel)
        domain.settings = try TestLaunchFiles.extended()
        domain.settings.eventChannels = [EventChannel(port: 3, remote: Backend(name: []))]
        return LCM(
            domains: [domain],
            settings: LaunchSettings(
                coverage: .images, handoff: .park, xenstored: SwiftCryptoHash.digest(.sha256, of: []),
                cpupools: TestLaunchFiles.cpupools))
    }

    private static func received(_ lcm: LCM) -> ReceivedLCM {
        ReceivedLCM(lcm: lcm, byteCount: 0, digest: SwiftCryptoHash.digest(.sha256, of: []))
    }

    private func plan(_ lcm: LCM, _ arguments: [String] = []) throws -> LaunchPlan {
        let host = try AssumedHost.parse(arguments)
        return try LaunchPlan(
            Self.received(lcm), facts: host.facts(for: lcm),
            arguments: try host.parsedArguments(for: lcm))
    }

    @Test func thePlanHasWhatALaunchDoesInItsWords() throws {
        let steps = PlanStep.steps(of: try plan(lcm())).filter { $0.stage == "configure" }
        #expect(
            steps.map { "\($0.operation.name) \($0.detail)" } == [
                "xc_domain_max_vcpus 1 vcpu", "xc_domain_set_tsc_info TSC mode never-emulate",
                "xc_evtchn_alloc_unbound enhanced: ring to domain 0", "xc_hvm_param_set enhanced: ring to domain 0",
                "xenforeignmemory_map_resource (writable) enhanced: ring to domain 0",
                "xc_evtchn_alloc_unbound console: ring to domain 0", "xc_hvm_param_set console: ring to domain 0",
                "xenforeignmemory_map_resource (writable) console: ring to domain 0",
                "XEN_DOMCTL_set_cpu_policy cpuid-clear avx512f,rtm",
                "xc_domain_iomem_permission 16 machine frames from 0xd0000 at guest frame 0xe0000",
                "xc_domain_memory_mapping 16 machine frames from 0xd0000 at guest frame 0xe0000",
                "xc_assign_device pci 0000:03:00.0", "xc_assign_device pci 0000:03:1f.7",
                "xc_cpupool_create cpupool rt:rtds:8-9", "xc_cpupool_removecpu cpupool rt:rtds:8-9",
                "xc_cpupool_addcpu cpupool rt:rtds:8-9", "xc_cpupool_removecpu cpupool rt:rtds:8-9",
                "xc_cpupool_addcpu cpupool rt:rtds:8-9", "xc_cpupool_movedomain cpupool rt:rtds:8-9",
                "xc_domain_node_setaffinity node-affinity 0-1,3",
                "xc_sched_rtds_domain_set 4000 of 10000 microseconds",
                "xc_domain_ioport_permission 8 ports from 0x3f8", "xc_domain_ioport_mapping 8 ports from 0x3f8",
                "xc_domain_ioport_permission 16 ports from 0x2f80", "xc_domain_ioport_mapping 16 ports from 0x2f80",
                "xc_domain_gsi_permission irqs 4", "xc_domain_gsi_permission irqs 9",
                "xc_hvm_param_set hvm-params timer-mode:2", "xc_hvm_param_set hvm-params x87-pointer-width:8",
                "xc_evtchn_alloc_unbound event-channels port 3 for domain 0",
                "xc_flask_relabel_domain label system_u:system_r:domU_t",
                "xs_write enhanced in xenstore; console Domain-0; "
                    + "disks vdev=xvda,target=/dev/vg/root,access=rw,backend=Domain-0; disks vdev=xvdb2,target=data.img,"
                    + "access=ro,backend=Domain-0,physical-device=fd:2; "
                    + "vifs mac=00:16:3e:00:00:01,bridge=xenbr0,backend=Domain-0",
                "xs_introduce_domain xenstored serves its ring",
            ])
    }

    /// The trace holds no operation that the plan does not have.
    @Test func thePlanIsWhatALaunchDoes() throws {
        let lcm = try lcm()
        let plan = try plan(lcm)
        var host = SimulatedHypervisor(callerIsHardwareDomain: true)
        host.facts.securityMode = .enforcing
        host.provide(for: lcm, cpus: 10)
        var domain = SimulatedDomain(domid: lcm.domains[0].domid, kibibytes: 8192)
        domain.created = lcm.domains[0].settings
        domain.memory.write(
            [0x78, 0xC5, 0x6E, 0x33, 1] + [UInt8](repeating: 0, count: 51), at: domain.state.startInfo)
        domain.memory.write([UInt8](repeating: 0x90, count: 8), at: 0x10_0000)
        domain.parameters[.xenstoreFrame] = 4
        domain.parameters[.consoleFrame] = 5
        host.add(domain)
        var machine = Machine(
            host: host, tpm: SimulatedTPM(), hashing: SwiftCryptoHash.self)
        try machine.launch(Self.received(lcm), in: Surroundings(hasXenstored: true))
        let steps = PlanStep.steps(of: plan).filter { $0.stage == "configure" }
        let configuring = Set(steps.map { $0.operation })
        #expect(
            machine.host.journal.entries.filter { configuring.contains($0.operation) }.map { $0.operation }
                == steps.map { $0.operation })
    }

    @Test func everyFormatIsTheSameLaunch() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.extendedDescription, to: "l.yaml")
            #expect(sandbox.failure(["compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")])?.message == nil)
            for (from, format, to) in [
                ("l.dtb", "xlcm", "1.lcm"), ("1.lcm", "dtb", "1.dtb"), ("1.dtb", "yaml", "1.yaml"),
                ("1.yaml", "xlcm", "2.lcm"), ("2.lcm", "yaml", "2.yaml"), ("2.yaml", "dtb", "2.dtb"),
            ] {
                let arguments = ["convert", sandbox.path(from), "--format", format, "-o", sandbox.path(to)]
                #expect(sandbox.failure(arguments)?.message == nil)
            }
            let expected = try TestLaunchFiles.extendedModule()
            for name in ["l.dtb", "1.lcm", "1.dtb", "2.lcm", "2.dtb"] {
                #expect(try LaunchControlFile(reading: sandbox.path(name)).lcm == expected, "\(name)")
            }
            #expect(try sandbox.read("l.dtb") == sandbox.read("2.dtb"))
        }
    }

    @Test func aSourceIsTheSameLaunch() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.extendedSource, to: "l.dts")
            var arguments = ["compile", sandbox.path("l.dts"), "-o", sandbox.path("l.dtb")]
            for (index, file) in [(3, "tiny.elf"), (5, "ramdisk.app")] {
                arguments += ["--image", "\(index)=\(sandbox.path(file))"]
            }
            #expect(sandbox.failure(arguments)?.message == nil)
            #expect(
                try LaunchControlFile(reading: sandbox.path("l.dtb")).lcm == TestLaunchFiles.extendedModule())
        }
    }

    @Test func showSaysAllOfIt() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.extendedDescription, to: "l.yaml")
            #expect(
                sandbox.failure(["compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")])?.message == nil)
            let file = try LaunchControlFile(reading: sandbox.path("l.dtb"))
            for line in [
                "cpupool        rt", "rtds-period    10000", "rtds-budget    4000", "node-affinity  0-1,3",
                "ioports        0x3f8+8,0x2f80+16", "iomem          0xd0000+16@0xe0000", "irqs           4,9",
                "event-channels 1:broker,3:Domain-0", "cpuid-clear    avx512f,rtm", "tsc-mode       never-emulate",
                "hvm-params     timer-mode:2,x87-pointer-width:8",
                "label          system_u:system_r:domU_t", "pci            0000:03:00.0,0000:03:1f.7",
            ] {
                #expect(file.description.contains("  \(line)\n"), "\(line)")
            }
            let json = file.json.written()
            for member in [
                "\"remote\": \"broker\"", "\"avx512f\"", "\"cpupool\": \"rt\"", "\"scheduler\": \"rtds\"",
                "\"guest\": 917504", "\"budget\": 4000",
                "\"name\": \"x87-pointer-width\"", "\"0000:03:1f.7\"",
            ] {
                #expect(json.contains(member), "\(member)")
            }
        }
    }

    /// What `domb decompile` writes is what people would write: numbers as numbers.
    @Test func treesAreWrittenAsPeopleWriteThem() throws {
        var launch = Launch(lcm: try lcm(), bootDomain: nil)
        launch.lcm.domains[0].settings.irqs = [0x61]
        let source = FlatTree(launch).source
        for line in [
            "domb,cpupools = \"rt:rtds:8-9\";", "domb,cpupool = \"rt\";", "domb,rtds-period = <0x2710>;",
            "domb,node-affinity = \"0-1,3\";",
            "domb,ioports = <0x3f8 0x8 0x2f80 0x10>;",
            "domb,iomem = /bits/ 64 <0xd0000 0x10 0xe0000>;", "domb,irqs = <0x61>;",
            "domb,hvm-params = /bits/ 64 <0xa 0x2 0x24 0x8>;", "domb,pci = \"0000:03:00.0\", \"0000:03:1f.7\";",
        ] {
            #expect(source.contains(line), "\(line)")
        }
    }

    @Test func aDescriptionTellsWhatAValueShouldBe() throws {
        for (line, problem) in [
            ("ioports: 0x3f8", "ioports: the property has a value that it cannot have; FIRST+COUNT"),
            ("ioports: [2+1, 1+1]", "ioports: items repeat, overlap or are not in ascending order"),
            ("rtds_period: 100", "rtds_period: two properties contradict each other; microseconds, both"),
            ("tsc_mode: native", "tsc_mode: the property has a value that it cannot have; default, always-emulate"),
            ("hvm_params: timer-mode:9", "hvm_params: the property has a value that it cannot have; NAME:VALUE"),
            ("irqs: {a: b}", "irqs: a list is wanted"), ("node_affinity: x", "node_affinity: not a list of cpus"),
            ("pci: [03:00.0]", "pci: the property has a value that it cannot have; functions as in"),
            ("cpupool: rt", "cpupool: no cpupool 'rt'"),
            ("event_channels: 1:b", "event_channels: no domain 'b'"),
            ("event_channels: 1:a", "event_channels: a channel from the domain to itself"),
            ("event_channels: 0:Domain-0", "event_channels: the property has a value that it cannot have; PORT:REMOTE"),
            ("cpuid_clear: [rtm, avx]", "cpuid_clear: items repeat, overlap or are not in ascending order; in alpha"),
            ("io_ports: 1+1", "io_ports: unknown key (did you mean ioports?)"),
        ] {
            let text = "launch: {handoff: park}\ndomains:\n  - name: a\n    memory: 8M\n    kernel: k\n    \(line)\n"
            do throws(CommandFailure) {
                _ = try LaunchDescription(parsing: Array(text.utf8), from: "f")
                Issue.record("\(line) passed")
            } catch {
                #expect(error.message.contains("f:6: domains.a.\(problem)"), "\(error.message)")
            }
        }
    }

    @Test func theHostsOptionsDecide() throws {
        var lcm = try lcm()
        #expect(throws: PlanRefusal.refused(.cpupool(.missingCPU(pool: Array("rt".utf8), cpu: 9, online: 9)))) {
            try plan(lcm, ["--cpus", "9"])
        }
        lcm.domains[0].settings.cpupool = nil
        lcm.settings.cpupools = []
        let domid = lcm.domains[0].domid
        #expect(throws: PlanRefusal.refused(.configuration(.noIOMMU), domid)) { try plan(lcm, ["--no-iommu"]) }
        #expect(throws: PlanRefusal.refused(.configuration(.noFLASK), domid)) { try plan(lcm, ["--xsm", "none"]) }
        #expect(throws: PlanRefusal.refused(.configuration(.notRTDS), domid)) {
            try plan(lcm, ["--scheduler", "credit"])
        }
        #expect(throws: PlanRefusal.refused(.configuration(.missingNode(node: 3, online: 2)), domid)) {
            try plan(lcm, ["--nodes", "2"])
        }
    }

    @Test func memoryAndCPUsAreSummedUp() throws {
        var lcm = try lcm()
        lcm.domains[0].vcpus = 3
        lcm.domains[0].settings = [.memMax(16384), .cpupool(Array("rt".utf8)), .cap(250)]
        lcm.settings.cpupools[0].scheduler = .credit2
        let plan = try plan(lcm, ["--free-memory", "8M"])
        #expect(
            PlanBudget(plan, cpus: 2).lines == [
                "memory: 8192 KiB in all, may grow by 8192 KiB, 8192 KiB free",
                "cpus: 3 vcpus in all, caps of 250% of one cpu", "cpupool 1 (rt): credit2, cpus 8-9, 3 vcpus",
                "note: 3 vcpus share 2 physical cpus",
                "note: caps of 250% of one cpu promise more than 2 physical cpus have",
            ])
        #expect(PlanBudget(plan, cpus: 3).notes == [])
        #expect(PlanBudget(plan, cpus: nil).notes == [])
        do {
            _ = try self.plan(lcm, ["--free-memory", "8188K"])
            Issue.record("planned")
        } catch let refusal as PlanRefusal {
            #expect(
                refusal.line(in: lcm)
                    == "the domains own 8192 KiB and by mem-max may grow by 8192 KiB, and the host has 8188 KiB free")
        }
    }

    @Test func theLogsWordsAreTheLCMs() {
        for (item, words) in [
            (ConfigurationItem(.rtds, [10000, 4000]), "rtds 4000 of 10000 microseconds"),
            (ConfigurationItem(.cpupool, [1, 8, 0x300]), "cpupool 1:rtds:8-9"),
            (ConfigurationItem(.channel, [3, 2]), "event-channel port 3 for domain 2"),
            (ConfigurationItem(.clearedFeatures, [176, 171, 9]), "cpuid-clear avx512f,rtm,9"),
            (ConfigurationItem(.cpupool, [1, 77, 2]), "cpupool 1:unknown:1"),
            (ConfigurationItem(.nodeAffinity, [0b1011]), "node-affinity 0-1,3"),
            (ConfigurationItem(.ports, [0x3F8, 8]), "ioports 0x3f8+8"),
            (ConfigurationItem(.memory, [0xD0000, 16, 0xE0000]), "iomem 0xd0000+16@0xe0000"),
            (ConfigurationItem(.interrupt, [9]), "irq 9"),
            (ConfigurationItem(.tscMode, [2]), "tsc-mode never-emulate"),
            (ConfigurationItem(.parameter, [10, 2]), "hvm-param timer-mode:2"),
            (ConfigurationItem(.parameter, [99, 2]), "hvm-param 99:2"),
            (ConfigurationItem(.label, text: Array("system_u:x".utf8)), "label system_u:x"),
            (ConfigurationItem(.label, [9]), "label ?"),
            (ConfigurationItem(.device, [0x3FF]), "pci 0000:03:1f.7"),
        ] {
            #expect(item.words == words)
        }
    }

    @Test(arguments: 0...17) func labelsInTheLogComeBack(count: Int) {
        let text = (0..<count).map { UInt8($0 + 1) }
        let item = ConfigurationItem(.label, text: text)
        #expect(item.text == text)
        #expect(item.values.count == 1 + (count + 7) / 8)
        // One form for one text.
        #expect(ConfigurationItem(.label, item.values + [0]).text == nil)
        if count % 8 != 0 {
            #expect(ConfigurationItem(.label, [UInt64(count) - 1] + item.values.dropFirst()).text == nil)
        }
    }
}
