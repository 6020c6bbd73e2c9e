// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import Sequencer

/// Launches with a xenstore: rings, nodes, introductions.
@Suite struct XenstoreLaunchTests {
    /// Domain 1 serves domain 2's console and disk.
    private func launch() throws -> SimulatedLaunch {
        var launch = try SimulatedLaunch(dependencies: [[], []], handoff: .park)
        launch.lcm.settings.xenstored = SimulatedLaunch.digest
        for index in 0...1 {
            launch.lcm.domains[index].settings.enhanced = true
            launch.host.domainsByID[UInt16(index + 1)]?.parameters[.xenstoreFrame] = 20
            launch.host.domainsByID[UInt16(index + 1)]?.parameters[.consoleFrame] = 21
        }
        let server = Backend(name: Array("dom1".utf8))
        launch.lcm.domains[1].settings.console = server
        launch.lcm.domains[1].settings.disks = [
            try #require(VirtualDisk(text: Array("vdev=xvda,target=/dev/ram0,backend=dom1".utf8)[...]))
        ]
        return launch
    }

    private func text(_ failure: LaunchFailure?) -> String? {
        failure.map { String(decoding: $0.message.bytes, as: UTF8.self) }
    }

    private func refusal(_ launch: SimulatedLaunch) -> String? { text(launch.run(planOnly: true).failure) }

    /// xenstored is silent from the n-th request on: the launch ends within its patience, says who is silent, and nothing
    /// that was paused runs.
    @Test func aSilentXenstoredEndsTheLaunch() throws {
        var attempts = 0
        for silent in 0..<200 {
            var launch = try launch()
            launch.host.xenstore.silentFrom = silent
            let outcome = launch.run()
            guard let failure = outcome.failure else { break }
            attempts += 1
            #expect(text(failure)?.contains("ETIMEDOUT (110): xenstored does not answer") == true, "\(silent)")
            let entries = outcome.journal.entries
            #expect(!entries.contains { $0.operation == .unpause }, "\(silent)")
            let failed = try #require(entries.first { $0.result == -110 })
            #expect(failed.end - failed.start >= 20_000_000 && failed.end - failed.start < 21_000_000, "\(silent)")
        }
        #expect(attempts > 5 && attempts < 200)
    }

    @Test func everythingIsThereBeforeAnybodyRuns() throws {
        let outcome = try launch().run()
        #expect(outcome.failure == nil)
        let xenstore = outcome.host.xenstore
        #expect(xenstore.value("/local/domain/2/device/vbd/51712/backend") == "/local/domain/1/backend/vbd/2/51712")
        #expect(xenstore.value("/local/domain/2/store/port") == "1")
        #expect(xenstore.value("/local/domain/2/console/port") == "2")
        #expect(xenstore.value("/local/domain/2/console/ring-ref") == "21")
        #expect(xenstore.introduced == [1: 1, 2: 1])
        let domain = try #require(outcome.host.domainsByID[2])
        let (zero, one) = (DomainID(rawValue: 0), DomainID(rawValue: 1))
        #expect(domain.grants[.xenstore]?.grantee == zero && domain.grants[.xenstore]?.frame == 20)
        #expect(domain.grants[.console]?.grantee == one && domain.grants[.console]?.frame == 21)
        #expect(domain.channels[2] == .some(one))
        #expect(domain.parameters[.xenstoreChannel] == 1 && domain.parameters[.consoleChannel] == 2)
        let operations = outcome.journal.entries.map { $0.operation }
        let measured = try #require(operations.firstIndex(of: .pcrExtend))
        let capped = try #require(operations.lastIndex(of: .pcrRead))
        let unpaused = try #require(operations.firstIndex(of: .unpause))
        for operation in [Platform.Operation.allocUnbound, .grantWrite] {
            #expect(try #require(operations.lastIndex(of: operation)) < measured)
        }
        for operation in [Platform.Operation.xenstoreOpen, .xenstoreWrite, .introduce] {
            #expect((capped..<unpaused).contains(try #require(operations.firstIndex(of: operation))))
        }
    }

    /// What a hypervisor that builds domains itself has done already.
    @Test func aChannelThatTheBuilderMadeIsLeftAsItIs() throws {
        var launch = try launch()
        launch.host.domainsByID[1]?.channels[5] = DomainID(rawValue: 0)
        launch.host.domainsByID[1]?.parameters[.xenstoreChannel] = 5
        let outcome = launch.run()
        #expect(outcome.failure == nil)
        #expect(outcome.host.xenstore.introduced[1] == 5)
        launch.host.domainsByID[1]?.channels[5] = DomainID(rawValue: 2)
        let failed = launch.run()
        #expect(text(failed.failure)?.hasPrefix("configure: domain 1: enhanced: ring to domain 0: ") == true)
        #expect(failed.unpaused.isEmpty)
    }

