// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Sequencer

/// Domains that take their time, do not come, or fail.
@Suite struct ReadinessTests {
    private static let second: UInt64 = 1_000_000

    private func launch(
        _ dependencies: [[Int]], _ conducts: [Int: DomainConduct], _ behaviours: [Int: DomainBehaviour] = [:]
    ) throws -> SimulatedLaunch {
        var launch = try SimulatedLaunch(dependencies: dependencies)
        for (index, conduct) in conducts { launch.lcm.domains[index].conduct = conduct }
        for (index, behaviour) in behaviours {
            launch.host.domainsByID[UInt16(index + 1)]?.behaviour = behaviour
        }
        return launch
    }

    private func powersOff(after seconds: UInt64, _ reason: ShutdownReason = .powerOff) -> DomainBehaviour {
        DomainBehaviour([(seconds * Self.second, .shutDown(reason))])
    }

    /// When each domain was unpaused, in whole seconds.
    private func times(_ outcome: SimulatedLaunch.Outcome) -> [UInt16: UInt64] {
        var times: [UInt16: UInt64] = [:]
        for entry in outcome.journal.entries where entry.operation == .unpause && entry.result == 0 {
            if let domid = entry.domid { times[domid.rawValue] = entry.start / Self.second }
        }
        return times
    }

    private func text(_ failure: LaunchFailure?) -> String? {
        failure.map { String(decoding: $0.message.bytes, as: UTF8.self) }
    }

    @Test func aOneShotHelperIsWaitedForAndAnotherChainIsNot() throws {
        let outcome = try launch(
            [[], [0], [], [2]], [0: DomainConduct(readiness: .poweredOff, timeout: 9000)], [0: powersOff(after: 7)]
        ).run()
        #expect(outcome.end == .complete)
        #expect(outcome.unpaused.map(\.rawValue) == [1, 3, 4, 2])
        #expect(times(outcome) == [1: 0, 2: 7, 3: 0, 4: 0])
        // Nothing is polled: bound, looked, waited, looked.
        let operations = outcome.journal.entries.map { $0.operation }
        #expect(operations.filter { $0 == .waitForEvent }.count == 1)
        #expect(operations.filter { $0 == .getInfoList }.count == 3)
    }

    @Test func aNodeOfXenstoreIsWaitedFor() throws {
        let node = DomainConduct.Readiness.node(
            path: Array("/local/domain/1/data/ready".utf8), value: Array("yes".utf8))
        let path = Array("/local/domain/1/data/ready".utf8)
        var launch = try launch(
            [[], [0]], [0: DomainConduct(readiness: node)],
            [
                0: DomainBehaviour([
                    (Self.second, .write(path: path, value: Array("no".utf8))),
                    (3 * Self.second, .write(path: path, value: Array("yes".utf8))),
                ])
            ])
        #expect(text(launch.run().failure)?.contains("the LCM has no domb,xenstored") == true)
        launch.lcm.settings.xenstored = SimulatedLaunch.digest
        launch.lcm.settings.handoff = .park
        let outcome = launch.run()
        #expect(outcome.end == .complete)
        #expect(times(outcome) == [1: 0, 2: 3])
    }

    /// Whoever waits must hear: a wait that fails ends the launch, and nobody else runs.
    @Test func aWaitThatFailsEndsTheLaunch() throws {
        var launch = try launch(
            [[], [0]], [0: DomainConduct(readiness: .poweredOff, timeout: 9000)], [0: powersOff(after: 7)])
        launch.host.faults.append(SimulatedFault(.waitForEvent, nil, .errno(5)))
        let outcome = launch.run()
        #expect(outcome.failure?.stage == .ready)
        #expect(outcome.unpaused.map(\.rawValue) == [1])
    }

