// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Sequencer

/// What a launch does when the TPM, or the way to it, does not do what it should.
@Suite struct TPMConductTests {
    private static let putOff: [UInt32] = [0x908, 0x90A, 0x920, 0x922]
    private static let lost: [UInt32] = [0xA_000A, 0xA_0008, 0xA_0009, 0x8_0001, 0x909]

    private func launch(policy: TPMPolicy = .require) throws -> SimulatedLaunch {
        var launch = try SimulatedLaunch(dependencies: [[], [0]])
        launch.lcm.settings.tpmPolicy = policy
        return launch
    }

    private func good() throws -> SimulatedLaunch.Outcome {
        let outcome = try launch().run()
        #expect(outcome.failure == nil)
        return outcome
    }

    private func run(_ faults: [Int: SimulatedTPM.Fault], policy: TPMPolicy = .require) throws
        -> SimulatedLaunch.Outcome
    {
        var launch = try launch(policy: policy)
        launch.tpm.faults = faults
        return launch.run()
    }

    /// Every response code of the TPM 2.0 Library's warnings and format zero, and the TCTI's, at every command: under
    /// `require` nothing runs but where the command was put off, or its outcome was found by reading.
    @Test func whateverATPMCommandAnswersNothingRunsUnmeasured() throws {
        let commands = try good().tpm.commands
        var runs = 0
        for command in commands.indices {
            for code in Array(0x100...0x155) + Array(0x901...0x923) + [0x18B, 0x1C3, 0xA_0001, 0xA_000A, 0x8_000D] {
                let outcome = try run([command: .refuse(UInt32(code))])
                runs += 1
                if outcome.failure == nil {
                    let repeated = Self.putOff.contains(UInt32(code))
                    let settled = commands[command] == .pcrExtend && (code == 0x909 || code >> 16 != 0)
                    #expect(repeated || settled, "\(commands[command]) answers \(code), and the launch goes on")
                    expectTrueLaunch(outcome)
                } else {
                    #expect(outcome.unpaused.isEmpty)
                    #expect(!outcome.journal.entries.contains { $0.operation == .unpause })
                }
            }
        }
        print("TPM answers tried: \(runs)")
        #expect(runs > 1000)
    }

    private func expectTrueLaunch(_ outcome: SimulatedLaunch.Outcome) {
        #expect(outcome.unpaused.count == 2)
        #expect(outcome.recorder?.predicted.last == outcome.tpm.registers[.sha256]?[11])
    }

    @Test(arguments: putOff) func aCommandThatIsPutOffIsSentAgain(code: UInt32) throws {
        for command in try good().tpm.commands.indices {
            let outcome = try run([command: .refuse(code), command + 1: .refuse(code), command + 2: .refuse(code)])
            #expect(outcome.failure == nil)
            expectTrueLaunch(outcome)
        }
    }

    @Test func aTPMThatPutsOffForEverIsAFailureAfterTheDeadline() throws {
        let extend = try #require(try good().tpm.commands.firstIndex(of: .pcrExtend))
        let faults = (extend..<(extend + 100)).map { ($0, SimulatedTPM.Fault.refuse(0x922)) }
        let outcome = try run(Dictionary(uniqueKeysWithValues: faults))
        #expect(outcome.failure?.cause == .tpm(TPMError(.pcrExtend, responseCode: 0x922)))
        #expect(outcome.unpaused.isEmpty)
        let first = try #require(outcome.journal.entries.first { $0.result == 0x922 })
        let last = try #require(outcome.journal.entries.last { $0.result == 0x922 })
        // Once for the launch, once for the record of its failure: 30 s each, and a last pause of 2 s.
        #expect(last.end - first.start < 66_000_000)
    }

    /// The answer is lost, the extend was done: sent again it would count twice.
    @Test(arguments: lost) func aLostAnswerIsSettledByReading(code: UInt32) throws {
        for (command, operation) in try good().tpm.commands.enumerated() where operation == .pcrExtend {
            let done = try run([command: .loseAnswer(code)])
            #expect(done.failure == nil)
            expectTrueLaunch(done)
            #expect(done.tpm.extends.count == 7)
            let notDone = try run([command: .refuse(code)])
            #expect(notDone.failure == nil)
            expectTrueLaunch(notDone)
        }
    }

    /// Neither the old value nor the new one: somebody else extends.
    @Test func aLostAnswerWithAThirdValueIsAFailure() throws {
        let extend = try #require(try good().tpm.commands.firstIndex(of: .pcrExtend))
        let outcome = try run([extend: .loseAnswer(0xA_000A), extend + 1: .flipBit])
        #expect(outcome.failure?.cause == .tpm(TPMError(.pcrExtend, responseCode: 0xA_000A)))
        #expect(outcome.unpaused.isEmpty)
    }

