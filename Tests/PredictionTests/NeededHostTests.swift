// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Prediction
import Testing

/// The host that a launch is tried on where nobody can be asked.
@Suite struct NeededHostTests {
    private static let rtds: [Setting] = [.number(.rtdsPeriod, 10_000), .number(.rtdsBudget, 4000)]

    private func scheduler(_ settings: [[Setting]]) throws -> HypervisorFacts.Scheduler {
        let kernel = ImageReference(moduleIndex: 1, segments: [])
        let domains = try settings.enumerated().map { number, settings in
            DomainDescription(
                domid: try #require(DomainID(rawValue: UInt16(number + 1))), name: Array("d\(number)".utf8),
                memory: 8192,
                settings: settings, kernel: kernel)
        }
        return HypervisorFacts.Scheduler(neededBy: LCM(domains: domains, settings: LaunchSettings()))
    }

    /// Every domain has its memory in whole pages.
    @Test func theHostHasThePagesThatTheDomainsHave() throws {
        let kernel = ImageReference(moduleIndex: 1, segments: [])
        for (memory, pages) in [(8192, 2048), (8193, 2049), (8195, 2049), (8196, 2049), (8197, 2050)]
            as [(UInt64, UInt64)]
        {
            let domain = DomainDescription(
                domid: try #require(DomainID(rawValue: 1)), name: [0x61], memory: memory, kernel: kernel)
            let host = HostResources(neededBy: LCM(domains: [domain], settings: LaunchSettings()))
            #expect(host.totalPages == pages, "\(memory)")
        }
    }

    /// As many nodes as the highest that a domain names wants, and no more.
    @Test func theHostHasTheNodesThatAreNamed() throws {
        let kernel = ImageReference(moduleIndex: 1, segments: [])
        for (highest, nodes) in [(nil, 1), (0, 1), (1, 2), (63, 64), (64, 65)] as [(UInt32?, UInt32)] {
            var domain = DomainDescription(
                domid: try #require(DomainID(rawValue: 1)), name: [0x61], memory: 8192, kernel: kernel)
            if let highest {
                var set = CPUSet()
                set.insert(highest)
                domain.settings.append(.nodeAffinity(set))
            }
            let host = HostResources(neededBy: LCM(domains: [domain], settings: LaunchSettings()))
            #expect(host.nodes == nodes, "\(String(describing: highest))")
        }
    }

    /// One domain of pool 0 that asks for RTDS is enough; one of another pool asks nothing of this one.
    @Test func poolZeroHasRTDSWhereADomainOfItAsks() throws {
        #expect(try scheduler([]) == .credit2)
        #expect(try scheduler([[]]) == .credit2)
        #expect(try scheduler([[], Self.rtds]) == .rtds)
        #expect(try scheduler([Self.rtds, []]) == .rtds)
        #expect(try scheduler([[.cpupool([1])] + Self.rtds]) == .credit2)
    }
}
