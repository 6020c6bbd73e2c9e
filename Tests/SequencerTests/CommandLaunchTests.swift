// SPDX-License-Identifier: Apache-2.0

import LaunchCommand
import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import Sequencer

/// A launch by domb-launch in a dom0: the plan differs in what is the boot domain's, and nothing else.
@Suite struct CommandLaunchTests {
    private func launch(_ dependencies: [[Int]] = [[], [0]], handoff: HandoffKind = .shutdown) throws -> SimulatedLaunch
    {
        var launch = try SimulatedLaunch(dependencies: dependencies, handoff: handoff)
        launch.host.facts.callerIsHardwareDomain = true
        launch.arguments.launcher = .command
        return launch
    }

    private func domid(_ value: UInt16) throws -> DomainID { try #require(DomainID(rawValue: value)) }

    private func handle(_ byte: UInt8) throws -> DomainHandle {
        try #require(DomainHandle(bytes: [UInt8](repeating: byte, count: 16)))
    }

    private func refusal(_ launch: SimulatedLaunch) -> PlanRefusal? {
        guard case .refusal(let refusal) = launch.run(planOnly: true).failure?.cause else { return nil }
        return refusal
    }

    private func status(_ outcome: SimulatedLaunch.Outcome) -> CommandStatus? {
        outcome.failure.map { CommandStatus(after: $0, unpaused: outcome.unpaused.count) }
            ?? outcome.end.map { CommandStatus($0) }
    }

    @Test(arguments: [HandoffKind.shutdown, .park]) func theHandoffIsNoMatterForAPlan(handoff: HandoffKind) throws {
        let outcome = try launch(handoff: handoff).run()
        #expect(outcome.end == .complete)
        #expect(outcome.unpaused.count == 2)
        #expect(status(outcome) == .complete)
    }

    /// No domain is left to a multicall that never comes.
    @Test func everyDomainIsUnpausedByTheCommandItself() throws {
        var launch = try launch()
        launch.lcm.domains[1].conduct.onFailure = .skip
        let outcome = launch.run()
        #expect(outcome.plan?.atHandoff == [])
        #expect(
            outcome.journal.entries.filter { $0.operation == .unpause }.map { $0.domid } == [
                try domid(1), try domid(2),
            ])
    }

    @Test func thePCRIsThatOfTheLogAndTheLogSaysACommand() throws {
        let outcome = try launch().run()
        let recorder = try #require(outcome.recorder)
        #expect(recorder.isCapped)
        let bootDomains = try SimulatedLaunch(dependencies: [[], [0]]).run()
        // The first record alone says who launched.
        #expect(outcome.journal.measurements.map { $0.digest } == bootDomains.journal.measurements.map { $0.digest })
        #expect(outcome.journal.eventLogs.last != bootDomains.journal.eventLogs.last)
    }

    @Test func processesOfTheDomainAreNoMatter() throws {
        let outcome = try launch().run(planOnly: true, otherProcesses: [7], inheritedDescriptors: [3])
        #expect(outcome.failure == nil)
    }

    @Test func anotherDomainIsRefusedUnlessAllowed() throws {
        var launch = try launch()
        var other = SimulatedDomain(domid: try domid(9), kibibytes: 8192)
        other.info.isPaused = false
        launch.host.add(other)
        launch.host.add(SimulatedDomain(domid: try domid(10), kibibytes: 8192))
        #expect(refusal(launch) == .refused(.unnamed, try domid(9)))
        #expect(status(launch.run()) == .refused)
        launch.arguments.allowsOthers = true
        let outcome = launch.run()
        #expect(status(outcome) == .complete)
        #expect(outcome.unpaused == [try domid(1), try domid(2)])
    }

    @Test func aDomainIsFoundByItsUUIDWhateverItsDomid() throws {
        var launch = try launch()
        launch.lcm.domains[0].handle = try handle(0xA1)
        launch.lcm.domains[1].handle = try handle(0xA2)
        launch.host.domainsByID[1]?.info.handle = try handle(0xA2)
        launch.host.domainsByID[2]?.info.handle = try handle(0xA1)
        // Domain 2's kernel is the one that the LCM has first.
        for index in [0, 1] {
            launch.lcm.domains[index].kernel.expectedDigest = SwiftCryptoHash.digest(
                .sha256, of: [UInt8](repeating: UInt8(2 - index), count: 3000))
        }
        let outcome = launch.run()
        #expect(outcome.unpaused == [try domid(2), try domid(1)])
        #expect(outcome.journal.measurements.map { $0.domid } == [try domid(2), try domid(1)])
    }

    /// A boot domain's launch goes by domids: Xen's handles were set by whoever built.
    @Test func aBootDomainGoesByDomids() throws {
        var launch = try SimulatedLaunch(dependencies: [[]])
        launch.lcm.domains[0].handle = try handle(0xA1)
        launch.host.add(SimulatedDomain(domid: try domid(2), kibibytes: 8192, handle: try handle(0xA1)))
        #expect(refusal(launch) == .refused(.unnamed, try domid(2)))
    }

    @Test func withoutItsUUIDTheDomidCounts() throws {
        var launch = try launch()
        launch.lcm.domains[0].handle = try handle(0xA1)
        launch.host.domainsByID[1]?.info.handle = try handle(0xB1)
        #expect(refusal(launch) == .refused(.handle, try domid(1)))
    }

