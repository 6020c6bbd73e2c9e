// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Sequencer

/// What a recovery owes, wherever the launch before it broke off.
@Suite struct RecoveryRuleTests {
    /// Domain 1 is the Recovery Domain, in xenstore and with the log in its memory, and a failure of domain 2's leads to it.
    private func launch() throws -> SimulatedLaunch {
        var launch = try SimulatedLaunch(dependencies: [[], []], handoff: .park)
        launch.lcm.settings.xenstored = SimulatedLaunch.digest
        launch.lcm.domains[0].roles = .recovery
        launch.lcm.domains[0].logRegion = Segment(address: 0x20_0000, byteCount: 0x1_0000)
        launch.lcm.domains[1].conduct.onFailure = .recover
        for index in 0...1 {
            launch.lcm.domains[index].settings.set(.enhanced, [.enhanced])
            launch.host.domainsByID[UInt16(index + 1)]?.parameters[.xenstoreFrame] = 20
        }
        return launch
    }

    private func isRecovered(_ outcome: SimulatedLaunch.Outcome) -> Bool {
        if case .recovered = outcome.end { true } else { false }
    }

    /// The launches in which one call about domain 2 fails and domain 1 recovers, each with the failing call's number.
    private func recovered() throws -> [(call: Int, outcome: SimulatedLaunch.Outcome)] {
        let good = try launch().run()
        #expect(good.end == .complete)
        return try good.host.calls.indices.filter { good.host.calls[$0].domid?.rawValue == 2 }.compactMap { call in
            var launch = try launch()
            launch.host.failure = (call, 5)
            let outcome = launch.run()
            return isRecovered(outcome) ? (call, outcome) : nil
        }
    }

    /// Configured once, measured once, introduced once, with the log: as much of it as the launch had not done already.
    @Test func theRecoveryDomainGetsAllThatItWouldHaveHadAndNothingTwice() throws {
        let good = try launch().run()
        let once: Set<Platform.Operation> = [.allocUnbound, .grantWrite, .introduce, .credit2Set]
        func changes(_ outcome: SimulatedLaunch.Outcome) -> [Platform.Operation] {
            outcome.host.calls.filter { once.contains($0.operation) && $0.domid?.rawValue == 1 }.map(\.operation)
                .sorted { $0.name.description < $1.name.description }
        }
        #expect(changes(good).count >= 4)
        let all = try recovered()
        #expect(all.count > 10)
        for (call, outcome) in all {
            let what = "call \(call), \(good.host.calls[call].operation.name.description)"
            #expect(changes(outcome) == changes(good), "\(what)")
            #expect(outcome.recorder?.domains.filter { $0.rawValue == 1 }.count == 1, "\(what)")
            #expect(outcome.host.xenstore.introduced[1] != nil, "\(what)")
            let log = try #require(outcome.recorder?.log.bytes)
            let memory = try #require(outcome.host.domainsByID[1]?.memory)
            // Behind "DOMB LOG" and its size.
            #expect(memory.bytes(at: 0x20_0010, count: log.count) == log, "\(what)")
            #expect(outcome.unpaused.last?.rawValue == 1, "\(what)")
            #expect(outcome.unpaused.filter { $0.rawValue == 1 }.count == 1, "\(what)")
        }
    }

    /// Whatever fails in a recovery, the Recovery Domain does not run; a log that it has already need not be the newest.
    @Test func whateverFailsInARecoveryNobodyRuns() throws {
        var tried = 0
        for (first, recovered) in try recovered() {
            let calls = recovered.host.calls
            let unpause = try #require(calls.lastIndex { $0.operation == .unpause })
            for call in (first + 1)..<unpause {
                // A call that has failed by its number is not counted by its name.
                let before = calls[..<call].indices.filter {
                    $0 != first && calls[$0].operation == calls[call].operation
                }
                var launch = try launch()
                launch.host.failure = (first, 5)
                launch.host.faults = [
                    SimulatedFault(calls[call].operation, occurrence: before.count, .errno(5))
                ]
                let outcome = launch.run()
                let what = "\(first), then \(call), \(calls[call].operation.name.description)"
                tried += 1
                // The log that it had before the failure is as far as it came; that is told.
                if calls[call].operation == .foreignWrite, isRecovered(outcome) {
                    let told = outcome.journal.notes.map { String(decoding: $0.bytes, as: UTF8.self) }
                    #expect(told.contains { $0.contains("could not be left with domain 1") }, "\(what)")
                    continue
                }
                #expect(!isRecovered(outcome), "\(what)")
                #expect(outcome.host.domainsByID[1]?.info.isPaused == true, "\(what)")
            }
        }
        #expect(tried > 100)
    }

    /// Threads may read a domain's memory until hashing ends: before anybody runs, and after every failure.
    @Test func hashingThatBeganHasEndedHoweverTheLaunchEnds() throws {
        let good = try launch().run()
        for call in [nil] + good.host.calls.indices.map({ Optional($0) }) {
            var launch = try launch()
            let hashing = CountedHashing()
            launch.host.contentHashing = hashing
            if let call { launch.host.failure = (call, 5) }
            _ = launch.run()
            #expect(hashing.begun == hashing.ended, "call \(call.map { "\($0)" } ?? "none")")
            #expect(call != nil || hashing.begun == 1)
        }
    }

    private final class CountedHashing: ContentHashing {
        private(set) var begun = 0
        private(set) var ended = 0

        func begin(_ regions: [ContentRegion]) { begun += 1 }
        func digest(of region: ContentRegion) -> Digest? { nil }
        func end() { ended += 1 }
    }

    /// The trace tells of those that are waited for alone, whoever else has shut down.
    @Test func shutdownsAreToldOfThoseThatAreWaitedFor() throws {
        let domids = try (1...3).map { try #require(DomainID(rawValue: UInt16($0))) }
        for ended in 0..<8 {
            for waiting in 0..<8 {
                let infos = domids.enumerated().map { place, domid in
                    var info = SimulatedDomain(domid: domid, kibibytes: 64).info
                    info.isShutDown = ended >> place & 1 == 1
                    info.shutdownReason = info.isShutDown ? .crash : nil
                    return info
                }
                let waited = domids.enumerated().filter { waiting >> $0.offset & 1 == 1 }.map(\.element)
                let expected = domids.enumerated().filter { (ended & waiting) >> $0.offset & 1 == 1 }
                    .map { "\($0.element.rawValue):3" }
                #expect(
                    String(decoding: Line(shutDown: infos, among: waited).bytes, as: UTF8.self)
                        == expected.joined(separator: ","))
            }
        }
    }
}
