// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import ConfigApply

/// What a domain is given, before any hypercall.
@Suite struct ExtendedPlanTests {
    private func domain(
        _ rawValue: UInt16 = 3, memory: UInt64 = 8192, _ change: (inout [Setting]) throws -> Void
    ) throws -> DomainDescription {
        var domain = DomainDescription(
            domid: try #require(DomainID(rawValue: rawValue)), name: [UInt8]("a".utf8), memory: memory, vcpus: 2,
            kernel: ImageReference(moduleIndex: 1))
        try change(&domain.settings)
        return domain
    }

    private func plan(
        _ domain: DomainDescription, hardwareRoleMoved: Bool = false,
        _ change: (inout HypervisorFacts) -> Void = { _ in }
    ) throws -> ConfigPlan {
        var facts = SimulatedHypervisor(cpus: 2, callerIsHardwareDomain: true).facts
        change(&facts)
        let built = SimulatedDomain(domid: domain.domid, kibibytes: 8192, vcpus: 2, cpus: 2)
        return try ConfigPlan(
            checked: domain, built: built.info, facts: facts, hardwareRoleMoved: hardwareRoleMoved, peers: .alone())
    }

    private func ports(_ first: UInt64, _ count: UInt64) throws -> IOPortRange {
        try #require(IOPortRange(first: first, count: count))
    }

    private func memory(_ host: UInt64, _ count: UInt64, _ guest: UInt64) throws -> IOMemoryRange {
        try #require(IOMemoryRange(host: host, count: count, guest: guest))
    }