    @Test func aUUIDThatTwoDomainsHaveIsRefused() throws {
        var launch = try launch()
        launch.lcm.domains[0].handle = try handle(0xA1)
        launch.host.domainsByID[1]?.info.handle = try handle(0xA1)
        launch.host.add(SimulatedDomain(domid: try domid(7), kibibytes: 8192, handle: try handle(0xA1)))
        launch.arguments.allowsOthers = true
        #expect(refusal(launch) == .refused(.ambiguous, try domid(1)))
    }

    /// By its UUID one is domain 2, by its domid the other.
    @Test func twoDomainsOfTheLCMAreNeverOne() throws {
        var launch = try launch()
        launch.lcm.domains[0].handle = try handle(0xA1)
        launch.host.domainsByID[2]?.info.handle = try handle(0xA1)
        #expect(refusal(launch) == .refused(.ambiguous, try domid(2)))
    }

    @Test func whatTheToolstackMakesIsRefused() throws {
        var launch = try launch()
        launch.lcm.settings.xenstored = SimulatedLaunch.digest
        launch.lcm.domains[1].settings.enhanced = true
        #expect(refusal(launch) == .refused(.toolstackDevices, try domid(2)))
        launch.lcm.domains[1].settings.enhanced = false
        #expect(refusal(launch) == nil)
    }

    @Test func aRoleThatNoToolstackGivesIsRefused() throws {
        for role in [DomainRoles.hardware, .control, .xenstore, .console] {
            var launch = try launch()
            launch.lcm.domains[1].roles = role
            #expect(refusal(launch) == .refused(.toolstackRole, try domid(2)))
        }
    }

    /// The ring to xenstore is the toolstack's, so a domain without `xen,enhanced` can write its node.
    @Test func readinessByANodeOfItsOwnNeedsNoRingOfOurs() throws {
        var launch = try launch()
        launch.lcm.settings.xenstored = SimulatedLaunch.digest
        launch.lcm.domains[0].conduct.readiness = .node(path: [UInt8]("data/ready".utf8), value: nil)
        #expect(refusal(launch) == nil)
        launch.arguments.launcher = .bootDomain
        launch.lcm.settings.handoff = .park
        #expect(refusal(launch) == .refused(.noXenstoreRing, try domid(1)))
    }

    /// After a launch, or in a system that uses the PCR for something else, the log could not lead to its value.
    @Test func aPCRThatIsInUseIsRefusedAndNotExtended() throws {
        var launch = try launch()
        let first = launch.run()
        launch.tpm = first.tpm
        let second = launch.run()
        #expect(second.failure?.cause == .refusal(.refused(.usedPCR)))
        #expect(status(second) == .refused)
        #expect(second.tpm.extends.count == first.tpm.extends.count)
        #expect(second.journal.eventLogs.isEmpty)
        #expect(second.unpaused.isEmpty)
    }

    @Test func afterAFailureTheDomainsAreStillPausedAndAnotherPCRLaunchesThem() throws {
        var launch = try launch()
        let good = launch.lcm.domains[1].kernel.expectedDigest
        launch.lcm.domains[1].kernel.expectedDigest = SimulatedLaunch.digest
        let failed = launch.run()
        #expect(status(failed) == .failed)
        #expect(failed.unpaused.isEmpty)
        launch.host = failed.host
        launch.tpm = failed.tpm
        launch.lcm.domains[1].kernel.expectedDigest = good
        #expect(status(launch.run()) == .refused)
        launch.arguments.pcr = try #require(PCRIndex(rawValue: 12))
        #expect(status(launch.run()) == .complete)
    }

    @Test func eachEndHasItsStatus() throws {
        let failure = LaunchFailure(.measure, .measurement(.badStartInfo))
        #expect(CommandStatus(.complete).rawValue == 0)
        #expect(
            CommandStatus(after: LaunchFailure(.plan, .refusal(.refused(.noBootDomain))), unpaused: 0).rawValue == 1)
        #expect(CommandStatus(after: failure, unpaused: 0).rawValue == 2)
        #expect(CommandStatus(after: LaunchFailure(.unpause, .measurement(.tpmReset)), unpaused: 1).rawValue == 3)
        #expect(CommandStatus(.partial(failure)).rawValue == 4)
        #expect(CommandStatus(.recovered(failure)).rawValue == 5)
        #expect(CommandStatus(after: LaunchFailure(.lcm, .noModule), unpaused: 0).rawValue == 65)
    }

    @Test func aFailureAfterAnUnpauseSaysSo() throws {
        var launch = try launch()
        launch.host.faults.append(SimulatedFault(.unpause, try domid(2), .errno(16)))
        let outcome = launch.run()
        #expect(outcome.unpaused == [try domid(1)])
        #expect(status(outcome) == .failedLate)
    }

    /// Zeros are what a domain has that was given none, dom0 itself among them.
    @Test func aUUIDOfZerosIsNobodys() throws {
        var launch = try launch()
        launch.lcm.domains[1].handle = .unset
        #expect(launch.host.domainsByID.values.allSatisfy { $0.info.handle == .unset })
        let outcome = launch.run()
        #expect(outcome.failure == nil)
        #expect(outcome.unpaused == [try domid(1), try domid(2)])
    }
}