    @Test func whoIsLateHaltsTheLaunchAndIsNamed() throws {
        let outcome = try launch([[], [0]], [0: DomainConduct(readiness: .poweredOff, timeout: 2000)]).run()
        #expect(text(outcome.failure) == "ready: domain 1: not ready within 2000 ms")
        #expect(outcome.unpaused.map(\.rawValue) == [1])
        #expect(outcome.recorder?.hasError == true)
        // Neither before its time nor long after it.
        let unpause = try #require(outcome.journal.entries.first { $0.operation == .unpause })
        let error = try #require(outcome.journal.entries.first { $0.operation == .pcrExtend && $0.start > unpause.end })
        #expect((2 * Self.second..<2 * Self.second + 1000).contains(error.start - unpause.end))
    }

    @Test func aCrashIsNoReadinessAndIsToldAtOnce() throws {
        let outcome = try launch(
            [[], [0]], [0: DomainConduct(readiness: .poweredOff)], [0: powersOff(after: 1, .crash)]
        ).run()
        #expect(text(outcome.failure) == "ready: domain 1: it shut down (crash) before it was ready")
    }

    @Test func oneThatIsDestroyedIsNotWaitedFor() throws {
        let outcome = try launch(
            [[]], [0: DomainConduct(readiness: .poweredOff)], [0: DomainBehaviour([(Self.second, .die)])]
        ).run()
        #expect(text(outcome.failure) == "ready: domain 1: it died before it was ready")
    }

