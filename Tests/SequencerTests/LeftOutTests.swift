// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import Sequencer

/// Launches that go on without a domain: which failure is told, what is still done, and when they may not go on.
@Suite struct LeftOutTests {
    private static let second: UInt64 = 1_000_000

    /// Domains that are all left out where they fail; these ones do not come, each later than the one before it.
    private func launch(late: [Int], of count: Int, dependencies: [[Int]]? = nil) throws -> SimulatedLaunch {
        var launch = try SimulatedLaunch(dependencies: dependencies ?? [[Int]](repeating: [], count: count))
        for index in 0..<count { launch.lcm.domains[index].conduct.onFailure = .skip }
        for (place, index) in late.enumerated() {
            launch.lcm.domains[index].conduct.readiness = .poweredOff
            launch.lcm.domains[index].conduct.timeout = UInt32(1000 * (place + 1))
        }
        return launch
    }

    private func hasError(_ log: [UInt8]?, _ failure: LaunchFailure) -> Bool {
        guard let log else { return false }
        let event = LaunchEvent.error(
            stage: failure.stage.rawValue, domid: failure.domid, text: failure.message.bytes)
        let records = (0..<24 as Range<UInt32>).map { event.encoded(sequence: $0) }
        return records.contains { record in log.indices.contains { log[$0...].starts(with: record) } }
    }

    /// I4: the first in LCM order, whichever fails first in time.
    @Test(
        arguments: [
            [0], [0, 1], [1, 0], [2, 0], [3, 1], [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0],
            [3, 2, 1], [2, 3, 1], [3, 1, 0, 2],
        ])
    func theErrorRecordHasTheFirstInLCMOrder(late: [Int]) throws {
        let outcome = try launch(late: late, of: 4).run(handingOver: true)
        guard case .partial(let failure) = outcome.end else {
            Issue.record("\(String(describing: outcome.end)) \(String(describing: outcome.failure))")
            return
        }
        #expect(failure.domid?.rawValue == UInt16((late.min() ?? 0) + 1))
        #expect(hasError(outcome.journal.eventLogs.last, failure))
    }

    /// The same for failures of configuration, of the log's delivery and of the unpause, two at a time.
    @Test func theFirstInLCMOrderIsToldWhateverFailed() throws {
        for (first, second) in [(0, 1), (1, 2), (0, 2)] {
            for operation in [Platform.Operation.credit2Set, .foreignWrite, .unpause] {
                for late in [first, second] {
                    var launch = try launch(late: [late], of: 3)
                    let other = late == first ? second : first
                    launch.lcm.domains[other].logRegion = Segment(address: 0x20_0000, byteCount: 0x2000)
                    launch.lcm.domains[other].conduct.readiness = .poweredOff
                    let domid = launch.lcm.domains[other].domid
                    launch.host.faults = [SimulatedFault(operation, domid, .errno(22))]
                    guard case .partial(let failure) = launch.run().end else {
                        Issue.record("\(operation.name): not partial")
                        continue
                    }
                    #expect(failure.domid == launch.lcm.domains[first].domid, "\(operation.name)")
                }
            }
        }
    }

    /// I6: a launch that could not put its error into the TPM is no partial one, under every policy.
    @Test(arguments: [TPMPolicy.require, .warn, .off]) func withoutTheErrorInThePCRALaunchIsNotPartial(
        policy: TPMPolicy
    ) throws {
        var launch = try launch(late: [1], of: 3)
        launch.lcm.settings.tpmPolicy = policy
        let good = launch.run()
        guard case .partial(let wanted) = good.end else {
            Issue.record("\(String(describing: good.end))")
            return
        }
        let last = try #require(good.tpm.commands.lastIndex(of: .pcrExtend))
        let firstUnpause = try #require(good.journal.entries.firstIndex { $0.operation == .unpause })
        #expect(good.journal.entries[firstUnpause...].contains { $0.operation == .pcrExtend })
        for fault in [
            SimulatedTPM.Fault.refuse(0x101), .refuse(0x100), .refuse(0x907), .refuse(0x921), .vanish,
        ] {
            launch.tpm.faults = [last: fault]
            let outcome = launch.run(handingOver: true)
            #expect(outcome.end == nil, "\(fault)")
            #expect(outcome.failure == wanted, "\(fault)")
            #expect(!outcome.journal.entries.contains { $0.operation == .shutdown }, "\(fault)")
        }
        // Settled by reading, it is there.
        launch.tpm.faults = [last: .loseAnswer(0xA_000A)]
        #expect(launch.run().end == .partial(wanted))
    }

