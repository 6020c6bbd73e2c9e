// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Sequencer

/// The last hypercall: the unpauses that may be part of it, and the shutdown.
struct HandoffTests {
    private func domid(_ number: UInt16) throws -> DomainID { try #require(DomainID(rawValue: number)) }

    /// Domain 1, and 2, 3 and 4 after it: nobody waits for those, and without 3 and 4 the launch goes on.
    private func launch(_ handoff: HandoffKind = .shutdown) throws -> SimulatedLaunch {
        var launch = try SimulatedLaunch(dependencies: [[], [0], [0], [0]], handoff: handoff)
        for index in 2...3 { launch.lcm.domains[index].conduct.onFailure = .skip }
        return launch
    }

    private func isPaused(_ outcome: SimulatedLaunch.Outcome, _ number: UInt16) -> Bool? {
        outcome.host.domainsByID[number]?.info.isPaused
    }

    @Test func whoseLossNobodyHasToSeeIsUnpausedByTheShutdownsHypercall() throws {
        let outcome = try launch().run(handingOver: true)
        #expect(outcome.unpaused == [try domid(1), try domid(2)])
        let last = outcome.journal.entries.suffix(3)
        #expect(last.map { $0.operation } == [.unpauseAtHandoff, .unpauseAtHandoff, .shutdown])
        #expect(last.map { $0.domid?.rawValue } == [3, 4, nil])
        // In one go: the two and the shutdown are the last that Xen hears.
        #expect(outcome.host.calls.suffix(3).map { $0.operation } == [.unpauseAtHandoff, .unpauseAtHandoff, .shutdown])
        for number in 1...4 { #expect(isPaused(outcome, UInt16(number)) == false) }
        #expect(outcome.host.domainsByID[0]?.info.isShutDown == true)
        #expect(outcome.failure == nil)
    }

    /// do_multicall goes on after it: the domain stays paused, all others run, and the boot domain is gone.
    @Test func aFailedEntryLeavesItsDomainPausedAndStopsNothingElse() throws {
        var launch = try launch()
        launch.host.faults.append(SimulatedFault(.unpauseAtHandoff, try domid(3), .errno(22)))
        let outcome = launch.run(handingOver: true)
        #expect(isPaused(outcome, 3) == true)
        for number in [1, 2, 4] { #expect(isPaused(outcome, UInt16(number)) == false) }
        #expect(outcome.host.domainsByID[0]?.info.isShutDown == true)
        #expect(outcome.failure == nil)
    }

    /// The TPM is still open for it: the error is behind the cap, and who runs all the same is told.
    @Test func aRefusedShutdownIsRecordedAndTellsWhoRuns() throws {
        var launch = try launch()
        launch.host.faults.append(SimulatedFault(.unpauseAtHandoff, try domid(3), .errno(22)))
        launch.host.faults.append(SimulatedFault(.shutdown, nil, .errno(1)))
        let outcome = launch.run(handingOver: true)
        #expect(outcome.failure == LaunchFailure(.handoff, .hypercall(HypercallError(.shutdown, code: 1))))
        #expect(outcome.unpaused.map { $0.rawValue } == [1, 2, 4])
        #expect(outcome.recorder?.hasError == true)
        #expect(outcome.recorder?.predicted.last == outcome.tpm.registers[.sha256]?[11])
        #expect(outcome.journal.eventLogs.last == outcome.recorder?.log.bytes)
        #expect(outcome.host.domainsByID[0]?.info.isShutDown == false)
    }

    /// Where somebody waits for it, it has to be seen to be ready, or its failure is not one to be left out.
    @Test func whoIsNeededOrWaitedForIsUnpausedBefore() throws {
        var launch = try SimulatedLaunch(dependencies: [[], [0], [], []])
        for index in 0...2 { launch.lcm.domains[index].conduct.onFailure = .skip }
        launch.lcm.domains[2].conduct.readiness = .poweredOff
        let plan = try #require(launch.run(planOnly: true).plan)
        #expect(plan.atHandoff == [1])
    }

    @Test func withoutAShutdownAllAreUnpausedBefore() throws {
        let outcome = try launch(.park).run()
        #expect(outcome.unpaused.count == 4)
        #expect(outcome.plan?.atHandoff == [])
    }

    /// Nobody begins to run once a failure is in the log.
    @Test func whereOneWasLeftOutNothingIsPutOff() throws {
        var launch = try launch()
        launch.lcm.domains[1].conduct.onFailure = .skip
        launch.lcm.domains[1].conduct.readiness = .poweredOff
        launch.host.faults.append(SimulatedFault(.unpause, try domid(2), .errno(22)))
        let outcome = launch.run(handingOver: true)
        guard case .partial = outcome.end else {
            Issue.record("\(String(describing: outcome.end))")
            return
        }
        #expect(outcome.unpaused.map { $0.rawValue } == [1, 3, 4])
        let operations = outcome.journal.entries.map { $0.operation }
        let last = try #require(operations.lastIndex(of: .unpause))
        #expect(operations[last...].contains(.pcrExtend))
        #expect(!operations.contains(.unpauseAtHandoff))
    }

    @Test func aFailureBeforeLeavesThemPaused() throws {
        var launch = try launch()
        launch.host.faults.append(SimulatedFault(.unpause, try domid(2), .errno(22)))
        let outcome = launch.run(handingOver: true)
        #expect(outcome.failure?.stage == .unpause)
        for number in 2...4 { #expect(isPaused(outcome, UInt16(number)) == true) }
    }

    private func end(isHardwareDomain: Bool, _ commandLine: String, refused: Bool = false) throws -> (
        mayLeave: Bool, hostEnds: Bool
    ) {
        var host = SimulatedHypervisor(callerIsHardwareDomain: isHardwareDomain)
        host.facts.commandLine = [UInt8](commandLine.utf8)
        host.add(SimulatedDomain(domid: try domid(1), kibibytes: 64))
        if refused { host.faults.append(SimulatedFault(.remoteShutdown, nil, .errno(1))) }
        var machine = SimulatedMachine(
            host: host, tpm: SimulatedTPM(), hashing: SwiftCryptoHash.self)
        let mayLeave = machine.endHost(.powerOff)
        return (mayLeave, machine.host.domainsByID[1]?.info.isShutDown == true)
    }

    /// Its own end might count as a good launch's (I6).
    @Test func whoeverIsNotTheHardwareDomainStays() throws {
        #expect(try end(isHardwareDomain: true, "") == (true, false))
        #expect(try end(isHardwareDomain: false, "") == (false, false))
        #expect(try end(isHardwareDomain: false, "hardware_dom=1") == (false, true))
        #expect(try end(isHardwareDomain: false, "hardware_dom=1", refused: true) == (false, false))
    }
}
