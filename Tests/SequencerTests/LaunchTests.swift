// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import LaunchControl
@testable import Sequencer

@Suite struct LaunchTests {
    @Test func aGoodLaunchUnpausesAllInOrder() throws {
        let launch = try SimulatedLaunch(dependencies: [[2], [0], []])
        let outcome = launch.run()
        #expect(outcome.failure == nil)
        #expect(outcome.unpaused.map(\.rawValue) == [3, 1, 2])
        for domid in [1, 2, 3] as [UInt16] { #expect(outcome.host.domainsByID[domid]?.info.isPaused == false) }
    }

    @Test func theTPMHoldsWhatTheLogLeadsTo() throws {
        let launch = try SimulatedLaunch(dependencies: [[], [0]])
        let outcome = launch.run()
        #expect(outcome.failure == nil)
        let log = try #require(outcome.journal.eventLogs.last)
        let recorder = try #require(outcome.recorder)
        #expect(log == recorder.log.bytes)
        let held = recorder.log.banks.map { outcome.tpm.registers[$0]?[11] }
        #expect(held == recorder.predicted)
        // Identity, LCM, two domains, configuration, cap, separator: one command each, all banks in it.
        #expect(outcome.tpm.extends.count == 7)
        for extend in outcome.tpm.extends { #expect(extend.digests.map(\.algorithm) == [.sha1, .sha256]) }
    }

    /// I1, over every operation of the launch made to fail: nothing runs before all is measured, capped and read back.
    @Test func whateverHypercallFailsNothingRunsUnmeasured() throws {
        let launch = try SimulatedLaunch(dependencies: [[], [0], [0, 1]])
        let good = launch.run()
        #expect(good.failure == nil)
        let count = good.host.calls.count
        #expect(count > 30)
        for call in 0..<count {
            var failing = launch
            failing.host.failure = (call, 5)
            let outcome = failing.run()
            let failure = outcome.failure
            #expect(failure != nil, "call \(call) failed and nobody said so")
            try expectNothingUnmeasuredRan(outcome)
            expectErrorRecordedAndCapped(outcome)
        }
    }

    @Test func aChangedImageStopsTheLaunchWithErrorAndCap() throws {
        var launch = try SimulatedLaunch(dependencies: [[], []])
        launch.host.domainsByID[2]?.memory.write([0xFF], at: 0x10_0123)
        let outcome = launch.run()
        let failure = try #require(outcome.failure)
        #expect(failure.stage == .measure)
        #expect(failure.domid?.rawValue == 2)
        #expect(outcome.unpaused.isEmpty)
        expectErrorRecordedAndCapped(outcome)
    }

    @Test func withoutATPMAWarnPolicyLaunchesAndSaysSo() throws {
        var launch = try SimulatedLaunch(dependencies: [[]])
        launch.tpm.isPresent = false
        launch.lcm.settings.tpmPolicy = .warn
        let outcome = launch.run()
        #expect(outcome.failure == nil)
        #expect(outcome.unpaused.count == 1)
        let log = try #require(outcome.journal.eventLogs.last)
        let record = LaunchEvent.unmeasured(.warn).encoded(sequence: 1)
        #expect(contains(log, record))
        func warns(_ outcome: SimulatedLaunch.Outcome) -> Bool {
            outcome.journal.notes.contains { String(decoding: $0.bytes, as: UTF8.self).contains("no TPM answers") }
        }
        #expect(warns(outcome))
        #expect(!warns(try SimulatedLaunch(dependencies: [[]]).run()))
    }

    /// The first of them are named, and of more the number is told.
    @Test func unknownPropertiesAreToldUpToALimit() throws {
        for (count, more) in [(0, nil), (1, nil), (Excerpt.limit, nil), (Excerpt.limit + 2, "and 2 more")]
            as [(Int, String?)]
        {
            var launch = try SimulatedLaunch(dependencies: [[]])
            launch.lcm.unknownProperties = (0..<count).map {
                UnknownProperty(node: Array("/n".utf8), name: Array("p\($0)".utf8), offset: 0)
            }
            let notes = launch.run().journal.notes.map { String(decoding: $0.bytes, as: UTF8.self) }
            #expect(notes.filter { $0.contains("unknown property") }.count == min(count, Excerpt.limit))
            let told = notes.first { $0.hasPrefix("note: and") }
            #expect(told?.contains(more ?? "nothing") == (more != nil ? true : nil), "\(count)")
        }
    }

    /// Four times two: banks and domains listed the other way round, and dependencies.
    @Test func theLogDependsNeitherOnBankOrderNorOnListOrder() throws {
        let launch = try SimulatedLaunch(dependencies: [[], [], [0, 1]])
        let expected = launch.run()
        #expect(expected.failure == nil)
        for number in 1..<8 {
            var other = launch
            if number & 1 != 0 { other.tpm.banks.reverse() }
            other.host.listsBackwards = number & 2 != 0
            if number & 4 != 0 { other.lcm.domains[2].dependencies.reverse() }
            let outcome = other.run()
            #expect(outcome.failure == nil)
            #expect(outcome.journal.eventLogs.last == expected.journal.eventLogs.last, "\(number)")
            #expect(outcome.unpaused == expected.unpaused, "\(number)")
        }
    }

    private func contains(_ log: [UInt8], _ record: [UInt8]) -> Bool {
        log.indices.contains { log[$0...].starts(with: record) }
    }

    private func expectNothingUnmeasuredRan(_ outcome: SimulatedLaunch.Outcome) throws {
        let entries = outcome.journal.entries
        guard let first = entries.firstIndex(where: { $0.operation == .unpause }) else {
            #expect(outcome.unpaused.isEmpty)
            return
        }
        let readBack = try #require(entries.firstIndex { $0.operation == .pcrRead && $0.result == 0 })
        #expect(readBack < first)
        #expect(!entries[..<first].contains { $0.result != 0 }, "something failed before the first unpause")
    }

    private func expectErrorRecordedAndCapped(_ outcome: SimulatedLaunch.Outcome) {
        guard let recorder = outcome.recorder else {
            Issue.record("no record of the failure")
            return
        }
        #expect(recorder.isCapped)
        #expect(outcome.journal.eventLogs.last == recorder.log.bytes)
        #expect(outcome.tpm.registers[.sha256]?[11] == recorder.predicted.last)
    }

    /// Xen knows no such domain (ESRCH) where it ran and is gone; any other answer leaves open whether it runs.
    @Test(arguments: [1, 2, 3, 4, 11, 12, 13, 14, 16, 22, 38] as [Int32]) func onlyADomainThatIsGoneNeedsNoReadBack(
        _ code: Int32
    ) throws {
        let launch = try SimulatedLaunch(dependencies: [[], [0]], handoff: .park)
        let calls = launch.run().host.calls
        for (unpause, call) in calls.enumerated() where call.operation == .unpause {
            let readBack = try #require(calls[unpause...].firstIndex { $0.operation == .getInfo })
            var failing = launch
            failing.host.failure = (readBack, code)
            #expect((failing.run().failure == nil) == (code == 3), "\(code)")
        }
    }
}
