// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Prediction

/// I4: what must not depend on an order does not.
@Suite struct ShuffledLaunchTests {
    private func run(_ prediction: TestPrediction, backwards: Bool = false, banks: [HashAlgorithm]) throws -> LaunchRun
    {
        var host = SimulatedHypervisor(cpus: 4, callerIsHardwareDomain: true)
        host.listsBackwards = backwards
        for domain in try prediction.domains() { host.add(domain) }
        return LaunchRun(
            prediction.received, arguments: .init(), host: host,
            tpm: SimulatedTPM(banks: banks.map { $0.rawValue }))
    }

    private func records(_ run: LaunchRun) throws -> [UInt16: LaunchEvent.DomainRecord] {
        var found: [UInt16: LaunchEvent.DomainRecord] = [:]
        for record in try EventLogReader(parsing: try #require(run.journal.eventLogs.last)).records {
            if case .event(.domain(let domain), _) = record.content { found[domain.domid.rawValue] = domain }
        }
        return found
    }

    @Test func theOrderInWhichXenListsDomainsAndBanksChangesNothing() throws {
        let prediction = try TestPrediction()
        let one = try run(prediction, banks: HashAlgorithm.allCases)
        let other = try run(prediction, backwards: true, banks: HashAlgorithm.allCases.reversed())
        #expect(one.end == .complete && other.end == .complete)
        #expect(one.journal.eventLogs.last == other.journal.eventLogs.last)
        #expect(one.unpaused == other.unpaused)
        for bank in HashAlgorithm.allCases { #expect(one.tpm.registers[bank] == other.tpm.registers[bank]) }
    }

    /// The LCM's order is the order of the records; what each says stays.
    @Test func theOrderOfTheLCMChangesNoRecord() throws {
        let prediction = try TestPrediction()
        let expected = try records(try run(prediction, banks: [.sha256]))
        for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            var shuffled = prediction
            shuffled.lcm.domains = order.map { prediction.lcm.domains[$0] }
            shuffled.kernels = order.map { prediction.kernels[$0] }
            shuffled.modules = order.map { prediction.modules[$0] }
            for index in shuffled.lcm.domains.indices {
                shuffled.lcm.domains[index].dependencies = shuffled.lcm.domains[index].dependencies
                    .compactMap { order.firstIndex(of: $0) }
            }
            let run = try run(shuffled, banks: [.sha256])
            #expect(run.end == .complete)
            #expect(try records(run) == expected)
            let first = try #require(run.unpaused.firstIndex { $0.rawValue == 1 })
            #expect(first < (try #require(run.unpaused.firstIndex { $0.rawValue == 2 })))
        }
    }
}
