// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import ConfigApply

@Suite struct ApplyTests {
    private static let device = PCIAddress(rawValue: 0x300)
    private static let pool = CPUPool(
        number: 1, name: [UInt8]("rt".utf8), scheduler: .rtds, cpus: CPUSet(words: [0b110]))
    private static let label = [UInt8]("system_u:system_r:domU_t".utf8)

    /// One of each, and what it changes: what Xen may forget.
    static let operations: [(operation: ConfigOperation, effects: [Platform.Operation])] =
        [
            (.vcpus(2), [.maxVCPUs]), (.setting(.memMax(16384)), [.setMaxMemory]),
            (.affinity(VCPUAffinity(vcpu: 0, hard: CPUSet(words: [1]), soft: CPUSet(words: [2]))), [.setAffinity]),
            (.setting(.nodeAffinity(CPUSet(words: [2]))), [.setNodeAffinity]),
            (.share(.credit2, weight: 512, cap: 50), [.credit2Set]),
            (.share(.credit, weight: 512, cap: 50), [.creditSet]),
            (.rtds(RTDSParameters(period: 20000, budget: 1000)), [.rtdsSet]),
            (.setting(.tscMode(.alwaysEmulate)), [.setTSCInfo]),
            (.setting(.uuid(DomainHandle(high: 1, low: 2))), [.setHandle]),
            (.clearedFeatures([.avx, .svm, .rtm]), [.setCPUPolicy]),
            // A pool that was not made, or a cpu that was not given up, makes Xen refuse what follows.
            (.cpupool(pool, creating: true), [.addPoolCPU, .moveToPool]),
            (.setting(.label(label)), [.relabelDomain]), (.setting(.pci(device)), [.assignDevice]),
            (.setting(.number(.irqs, 9)), []), (.setting(.number(.maxGrantFrames, 128)), []),
        ]
        + (DomainID(rawValue: 0).map { [(.channel(port: 1, remote: $0), [.allocUnbound])] } ?? [])
        + (IOPortRange(first: 0x3F8, count: 8).map { [(.setting(.ioports($0)), [])] } ?? [])
        + (IOMemoryRange(host: 0xD0000, count: 16, guest: 0xE0000).map { [(.setting(.iomem($0)), [])] } ?? [])
        + (HVMSetting(.timerMode, 2).map { [(.setting(.hvmParam($0)), [.setParameter])] } ?? [])
        + (DomainID(rawValue: 0).map { remote in
            [ReservedGrant.Reference.xenstore, .console].map {
                (.ring($0, remote: remote), [.allocUnbound, .setParameter, .grantWrite])
            }
        } ?? [])

    /// A host that can do the operation, with a domain of two vcpus.
    private func host(for operation: ConfigOperation) throws -> SimulatedHypervisor {
        var host = SimulatedHypervisor(cpus: 3, callerIsHardwareDomain: true)
        host.facts.host.nodes = 2
        host.facts.host.hasIOMMU = true
        host.facts.securityMode = .enforcing
        host.labels[Self.label] = 7
        host.devices[Self.device.rawValue] = .some(nil)
        if case .share(.credit, _, _) = operation { host.facts.scheduler = .credit }
        if case .rtds = operation { host.facts.scheduler = .rtds }
        var domain = SimulatedDomain(domid: try domid, kibibytes: 8192, vcpus: 2, cpus: 2)
        domain.parameters[.xenstoreFrame] = 20
        domain.parameters[.consoleFrame] = 21
        if case .setting(let setting) = operation { domain.created = [setting] }
        host.add(domain)
        try ConfigOperation.vcpus(2).apply(to: domid, as: .pvh, on: &host)
        return host
    }