    /// A TPM, or somebody on its bus, that acknowledges an extend and drops it.
    @Test(arguments: 0..<7) func aDroppedExtendIsFoundBeforeAnythingRuns(extend: Int) throws {
        let places = try good().tpm.commands.indices.filter { try good().tpm.commands[$0] == .pcrExtend }
        let outcome = try run([places[extend]: .pretend])
        #expect(outcome.failure == LaunchFailure(.cap, .measurement(.pcrMismatch(.sha1))))
        #expect(outcome.unpaused.isEmpty)
    }

    /// By the counts; a reset between the question for them and the last reading, by the PCR's value.
    @Test func aResetInMidLaunchIsFound() throws {
        let commands = try good().tpm.commands
        let firstExtend = try #require(commands.firstIndex(of: .pcrExtend))
        let lastCounts = try #require(commands.lastIndex(of: .readClock))
        for command in firstExtend..<commands.count {
            let outcome = try run([command: .reset])
            let cause: MeasurementError = command <= lastCounts ? .tpmReset : .pcrMismatch(.sha1)
            #expect(outcome.failure == LaunchFailure(.cap, .measurement(cause)), "reset before command \(command)")
            #expect(outcome.unpaused.isEmpty)
        }
    }

    @Test(arguments: [TPMPolicy.require, .warn, .off]) func aTPMThatVanishesEndsTheLaunchUnderEveryPolicy(
        policy: TPMPolicy
    ) throws {
        for command in try good().tpm.commands.indices.dropFirst() {
            let outcome = try run([command: .vanish], policy: policy)
            #expect(outcome.failure != nil)
            #expect(outcome.unpaused.isEmpty)
        }
    }

    /// It answers, but not what it was asked: its banks could not be closed.
    @Test(arguments: [TPMPolicy.require, .warn, .off]) func aTPMThatWasNotStartedEndsTheLaunchUnderEveryPolicy(
        policy: TPMPolicy
    ) throws {
        let outcome = try run([0: .refuse(0x100)], policy: policy)
        #expect(outcome.failure == LaunchFailure(.facts, .tpm(TPMError(.getCapability, responseCode: 0x100))))
        #expect(outcome.unpaused.isEmpty)
    }

    @Test func aTPMInFailureModeIsNoTPMAndIsAskedWhy() throws {
        let faults = [0: SimulatedTPM.Fault.refuse(0x101)]
        #expect(try run(faults).failure?.cause == .refusal(.refused(.tpmRequired)))
        let warned = try run(faults, policy: .warn)
        #expect(warned.failure == nil)
        #expect(warned.journal.entries.contains { $0.operation == .getTestResult })
    }

    @Test(arguments: [TPMPolicy.warn, .off]) func aTPMThatAnswersIsClosedUnderEveryPolicy(policy: TPMPolicy) throws {
        let outcome = try run([:], policy: policy)
        #expect(outcome.failure == nil)
        expectTrueLaunch(outcome)
        #expect(outcome.recorder?.isCapped == true)
    }

    @Test func aDynamicPCRTakesTheLaunchFromLocality2() throws {
        var launch = try launch()
        launch.arguments.pcr = try #require(PCRIndex(rawValue: 18))
        launch.tpm.hasLocalities = true
        launch.tpm.beginDynamicLaunch()
        let outcome = launch.run()
        #expect(outcome.failure == nil)
        #expect(outcome.recorder?.predicted.last == outcome.tpm.registers[.sha256]?[18])
        #expect(outcome.tpm.registers[.sha256]?[11].bytes.allSatisfy { $0 == 0 } == true)
    }

    /// A bank that DomB cannot hash stays open: a boot without an LCM must not go on then.
    @Test func anUnhashableBankIsNotClosed() throws {
        var launch = try launch()
        launch.tpm.banks.append(0x12)
        var machine = SimulatedMachine(
            host: launch.host, tpm: launch.tpm, hashing: SwiftCryptoHash.self)
        let open = machine.recordFailure(LaunchFailure(.lcm, .noModule))
        #expect(open == .open)
        var closable = SimulatedMachine(
            host: launch.host, tpm: SimulatedTPM(), hashing: SwiftCryptoHash.self)
        let closed = closable.recordFailure(LaunchFailure(.lcm, .noModule))
        #expect(closed == .closed)
    }

    /// Each pause is twice the one before, up to two seconds.
    @Test func aTPMIsAskedLessAndLessOften() throws {
        let extend = try #require(try good().tpm.commands.firstIndex(of: .pcrExtend))
        let faults = (extend..<(extend + 12)).map { ($0, SimulatedTPM.Fault.refuse(0x922)) }
        let asked = try run(Dictionary(uniqueKeysWithValues: faults)).journal.entries.filter { $0.result == 0x922 }
        let pauses = zip(asked, asked.dropFirst()).map { $1.start - $0.end }
        #expect(pauses.count == 11)
        var expected: UInt64 = 20_000
        for pause in pauses {
            // The clock goes on by a microsecond each time that it is asked.
            #expect((expected..<(expected + 100)).contains(pause), "\(pauses)")
            expected = min(2 * expected, 2_000_000)
        }
    }
}
