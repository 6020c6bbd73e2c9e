// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import ConfigApply

@Suite struct ApplyTests {
    private static let operations: [ConfigOperation] = [
        .vcpus(2), .maxMemory(kibibytes: 16384),
        .affinity(VCPUAffinity(vcpu: 0, hard: CPUSet(words: [1]), soft: CPUSet(words: [2]))),
        .credit2(weight: 512, cap: 50), .handle(DomainHandle(high: 1, low: 2)),
    ]

    private func host() throws -> SimulatedHypervisor {
        var host = SimulatedHypervisor(cpus: 2)
        host.add(SimulatedDomain(domid: try #require(DomainID(rawValue: 3)), kibibytes: 8192, vcpus: 2, cpus: 2))
        return host
    }

    @Test func whatIsAppliedIsThere() throws {
        var host = try host()
        let domid = try #require(DomainID(rawValue: 3))
        for operation in Self.operations { try operation.apply(to: domid, on: &host) }
        let domain = try #require(host.domainsByID[3])
        #expect(domain.info.vcpus == 2)
        #expect(domain.info.maxPages == 4096)
        #expect(domain.affinities[0].hard == CPUSet(words: [1]))
        #expect(domain.affinities[0].soft == CPUSet(words: [2]))
        #expect(domain.weight == 512)
        #expect(domain.cap == 50)
        #expect(domain.info.handle == DomainHandle(high: 1, low: 2))
    }

    /// Every hypercall of every operation made to fail, one at a time: the error names operation and errno.
    @Test(arguments: operations)
    func everyFailedHypercallIsToldWithItsOperation(operation: ConfigOperation) throws {
        let domid = try #require(DomainID(rawValue: 3))
        var probe = try host()
        try ConfigOperation.vcpus(2).apply(to: domid, on: &probe)
        let before = probe.calls.count
        try operation.apply(to: domid, on: &probe)
        for call in before..<probe.calls.count {
            var host = try host()
            try ConfigOperation.vcpus(2).apply(to: domid, on: &host)
            host.failure = (call, 1)
            let expected = ConfigError.hypercall(
                operation, HypercallError(probe.calls[call].operation, domid, code: 1))
            #expect(throws: expected) { try operation.apply(to: domid, on: &host) }
        }
    }

    @Test func theWrongVCPUCountIsEINVALAsInXen() throws {
        var host = try host()
        let domid = try #require(DomainID(rawValue: 3))
        #expect(throws: ConfigError.hypercall(.vcpus(4), HypercallError(.maxVCPUs, domid, code: 22))) {
            try ConfigOperation.vcpus(4).apply(to: domid, on: &host)
        }
    }
}
