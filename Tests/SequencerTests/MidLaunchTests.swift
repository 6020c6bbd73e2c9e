// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import Sequencer

/// What a launch does between the cap and its end, one error or one delay at a time.
@Suite struct MidLaunchTests {
    private static let region = Segment(address: 0x20_0000, byteCount: 0x4000)

    private func domid(_ value: UInt16) throws -> DomainID { try #require(DomainID(rawValue: value)) }

    /// I2: a log goes into a domain before it runs, and never afterwards, whatever fails and whoever asks for it.
    @Test(arguments: [[0], [1], [0, 1], [0, 1, 2]]) func noLogIsWrittenIntoADomainThatRuns(wanting: [Int]) throws {
        var launch = try SimulatedLaunch(dependencies: [[], [], [1]], handoff: .park)
        for index in wanting { launch.lcm.domains[index].logRegion = Self.region }
        let good = launch.run()
        #expect(good.end == .complete)
        let firstUnpause = try #require(good.host.calls.firstIndex { $0.operation == .unpause })
        let calls = [nil] + (firstUnpause..<good.host.calls.count).map { Optional($0) }
        var written = 0
        for (call, onFailure) in calls.flatMap({ call in
            [DomainConduct.OnFailure.halt, .skip].map { (call, $0) }
        }) {
            var failing = launch
            failing.host.failure = call.map { ($0, 22) }
            for index in 0..<3 { failing.lcm.domains[index].conduct.onFailure = onFailure }
            let outcome = failing.run()
            let entries = outcome.journal.entries
            for (place, entry) in entries.enumerated() where entry.operation == .foreignWrite && entry.result == 0 {
                written += 1
                let ran = entries[..<place].contains {
                    $0.operation == .unpause && $0.domid == entry.domid && $0.result == 0
                }
                #expect(!ran, "call \(call ?? -1): into domain \(entry.domid?.rawValue ?? 0)")
            }
            // Whoever does not run yet has the log with the error in it.
            guard let log = outcome.recorder?.log.bytes else {
                Issue.record("no log")
                return
            }
            for index in wanting where !outcome.unpaused.contains(launch.lcm.domains[index].domid) {
                let there = outcome.host.domainsByID[UInt16(index + 1)]?.memory.bytes(
                    at: Self.region.address + 16, count: log.count)
                #expect(there == log, "call \(call ?? -1): domain \(index + 1)")
            }
        }
        #expect(written > wanting.count)
    }

    /// EEXIST, and EBUSY from Xen 4.21 on, say that a xenstored has the interrupt; whatever else Xen says is a failure, and named.
    @Test(arguments: 1...133 as ClosedRange<Int32>) func onlyWhatIsTakenMeansThatXenstoreTells(code: Int32) throws {
        var launch = try SimulatedLaunch(dependencies: [[]])
        launch.lcm.domains[0].conduct.readiness = .poweredOff
        launch.host.domainsByID[1]?.behaviour = DomainBehaviour([(1000, .shutDown(.powerOff))])
        launch.host.faults = [SimulatedFault(.bindVIRQ, nil, .errno(code))]
        let outcome = launch.run()
        if code == 16 || code == 17 {
            #expect(outcome.end == .complete)
            #expect(outcome.journal.entries.contains { $0.operation == .xenstoreWait })
        } else {
            #expect(outcome.failure == LaunchFailure(.ready, .hypercall(HypercallError(.bindVIRQ, code: code))))
            #expect(!outcome.journal.entries.contains { $0.operation == .xenstoreOpen })
        }
    }

    /// A domain has its whole time and no more, counted from its own unpause; ready and late at once is ready.
    @Test(
        arguments: [1, 2000, 60_000] as [UInt32],
        [(-10, true), (0, true), (100, false)] as [(Int64, Bool)])
    func aDomainHasItsWholeTimeAndNoMore(timeout: UInt32, event: (offset: Int64, isInTime: Bool)) throws {
        var launch = try SimulatedLaunch(dependencies: [[], [0]])
        launch.lcm.domains[0].conduct = DomainConduct(readiness: .poweredOff, timeout: timeout)
        let limit = UInt64(timeout) * 1000
        let after = UInt64(Int64(limit) + event.offset)
        launch.host.domainsByID[1]?.behaviour = DomainBehaviour([(after, .shutDown(.powerOff))])
        let outcome = launch.run()
        let unpause = try #require(outcome.journal.entries.first { $0.operation == .unpause })
        let told = try #require(outcome.journal.entries.last { $0.operation == .getInfoList })
        if event.isInTime {
            #expect(outcome.end == .complete)
            #expect(outcome.unpaused.count == 2)
        } else {
            let failure = LaunchFailure(.ready, domid: try domid(1), .readiness(.timeout(timeout)))
            #expect(outcome.failure == failure)
            #expect((limit..<(limit + 100)).contains(told.start - unpause.end))
        }
    }

    /// xenstored's own word is asked for each domain that was introduced.
    @Test(arguments: 1...3 as ClosedRange<UInt16>) func aDomainThatXenstoredDoesNotKnowIsTold(number: UInt16) throws {
        var launch = try SimulatedLaunch(dependencies: [[], [], []], handoff: .park)
        launch.lcm.settings.xenstored = SimulatedLaunch.digest
        for index in 0..<3 {
            launch.lcm.domains[index].settings.enhanced = UInt16(index + 1) >= number
            launch.host.domainsByID[UInt16(index + 1)]?.parameters[.xenstoreFrame] = 20
        }
        #expect(launch.run().end == .complete)
        launch.host.ignored = [.introduce]
        let outcome = launch.run()
        let failure = LaunchFailure(
            .configure, domid: try domid(number), .configuration(.notKept(.home)))
        #expect(outcome.failure == failure)
        #expect(outcome.unpaused.isEmpty)
        #expect(outcome.host.calls.contains { $0.operation == .isIntroduced && $0.domid?.rawValue == number })
    }

    /// Every node of every domain that is written is read back, and one that is lost ends the launch, even where its domain
    /// could be left out: one transaction is for all.
    @Test func everyNodeIsReadBack() throws {
        var launch = try SimulatedLaunch(dependencies: [[], []], handoff: .park)
        launch.lcm.settings.xenstored = SimulatedLaunch.digest
        for index in 0..<2 {
            launch.lcm.domains[index].settings.enhanced = true
            launch.lcm.domains[index].conduct.onFailure = .skip
            launch.host.domainsByID[UInt16(index + 1)]?.parameters[.xenstoreFrame] = 20
            launch.host.domainsByID[UInt16(index + 1)]?.parameters[.consoleFrame] = 21
        }
        launch.lcm.domains[1].settings.console = Backend(name: Array("dom1".utf8))
        let good = launch.run()
        #expect(good.end == .complete)
        let paths = good.host.xenstore.nodes.keys.sorted()
        #expect(paths.count > 30)
        for path in paths {
            var forgetful = launch
            forgetful.host.xenstore.forgotten = [path]
            let outcome = forgetful.run()
            guard case .configuration(.nodeNotKept(let told, _)) = outcome.failure?.cause else {
                Issue.record("\(path): \(String(describing: outcome.failure))")
                continue
            }
            #expect(String(decoding: told, as: UTF8.self) == path)
            #expect(outcome.unpaused.isEmpty && outcome.host.xenstore.introduced.isEmpty)
        }
    }

    /// I4: whichever order an LCM names its dependencies in, Xen lists its domains in, and the TPM its banks.
    @Test func noListsOrderIsInTheLog() throws {
        var launch = try SimulatedLaunch(dependencies: [[], [], [], [], [0, 1, 2, 3]], handoff: .park)
        let expected = launch.run()
        #expect(expected.end == .complete)
        for dependencies in [[3, 2, 1, 0], [1, 0, 3, 2], [0, 2, 1, 3], [3, 0, 1, 2]] {
            for listsBackwards in [false, true] {
                launch.lcm.domains[4].dependencies = dependencies
                launch.host.listsBackwards = listsBackwards
                launch.tpm.banks.reverse()
                let outcome = launch.run()
                #expect(outcome.recorder?.log.bytes == expected.recorder?.log.bytes)
                #expect(outcome.unpaused == expected.unpaused)
            }
        }
        // And that a domain depends on another is in the log.
        launch.lcm.domains[4].dependencies = [0, 1, 2]
        #expect(launch.run().recorder?.log.bytes != expected.recorder?.log.bytes)
    }
}