    /// Without a TPM there is nothing to put it into.
    @Test func withoutATPMALaunchMayBePartial() throws {
        var launch = try launch(late: [1], of: 3)
        launch.lcm.settings.tpmPolicy = .warn
        launch.tpm.isPresent = false
        guard case .partial = launch.run().end else {
            Issue.record("not partial")
            return
        }
    }

    /// I1: what is not known to be in the PCR is not recovered from, though a later reading might show it there.
    @Test func aRecoveryWantsItsErrorRecordedForCertain() throws {
        for isMeasured in [true, false] {
            var launch = try SimulatedLaunch(dependencies: [[], []])
            launch.lcm.domains[0].roles = .recovery
            launch.lcm.domains[1].conduct.onFailure = .recover
            if isMeasured {
                launch.lcm.domains[1].conduct.readiness = .poweredOff
                launch.lcm.domains[1].conduct.timeout = 2000
            } else {
                launch.host.domainsByID[2]?.memory.write([0xFF], at: 0x10_0123)
            }
            let good = launch.run()
            guard case .recovered = good.end else {
                Issue.record("not recovered")
                return
            }
            let extends = good.tpm.commands.indices.filter { good.tpm.commands[$0] == .pcrExtend }
            // The error; and the cap and its separator, where they were not there.
            for extend in extends.suffix(isMeasured ? 1 : 3) {
                for answer in [0xA_000A, 0x909] as [UInt32] {
                    launch.tpm.faults = [extend: .loseAnswer(answer), extend + 1: .refuse(0x921)]
                    let outcome = launch.run()
                    #expect(outcome.end == nil, "command \(extend)")
                    #expect(outcome.host.domainsByID[1]?.info.isPaused == true, "command \(extend)")
                }
            }
        }
    }

    /// I6: after the error nobody begins to run, and nothing is left to the handoff.
    @Test(arguments: [[0], [1], [2], [0, 2]]) func afterTheErrorNobodyBeginsToRun(late: [Int]) throws {
        let outcome = try launch(late: late, of: 5).run(handingOver: true)
        guard case .partial = outcome.end else {
            Issue.record("not partial")
            return
        }
        let entries = outcome.journal.entries
        let error = try #require(entries.lastIndex { $0.operation == .pcrExtend })
        #expect(!entries[error...].contains { [.unpause, .unpauseAtHandoff].contains($0.operation) })
        #expect(outcome.unpaused.count == 5)
    }

    /// Whoever is left out takes all along that depend on it, however far, and they have nothing in xenstore.
    @Test(arguments: 0..<5) func whoIsLeftOutHasNothingInXenstore(failing: Int) throws {
        let dependencies = [[], [0], [1], [0], []]
        var launch = try launch(late: [], of: 5, dependencies: dependencies)
        launch.lcm.settings.handoff = .park
        launch.lcm.settings.xenstored = SimulatedLaunch.digest
        for index in 0..<5 {
            launch.lcm.domains[index].settings.enhanced = true
            launch.host.domainsByID[UInt16(index + 1)]?.parameters[.xenstoreFrame] = 20
        }
        launch.host.faults = [SimulatedFault(.credit2Set, launch.lcm.domains[failing].domid, .errno(22))]
        var left = [failing]
        for index in 0..<5 where dependencies[index].contains(where: { left.contains($0) }) { left.append(index) }
        let outcome = launch.run()
        guard case .partial = outcome.end else {
            Issue.record("not partial")
            return
        }
        for index in 0..<5 {
            let isLeft = left.contains(index)
            let home = "/local/domain/\(index + 1)"
            #expect(outcome.host.xenstore.nodes.keys.contains { $0.hasPrefix(home) } == !isLeft, "domain \(index + 1)")
            #expect((outcome.host.xenstore.introduced[UInt16(index + 1)] == nil) == isLeft, "domain \(index + 1)")
            #expect(outcome.host.domainsByID[UInt16(index + 1)]?.info.isPaused == isLeft, "domain \(index + 1)")
        }
    }
}