    @Test func aLostTransactionIsTriedAgain() throws {
        var launch = try launch()
        launch.host.xenstore.foiledTransactions = 15
        let outcome = launch.run()
        #expect(outcome.failure == nil)
        #expect(outcome.journal.entries.filter { $0.operation == .transactionStart }.count == 16)
        launch.host.xenstore.foiledTransactions = 16
        let failed = launch.run()
        #expect(
            text(failed.failure) == "configure: xenstore was changed by others during each of 16 transactions")
        #expect(failed.host.xenstore.nodes.isEmpty && failed.unpaused.isEmpty)
    }

    @Test func aNodeThatIsNotKeptIsTold() throws {
        var launch = try launch()
        launch.host.xenstore.forgotten = ["/local/domain/1/backend/vbd/2/51712/mode"]
        let outcome = launch.run()
        #expect(
            text(outcome.failure)
                == "configure: domain 2: disks vdev=xvda,target=/dev/ram0,access=rw,backend=dom1: "
                + "/local/domain/1/backend/vbd/2/51712/mode: xenstore reads back another value than it was given")
        #expect(outcome.unpaused.isEmpty && outcome.host.xenstore.introduced.isEmpty)
    }

    /// Every call that has to do with xenstore, made to fail in turn with each errno that it gives: the line names what
    /// failed and why, nobody runs, and of a transaction that failed nothing stays.
    @Test func everyFailureEndsTheLaunch() throws {
        let good = try launch().run()
        let concerned: Set<Platform.Operation> = [
            .allocUnbound, .channelStatus, .grantRead, .grantWrite, .xenstoreOpen, .transactionStart, .xenstoreWrite,
            .transactionEnd, .xenstoreRead, .introduce, .isIntroduced,
        ]
        // Of the many nodes that are written and read back one in nine, the first and the last among them.
        let many: Set<Platform.Operation> = [.xenstoreWrite, .xenstoreRead]
        let calls = concerned.flatMap { operation in
            let all = good.host.calls.indices.filter { good.host.calls[$0].operation == operation }
            let last = all.count - 1
            return many.contains(operation)
                ? all.enumerated().filter { $0.offset % 9 == 0 || $0.offset == last }.map { $0.element } : all
        }
        var runs = 0
        for call in calls {
            for code: Int32 in [1, 2, 5, 12, 13, 22, 28] {
                var launch = try launch()
                launch.host.failure = (call, code)
                let outcome = launch.run()
                let name = good.host.calls[call].operation.name.description
                let message = try #require(text(outcome.failure), "call \(call), errno \(code)")
                #expect(message.hasPrefix("configure: "), "\(message)")
                #expect(message.contains("\(name): ") && message.hasSuffix("(\(code))"), "\(message)")
                #expect(outcome.unpaused.isEmpty, "\(message)")
                // A transaction that fails is ended all the same: xenstored keeps a copy of its tree for each.
                func count(_ operation: Platform.Operation) -> Int {
                    outcome.host.calls.count { $0.operation == operation }
                }
                let isBegun = good.host.calls[call].operation != .transactionStart
                #expect(count(.transactionEnd) == count(.transactionStart) - (isBegun ? 0 : 1), "\(message)")
                let isWriting: Set<Platform.Operation> = [.xenstoreWrite, .transactionEnd, .transactionStart]
                if isWriting.contains(good.host.calls[call].operation) { #expect(outcome.host.xenstore.nodes.isEmpty) }
                runs += 1
            }
        }
        #expect(runs == 7 * calls.count && calls.count > 30)
    }

    @Test func aNodesFailureNamesTheNode() throws {
        var launch = try launch()
        let good = launch.run()
        let write = try #require(good.host.calls.firstIndex { $0.operation == .xenstoreWrite })
        launch.host.failure = (write, 28)
        #expect(
            text(launch.run().failure)
                == "configure: domain 1: enhanced in xenstore: /local/domain/1: xs_write: ENOSPC (28)")
    }

    @Test func aDomainWithoutAPageForItsRingIsTold() throws {
        var launch = try launch()
        launch.host.domainsByID[2]?.parameters[.consoleFrame] = 0
        #expect(
            text(launch.run().failure)
                == "configure: domain 2: console: ring to domain 1: the builder gave the domain no page for it")
    }

    @Test func whatCannotBeIsRefusedByThePlan() throws {
        var shutdown = try launch()
        shutdown.lcm.settings.handoff = .shutdown
        #expect(refusal(shutdown)?.contains("xenstored is a process of the boot domain and would end with it") == true)
        var unnamed = try launch()
        unnamed.lcm.settings.xenstored = nil
        #expect(refusal(unnamed) == "plan: domain 1: enhanced, and the LCM names no xenstored")
        var plain = try launch()
        plain.lcm.domains[0].settings.enhanced = false
        #expect(
            refusal(plain) == "plan: domain 2: a device is served by domain 1, which is not enhanced")
    }

    @Test func theLCMsXenstoredMustRun() throws {
        let launch = try launch()
        let received = ReceivedLCM(lcm: launch.lcm, byteCount: 3, digest: SimulatedLaunch.digest)
        var facts = LaunchFacts(hypervisor: launch.host.facts, tpm: .banks([HashAlgorithm.sha256.rawValue]))
        facts.hypervisor.domains = launch.host.domainsByID.values.map { $0.info }
        #expect(throws: PlanRefusal.refused(.noXenstored)) {
            try LaunchPlan(received, facts: facts, arguments: LaunchArguments())
        }
        facts.surroundings = Surroundings(otherProcesses: [7], hasXenstored: true)
        #expect(throws: PlanRefusal.refused(.otherProcess)) {
            try LaunchPlan(received, facts: facts, arguments: LaunchArguments())
        }
    }

    /// I4: neither ports nor frames are in the log, and the order in which a builder took ports changes nothing.
    @Test func theLogKnowsDevicesAndNoPorts() throws {
        var launch = try launch()
        let first = launch.run()
        launch.host.domainsByID[1]?.channels[1] = DomainID(rawValue: 2)
        let second = launch.run()
        #expect(first.host.xenstore.introduced[1] == 1 && second.host.xenstore.introduced[1] == 2)
        #expect(first.recorder?.log.bytes == second.recorder?.log.bytes)
    }
}
