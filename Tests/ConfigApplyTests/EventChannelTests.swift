// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import ConfigApply

/// Event channels between domains, and what CPUID does not tell a domain.
@Suite struct EventChannelTests {
    private func domid(_ rawValue: UInt16) throws -> DomainID { try #require(DomainID(rawValue: rawValue)) }

    private func host() throws -> SimulatedHypervisor {
        var host = SimulatedHypervisor()
        host.add(SimulatedDomain(domid: try domid(1), kibibytes: 8192))
        return host
    }

    @Test func namesBecomeDomids() throws {
        var domains = try [("a", 7), ("b", 3)].map { name, number in
            DomainDescription(
                domid: try domid(number), name: [UInt8](name.utf8), memory: 8192, kernel: ImageReference(moduleIndex: 1)
            )
        }
        domains[0].settings.eventChannels = [
            EventChannel(port: 1, remote: Backend(name: [0x62])),
            EventChannel(port: 2, remote: Backend(name: [UInt8]("Domain-0".utf8))),
        ]
        let lcm = LCM(domains: domains, settings: LaunchSettings())
        let peers = Peers(lcm, bootDomain: try domid(9))
        func operations(of index: Int) -> ArraySlice<ConfigOperation> {
            ConfigPlan.operations(domains[index], .credit2, .standard, peers).dropFirst()
        }
        #expect(
            try operations(of: 0)
                == [.channel(port: 1, remote: domid(3)), .channel(port: 2, remote: domid(9))])
        #expect(operations(of: 1).isEmpty)
    }

    /// The builder's own channels have the lowest ports.
    @Test func aPortThatXenDoesNotGiveIsTold() throws {
        var host = try host()
        host.domainsByID[1]?.channels = [1: nil, 2: nil]
        let operation = ConfigOperation.channel(port: 2, remote: try domid(5))
        #expect(throws: ConfigError.other(operation, "port 3")) {
            try operation.apply(to: domid(1), as: .pvh, on: &host)
        }
    }

    @Test func aChannelWaitsForItsRemoteEnd() throws {
        var host = try host()
        for port in 1...2 as ClosedRange<UInt32> {
            try ConfigOperation.channel(port: port, remote: domid(5)).apply(to: domid(1), as: .pvh, on: &host)
        }
        #expect(host.domainsByID[1]?.channels == [1: try domid(5), 2: try domid(5)])
    }

    /// Nothing is given, and nothing but what is named is taken.
    @Test func onlyTheNamedFeaturesAreCleared() throws {
        var host = try host()
        let some = CPUIDRegisters(eax: 7, ebx: 1 << 16 | 1 << 5, ecx: 9, edx: 11)
        host.domainsByID[1]?.cpuid = [.structured: some]
        try ConfigOperation.clearedFeatures([.avx512f, .rdrand, .sha]).apply(to: domid(1), as: .pvh, on: &host)
        let cpuid = try #require(host.domainsByID[1]).cpuid
        #expect(cpuid[.structured] == CPUIDRegisters(eax: 7, ebx: 1 << 5, ecx: 9, edx: 11))
        #expect(cpuid[.basic] == CPUIDRegisters(eax: 0, ebx: 0, ecx: 0, edx: 0))
        #expect(cpuid[.extended] == nil)
    }

    /// xen/public/arch-x86/cpufeatureset.h: word 1 is 1.ECX, 2 0x80000001.EDX, 3 its ECX, 5 7:0.EBX, 6 its ECX.
    @Test(arguments: CPUFeature.allCases) func everyFeatureHasItsBit(feature: CPUFeature) {
        let (word, bit) = (feature.rawValue / 32, feature.rawValue % 32)
        let mask: UInt32 = 1 << bit
        let registers = CPUIDRegisters(
            eax: 0, ebx: word == 5 ? mask : 0, ecx: [1, 3, 6].contains(word) ? mask : 0, edx: word == 2 ? mask : 0)
        #expect(registers.has(feature))
        #expect(feature.leaf.rawValue == [1: 1, 2: 0x8000_0001, 3: 0x8000_0001, 5: 7, 6: 7][word])
        var cleared = registers
        cleared.clear(feature)
        #expect(cleared == CPUIDRegisters(eax: 0, ebx: 0, ecx: 0, edx: 0))
    }

    /// Xen's own refusals, errno for errno.
    @Test func theSimulationRefusesAsXenDoes() throws {
        func code(_ operation: ConfigOperation, _ change: (inout SimulatedHypervisor) -> Void) throws -> Int32? {
            var host = try host()
            change(&host)
            let domid = try domid(1)
            do throws(ConfigError) {
                try operation.apply(to: domid, as: .pvh, on: &host)
                return nil
            } catch {
                guard case .hypercall(_, let error) = error else { return 0 }
                return error.code
            }
        }
        let channel = ConfigOperation.channel(port: 1, remote: try domid(5))
        #expect(try code(channel) { $0.domainsByID[1]?.info.isDying = true } == 22)
        #expect(
            try code(channel) { host in
                for port in 1..<UInt32(4096) { host.domainsByID[1]?.channels[port] = .some(nil) }
            } == 28)
        #expect(try code(channel) { $0.domainsByID[1] = nil } == 3)
        let clearing = ConfigOperation.clearedFeatures([.avx])
        #expect(try code(clearing) { $0.domainsByID[1]?.pauseCount = 0 } == 17)
        #expect(try code(clearing) { $0.domainsByID[1]?.info.cpuTime = 1 } == 17)
        #expect(try code(clearing) { _ in } == nil)
    }
}