    @Test func anOptionalDomainIsLeftOutWithItsDependents() throws {
        let outcome = try launch(
            [[], [0], [], [1]], [0: DomainConduct(readiness: .poweredOff, timeout: 2000, onFailure: .skip)]
        ).run()
        guard case .partial(let failure) = outcome.end else {
            Issue.record("\(String(describing: outcome.end))")
            return
        }
        #expect(failure.domid?.rawValue == 1)
        #expect(outcome.unpaused.map(\.rawValue) == [1, 3])
        for domid in [2, 4] as [UInt16] { #expect(outcome.host.domainsByID[domid]?.info.isPaused == true) }
        #expect(outcome.tpm.registers[.sha256]?[11] == outcome.recorder?.predicted.last)
        #expect(outcome.recorder?.hasError == true)
    }

    @Test func aFailedConfigurationOfAnOptionalDomainLeavesItOut() throws {
        var launch = try launch([[], [0], []], [0: DomainConduct(onFailure: .skip)])
        let call = try #require(launch.run().host.calls.firstIndex { $0.operation == .credit2Set })
        launch.host.failure = (call, 22)
        let outcome = launch.run()
        #expect(outcome.unpaused.map(\.rawValue) == [3])
        guard case .partial = outcome.end else {
            Issue.record("\(String(describing: outcome.end))")
            return
        }
    }

    /// Domain 1 is the Recovery Domain, 2 asks for it.
    private func recovering(
        _ change: (inout SimulatedLaunch) -> Void = { _ in }
    ) throws -> SimulatedLaunch.Outcome {
        var launch = try launch(
            [[], [], [1]], [1: DomainConduct(readiness: .poweredOff, timeout: 2000, onFailure: .recover)])
        launch.lcm.domains[0].roles = .recovery
        change(&launch)
        return launch.run()
    }

    @Test func theRecoveryDomainRunsAfterATimeoutAndNothingElse() throws {
        let outcome = try recovering()
        guard case .recovered(let failure) = outcome.end else {
            Issue.record("\(String(describing: outcome.end)) \(text(outcome.failure) ?? "")")
            return
        }
        #expect(failure.domid?.rawValue == 2)
        #expect(outcome.unpaused.map(\.rawValue) == [2, 1])
        #expect(outcome.host.domainsByID[3]?.info.isPaused == true)
        try expectRecorded(outcome)
    }

    /// The image of domain 2 is not what it should be: 1 is measured, and the error too, before 1 runs.
    @Test func theRecoveryDomainRunsAfterAMeasurementThatFails() throws {
        let outcome = try recovering {
            $0.host.domainsByID[2]?.memory.write([0xFF], at: 0x10_0123)
        }
        #expect(outcome.unpaused.map(\.rawValue) == [1])
        try expectRecorded(outcome)
    }

    /// The same with the Recovery Domain behind the one that fails.
    @Test func aRecoveryDomainThatComesLaterIsMeasuredFirst() throws {
        var launch = try launch([[], []], [0: DomainConduct(onFailure: .recover)])
        launch.lcm.domains[1].roles = .recovery
        launch.host.domainsByID[1]?.memory.write([0xFF], at: 0x10_0123)
        let outcome = launch.run()
        #expect(outcome.unpaused.map(\.rawValue) == [2])
        #expect(outcome.recorder?.domains.map(\.rawValue) == [2])
        try expectRecorded(outcome)
    }

    @Test func aFailureOfConfigurationBeforeAnyMeasurementIsRecoveredFrom() throws {
        let good = try launch([[], []], [:])
        let call = try #require(good.run().host.calls.firstIndex { $0.operation == .maxVCPUs })
        var launch = try launch([[], []], [0: DomainConduct(onFailure: .recover)])
        launch.lcm.domains[1].roles = .recovery
        launch.host.failure = (call, 22)
        let outcome = launch.run()
        #expect(outcome.unpaused.map(\.rawValue) == [2])
        try expectRecorded(outcome)
    }

    @Test func aTPMThatFailsEndsInHalt() throws {
        let outcome = try recovering { launch in
            let good = launch.run()
            if let command = good.tpm.commands.lastIndex(of: .pcrExtend) { launch.tpm.faults[command] = .vanish }
        }
        #expect(outcome.unpaused.map(\.rawValue) == [2])
        #expect(outcome.failure != nil)
    }

    @Test func noRecoveryWithoutATPM() throws {
        let outcome = try recovering {
            $0.tpm.isPresent = false
            $0.lcm.settings.tpmPolicy = .warn
        }
        #expect(outcome.end == nil)
        #expect(outcome.unpaused.map(\.rawValue) == [2])
    }

    private func expectRecorded(_ outcome: SimulatedLaunch.Outcome) throws {
        let recorder = try #require(outcome.recorder)
        #expect(recorder.hasError && recorder.isCapped)
        #expect(outcome.tpm.registers[.sha256]?[11] == recorder.predicted.last)
        let operations = outcome.journal.entries.filter { $0.result == 0 }.map { $0.operation }
        #expect(
            try #require(operations.lastIndex(of: .pcrRead)) < (try #require(operations.lastIndex(of: .unpause))))
    }

    @Test func aReadinessThatCannotComeIsToldBeforeTheLaunch() throws {
        func refusal(_ change: (inout SimulatedLaunch) -> Void) throws -> String? {
            var launch = try SimulatedLaunch(dependencies: [[], []])
            change(&launch)
            return text(launch.run(planOnly: true).failure)
        }
        #expect(
            try refusal {
                $0.lcm.domains[0].conduct.readiness = .poweredOff
                $0.lcm.domains[0].roles = .hardware
            } == "plan: domain 1: ready by its shutdown, and that of the hardware domain halts the host")
        #expect(
            try refusal {
                $0.lcm.settings.xenstored = SimulatedLaunch.digest
                $0.lcm.settings.handoff = .park
                $0.lcm.domains[1].conduct.readiness = .node(path: [0x61], value: nil)
            } == "plan: domain 2: ready by a node of its own, and it has no ring to xenstore (xen,enhanced)")
        #expect(
            try refusal { $0.lcm.domains[1].conduct.onFailure = .recover }
                == "plan: domain 2: on-failure recover, and the LCM has no Recovery Domain")
        #expect(
            try refusal {
                $0.lcm.domains[0].roles = .recovery
                $0.lcm.domains[1].roles = .recovery
            } == "plan: domain 2: it is a second Recovery Domain: which one is to run?")
        #expect(
            try refusal {
                $0.lcm.domains[0].roles = .recovery
                $0.lcm.domains[0].conduct.onFailure = .skip
            }?.hasPrefix("plan: domain 1: the Recovery Domain runs after a failure") == true)
    }
}
