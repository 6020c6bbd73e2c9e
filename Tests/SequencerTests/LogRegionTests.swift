// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Sequencer

/// The log in a domain's own memory.
@Suite struct LogRegionTests {
    private static let place = Segment(address: 0x20_0000, byteCount: 0x2000)

    private func launch(_ place: Segment = place) throws -> SimulatedLaunch {
        var launch = try SimulatedLaunch(dependencies: [[], [0]])
        launch.lcm.domains[1].logRegion = place
        return launch
    }

    private func region(_ outcome: SimulatedLaunch.Outcome, _ count: Int) throws -> [UInt8] {
        try #require(outcome.host.domainsByID[2]?.memory.bytes(at: Self.place.address, count: count))
    }

    private func expected(_ log: [UInt8]) -> [UInt8] {
        var bytes = [UInt8]("DOMB LOG".utf8)
        bytes.append(littleEndian: UInt64(log.count), byteCount: 8)
        return bytes + log
    }

    @Test func theDomainFindsTheWholeLogBeforeItRuns() throws {
        let outcome = try launch().run()
        #expect(outcome.failure == nil)
        let log = try #require(outcome.recorder?.log.bytes)
        #expect(try region(outcome, log.count + 17) == expected(log) + [0])
        let entries = outcome.journal.entries.map(\.operation)
        let write = try #require(entries.firstIndex(of: .foreignWrite))
        let lastExtend = try #require(entries.lastIndex(of: .pcrExtend))
        let firstUnpause = try #require(entries.firstIndex(of: .unpause))
        #expect(lastExtend < write)
        #expect(write < firstUnpause)
    }

    @Test func aLogThatDoesNotFitStopsTheLaunch() throws {
        let outcome = try launch(Segment(address: 0x20_0000, byteCount: 1024)).run()
        guard case .measurement(.logRegionTooSmall(_, room: 1024)) = outcome.failure?.cause else {
            Issue.record("\(String(describing: outcome.failure))")
            return
        }
        #expect(outcome.unpaused.isEmpty)
    }

    /// The first domain's unpause fails: the second, still paused, has the log with the error.
    @Test func aLaterErrorIsInTheLogOfThoseThatDoNotRun() throws {
        var launch = try launch()
        let unpause = try #require(launch.run().host.calls.firstIndex { $0.operation == .unpause })
        launch.host.failure = (unpause, 1)
        let outcome = launch.run()
        #expect(outcome.failure?.stage == .unpause)
        let log = try #require(outcome.recorder?.log.bytes)
        #expect(try region(outcome, log.count + 16) == expected(log))
    }
}