    @Test func everySettingBecomesAnOperationInOrder() throws {
        let ports = try ports(0x3F8, 8)
        let memory = try memory(0xD0000, 16, 0xD0000)
        let device = PCIAddress(rawValue: 0x300)
        let setting = try #require(HVMSetting(.timerMode, 2))
        let nodes = CPUSet(words: [1])
        let rtds = RTDSParameters(period: 1000, budget: 100)
        let domain = try domain {
            $0.periodAndBudget = rtds
            $0.nodeAffinity = nodes
            $0.ioports = [ports]
            $0.iomem = [memory]
            $0.irqs = [4, 9]
            $0.tscMode = .neverEmulate
            $0.hvmParams = [setting]
            $0.label = [0x61]
            $0.pci = [device]
        }
        let operations = try plan(domain) {
            $0.scheduler = .rtds
            $0.securityMode = .permissive
            $0.host.hasIOMMU = true
        }.operations
        #expect(
            operations == [
                .vcpus(2), .setting(.tscMode(.neverEmulate)), .setting(.iomem(memory)), .setting(.pci(device)),
                .setting(.nodeAffinity(nodes)), .rtds(rtds), .setting(.ioports(ports)), .setting(.number(.irqs, 4)),
                .setting(.number(.irqs, 9)), .setting(.hvmParam(setting)), .setting(.label([0x61])),
            ])
        // Memory map and vcpu state are settled before the domain is measured.
        #expect(operations.filter { $0.moment == .beforeMeasuring }.count == 4)
        #expect(operations.prefix(4).allSatisfy { $0.moment == .beforeMeasuring })
    }

    @Test func aNodeThatIsNotThereIsAConflict() throws {
        let domain = try domain { $0.nodeAffinity = CPUSet(words: [0b101]) }
        #expect(throws: ConfigConflict.missingNode(node: 2, online: 1)) { try plan(domain) }
        #expect(throws: ConfigConflict.missingNode(node: 2, online: 2)) { try plan(domain) { $0.host.nodes = 2 } }
        _ = try plan(domain) { $0.host.nodes = 3 }
    }

    @Test(arguments: [HypervisorFacts.Scheduler.credit, .credit2, .null])
    func periodAndBudgetNeedRTDS(scheduler: HypervisorFacts.Scheduler) throws {
        let domain = try domain { $0.periodAndBudget = RTDSParameters(period: 1000, budget: 100) }
        #expect(throws: ConfigConflict.notRTDS) { try plan(domain) { $0.scheduler = scheduler } }
    }

    @Test func aCapBeyondAllVCPUsIsAConflict() throws {
        var domain = try domain { _ in }
        domain.cap = 200
        _ = try plan(domain)
        domain.cap = 201
        #expect(throws: ConfigConflict.capBeyondVCPUs(cap: 201, vcpus: 2)) { try plan(domain) }
    }

    @Test func nothingOfTheHardwareDomainsIsGivenAfterItsRoleHasMoved() throws {
        let ports = try ports(1, 1)
        let memory = try memory(0xD0000, 1, 0xD0000)
        for domain in [
            try domain { $0.ioports = [ports] }, try domain { $0.iomem = [memory] }, try domain { $0.irqs = [9] },
        ] {
            #expect(throws: ConfigConflict.hardwareRoleMoved) { try plan(domain, hardwareRoleMoved: true) }
            _ = try plan(domain)
        }
        _ = try plan(try domain { $0.tscMode = .standard }, hardwareRoleMoved: true)
    }

    @Test(
        arguments: [
            (8192, 0, 0), (8192, 2047, 2047), (8192, 2048, nil), (8192, 0xFC000, 0xFC000), (8192, 0xFC0FF, 0xFC0FF),
            (8192, 0xFC100, nil), (8192, 0xFEBFF, nil), (8192, 0xFEC00, 0xFEC00), (8192, 0xFEFFF, 0xFEFFF),
            (8192, 0xFF000, nil), (8192, 0x10_0000, nil),
            // 4 GiB: the last quarter GiB and more lies above the hole, which is as large as 0xf0000000 to 0xffffffff.
            (4 << 20, 0xF_BFFF, 0xF_BFFF), (4 << 20, 0x10_0000, 0x10_0000), (4 << 20, 0x10_FFFF, 0x10_FFFF),
            (4 << 20, 0x11_0000, nil),
        ] as [(UInt64, UInt64, UInt64?)])
    func deviceMemoryOverRAMIsAConflict(kibibytes: UInt64, frame: UInt64, conflict: UInt64?) throws {
        let range = try memory(0xD0000, 1, frame)
        let domain = try domain(memory: kibibytes) { $0.iomem = [range] }
        guard let conflict else {
            _ = try plan(domain)
            return
        }
        #expect(throws: ConfigConflict.memoryOverRAM(frame: conflict)) { try plan(domain) }
    }

    /// A builder that leaves a hole below 1 MiB puts RAM of 8 MiB up to frame 0x861.
    @Test func aFrameThatTheDomainHasIsNoDevices() throws {
        let other = try #require(DomainID(rawValue: 4))
        for (guest, conflict) in [(0x7FF, 0x7FF), (0x800, 0x800), (0x861, 0x861), (0x862, nil)] as [(UInt64, UInt64?)] {
            let range = try memory(0xD0000, 1, guest)
            let domain = try domain { $0.iomem = [range] }
            func plan(_ domid: DomainID) -> ConfigConflict? {
                do {
                    _ = try self.plan(domain) {
                        $0.taken = [HypervisorFacts.TakenFrames(domid, 0x100..<0x862)]
                    }
                    return nil
                } catch {
                    return error as? ConfigConflict
                }
            }
            #expect(plan(domain.domid) == conflict.map { .memoryOverRAM(frame: $0) })
            #expect(plan(other) == (guest < 0x800 ? .memoryOverRAM(frame: guest) : nil), "another domain's")
        }
    }

    /// Xen itself lets the hardware domain give away any frame.
    @Test func theHostsRAMIsNoDevicesMemory() throws {
        let range = try memory(0x100, 16, 0xD0000)
        let domain = try domain { $0.iomem = [range] }
        for (ram, frame) in [(0x10F..<0x200, 0x10F), (0..<0x101, 0x100), (0x108..<0x109, 0x108)]
            as [(Range<UInt64>, UInt64)]
        {
            #expect(throws: ConfigConflict.memoryOverHostRAM(frame: frame)) { try plan(domain) { $0.ram = [ram] } }
        }
        _ = try plan(domain) { $0.ram = [0..<0x100, 0x110..<0x200] }
    }

    @Test func aLabelNeedsFLASK() throws {
        let domain = try domain { $0.label = [0x61] }
        #expect(throws: ConfigConflict.noFLASK) { try plan(domain) }
        for mode in [SecurityMode.permissive, .enforcing] { _ = try plan(domain) { $0.securityMode = mode } }
    }

    @Test func aDeviceNeedsAnIOMMU() throws {
        let domain = try domain { $0.pci = [PCIAddress(rawValue: 0x300)] }
        #expect(throws: ConfigConflict.noIOMMU) { try plan(domain) }
        _ = try plan(domain) { $0.host.hasIOMMU = true }
    }

    @Test func whatTwoDomainsWouldHaveIsAConflict() throws {
        let first = try #require(DomainID(rawValue: 3))
        func conflict(
            _ one: (inout [Setting]) throws -> Void, _ other: (inout [Setting]) throws -> Void
        ) throws -> ConfigConflict? {
            let found = SharedHardware.conflicts([try domain(3, one), try domain(5) { _ in }, try domain(7, other)])
            #expect(found.count <= 1 && found.allSatisfy { $0.domid.rawValue == 7 })
            return found.first?.conflict
        }
        let many = [try ports(0x10, 1), try ports(0x3F8, 8)]
        let touching = [try ports(0x400, 1)]
        let inside = [try ports(0x3FF, 1)]
        #expect(try conflict({ $0.ioports = many }, { $0.ioports = touching }) == nil)
        #expect(try conflict({ $0.ioports = many }, { $0.ioports = inside }) == .shared(.ioports, 0x3FF, with: first))
        #expect(try conflict({ $0.ioports = inside }, { $0.ioports = many }) == .shared(.ioports, 0x3FF, with: first))
        let frames = [try memory(0xD0000, 16, 0xD0000)]
        // Guest frames are each domain's own.
        let others = [try memory(0xD0010, 1, 0xD0000)]
        let last = [try memory(0xD000F, 1, 0xE0000)]
        #expect(try conflict({ $0.iomem = frames }, { $0.iomem = others }) == nil)
        #expect(try conflict({ $0.iomem = frames }, { $0.iomem = last }) == .shared(.iomem, 0xD000F, with: first))
        #expect(try conflict({ $0.irqs = [4, 9] }, { $0.irqs = [5] }) == nil)
        #expect(
            try conflict({ $0.irqs = [4, 9] }, { $0.irqs = [9] }) == .shared(.irqs, 9, with: first))
        let device = PCIAddress(rawValue: 0x300)
        #expect(
            try conflict({ $0.pci = [device] }, { $0.pci = [device] })
                == .shared(.pci, UInt64(device.rawValue), with: first))
    }

    /// xl's numbering: a domain's interfaces from 0 on, in the LCM's order.
    @Test func everyInterfaceHasItsOwnHandle() throws {
        let interfaces = try (1...3).map {
            try #require(VirtualInterface(text: Array("mac=00:16:3e:00:00:0\($0),bridge=b,backend=Domain-0".utf8)[...]))
        }
        let domain = try domain { $0 += [.enhanced] + interfaces.map { .vif($0) } }
        let handles = try ConfigPlan.operations(domain, .credit2, .standard, .alone()).compactMap {
            operation -> UInt32? in
            if case .interface(_, let handle, _) = operation { handle } else { nil }
        }
        #expect(handles == [0, 1, 2])
    }
}