    private var domid: DomainID { get throws { try #require(DomainID(rawValue: 3)) } }

    private func applied(_ number: Int) throws -> SimulatedHypervisor {
        let operation = Self.operations[number].operation
        var host = try host(for: operation)
        try operation.apply(to: domid, as: .pvh, on: &host)
        return host
    }

    private func domain(after operation: (ConfigOperation) -> Bool) throws -> SimulatedDomain {
        let number = try #require(Self.operations.firstIndex { operation($0.operation) })
        return try #require(try applied(number).domainsByID[3])
    }

    /// But for what is in xenstore (NodesTests, StoreLaunchTests).
    @Test func everyOperationIsHere() {
        let here = Set(Self.operations.map { OperationKind($0.operation) })
        #expect(here == Set(OperationKind.allCases).subtracting([.home, .console, .disk, .interface, .partOfAnother]))
    }

    /// Alone they are nothing that was done, and nothing says that they were.
    @Test func whatIsPartOfAnotherOperationIsNotDoneAlone() throws {
        for setting in [Setting.weight(512), .cap(50), .number(.rtdsPeriod, 1000), .cpuidClear(.avx), .enhanced] {
            let operation = ConfigOperation.setting(setting)
            var host = try host(for: operation)
            let before = host.calls.count
            #expect(throws: ConfigError.notKept(operation)) { try operation.apply(to: domid, as: .pvh, on: &host) }
            #expect(host.calls.count == before)
        }
    }

    /// It was created with what it has, and nothing is tried to change it.
    @Test(arguments: [[], [Setting.number(.maxGrantFrames, 127)]])
    func anotherGrantTableThanTheLCMsIsTold(created: [Setting]) throws {
        let operation = ConfigOperation.setting(.number(.maxGrantFrames, 128))
        var host = try host(for: operation)
        host.domainsByID[3]?.created = created
        let before = host.calls.count
        let actual: Line = created.isEmpty ? "64" : "127"
        #expect(throws: ConfigError.other(operation, actual)) { try operation.apply(to: domid, as: .pvh, on: &host) }
        #expect(host.calls[before...].map { $0.operation } == [.queryGrantSize])
    }

    @Test func whatIsAppliedIsThere() throws {
        #expect(try domain { $0.name.description == "cpus" }.info.vcpus == 2)
        #expect(try domain { $0.name.description == "mem-max" }.info.maxPages == 4096)
        let affinity = try domain { $0.name.description == "affinity" }.affinities[0]
        #expect(affinity.hard == CPUSet(words: [1]) && affinity.soft == CPUSet(words: [2]))
        #expect(try domain { $0.name.description == "node-affinity" }.nodeAffinity == CPUSet(words: [2]))
        for operation in [ConfigOperation.share(.credit2, weight: 512, cap: 50), .share(.credit, weight: 512, cap: 50)]
        {
            let domain = try domain { $0 == operation }
            #expect(domain.weight == 512 && domain.cap == 50)
        }
        #expect(
            try domain { $0.name.description.hasPrefix("rtds") }.rtds
                == [RTDSParameters](repeating: RTDSParameters(period: 20000, budget: 1000), count: 2))
        #expect(try domain { $0.name.description == "tsc-mode" }.tscMode == .alwaysEmulate)
        #expect(try domain { $0.name.description == "domain-uuid" }.info.handle == DomainHandle(high: 1, low: 2))
        #expect(try domain { $0.name.description == "label" }.info.securityID == 7)
        #expect(try domain { $0.name.description == "hvm-params" }.parameters[.timerMode] == 2)
        #expect(try domain { $0.name.description == "cpupool" }.info.cpupool == 1)
        let pool = try #require(Self.operations.firstIndex { $0.operation.name.description == "cpupool" })
        #expect(try applied(pool).madePools.map { $0.cpus } == [Self.pool.cpus])
        #expect(try applied(pool).givenUpCPUs == Self.pool.cpus)
        #expect(try domain { $0.name.description == "cpuid-clear" }.cpuid[.structured]?.has(.rtm) == false)
        #expect(try domain { $0.name.description == "event-channels" }.channels == [1: DomainID(rawValue: 0)])
        let ports = try domain { $0.name.description == "ioports" }
        #expect(ports.permittedPorts.map { $0.first } == [0x3F8] && ports.mappedPorts == ports.permittedPorts)
        let memory = try domain { $0.name.description == "iomem" }
        #expect(memory.permittedMemory.map { $0.host } == [0xD0000] && memory.mappedMemory == memory.permittedMemory)
        #expect(try domain { $0.name.description == "irqs" }.interrupts == [9])
        let device = try #require(Self.operations.firstIndex { $0.operation.name.description == "pci" })
        #expect(try applied(device).devices[Self.device.rawValue] == .some(.some(try domid)))
    }

    /// Every hypercall of every operation made to fail, one at a time, with each errno that Xen or privcmd may give: the
    /// error names operation and errno.
    @Test(arguments: operations.indices, [1, 3, 4, 11, 12, 14, 16, 19, 22, 34, 38, 77, 95] as [Int32])
    func everyFailedHypercallIsToldWithItsOperation(number: Int, code: Int32) throws {
        let operation = Self.operations[number].operation
        var probe = try host(for: operation)
        let before = probe.calls.count
        try operation.apply(to: domid, as: .pvh, on: &probe)
        for call in before..<probe.calls.count {
            // That a device cannot be given a second time is what shows that it has been.
            if case .setting(.pci) = operation, call == probe.calls.count - 1, code == 22 { continue }
            var host = try host(for: operation)
            host.failure = (call, code)
            let expected = ConfigError.hypercall(
                operation, HypercallError(probe.calls[call].operation, probe.calls[call].domid, code: code))
            #expect(throws: expected) { try operation.apply(to: domid, as: .pvh, on: &host) }
            // Nothing is tried after a failure.
            #expect(host.calls.count == call + 1)
        }
    }

    /// A success without an effect is a failure, wherever Xen lets one look.
    @Test(arguments: operations.indices) func whatXenDoesNotKeepIsTold(number: Int) throws {
        let (operation, effects) = Self.operations[number]
        for effect in effects {
            var host = try host(for: operation)
            if case .vcpus = operation { host.domainsByID[3]?.info.vcpus = 1 }
            host.ignored = [effect]
            #expect(throws: ConfigError.notKept(operation)) { try operation.apply(to: domid, as: .pvh, on: &host) }
        }
    }

    /// Xen's own refusals, errno for errno.
    @Test func theSimulationRefusesAsXenDoes() throws {
        func code(_ operation: ConfigOperation, _ change: (inout SimulatedHypervisor) -> Void) throws -> Int32? {
            var host = try host(for: operation)
            change(&host)
            let domid = try domid
            do throws(ConfigError) {
                try operation.apply(to: domid, as: .pvh, on: &host)
                return nil
            } catch {
                guard case .hypercall(_, let error) = error else { return 0 }
                return error.code
            }
        }
        let all = Self.operations.map { $0.operation }
        func one(_ name: String) throws -> ConfigOperation { try #require(all.first { $0.name.description == name }) }
        #expect(try code(.vcpus(4)) { _ in } == 22)
        // csched2_dom_cntl: a cap beyond all vcpus. csched_dom_cntl takes it.
        #expect(try code(.share(.credit2, weight: nil, cap: 201)) { _ in } == 22)
        #expect(try code(.share(.credit, weight: nil, cap: 201)) { _ in } == nil)
        for operation in all where operation.name.description == "weight and cap" {
            #expect(try code(operation) { $0.facts.scheduler = .rtds } == 22)
        }
        #expect(try code(one("rtds-period and rtds-budget")) { $0.facts.scheduler = .credit2 } == 22)
        #expect(try code(.setting(.nodeAffinity(CPUSet(words: [4])))) { _ in } == 22)
        for name in ["ioports", "iomem", "irqs"] {
            #expect(try code(one(name)) { $0.facts.callerIsHardwareDomain = false } == 1)
        }
        #expect(try code(.setting(.ioports(#require(IOPortRange(first: 0x60, count: 2))))) { _ in } == 1)
        #expect(
            try code(.setting(.iomem(#require(IOMemoryRange(host: 0xFEE00, count: 1, guest: 0xE0000))))) { _ in } == 1)
        #expect(try code(.setting(.number(.irqs, 24))) { _ in } == 34)
        #expect(try code(one("label")) { $0.facts.securityMode = .none } == 38)
        #expect(try code(.setting(.label([1]))) { _ in } == 22)
        #expect(try code(one("pci")) { $0.facts.host.hasIOMMU = false } == 95)
        #expect(try code(one("pci")) { $0.domainsByID[3]?.created = [] } == 95)
        #expect(try code(.setting(.pci(PCIAddress(rawValue: 1)))) { _ in } == 22)
        #expect(try code(one("pci")) { $0.devices[0x300] = DomainID(rawValue: 9) } == 22)
    }
}
