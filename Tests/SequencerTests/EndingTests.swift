// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Sequencer

/// The one end of every failure.
@Suite struct EndingTests {
    /// One of each.
    private static let causes: [LaunchFailure.Cause] = [
        .system(SystemError(.execute, code: 2)), .construct([0x78]), .container(.badPartHeader), .noModule,
        .parse(ParseError(.truncated, at: 0)), .argument([0x78]), .refusal(.refused(.noBootDomain)),
        .hypercall(HypercallError(.unpause, code: 1)), .tpm(TPMError(.pcrExtend, responseCode: 0x101)),
        .measurement(.tpmReset), .configuration(.transactionLost(attempts: 1)), .readiness(.timeout(1)),
        .readiness(.gone),
    ]

    private func machine(isHardwareDomain: Bool, end: LaunchArguments.End) -> SimulatedMachine {
        var arguments = LaunchArguments()
        arguments.end = end
        return SimulatedMachine(
            host: SimulatedHypervisor(callerIsHardwareDomain: isHardwareDomain), tpm: SimulatedTPM(),
            hashing: SwiftCryptoHash.self, arguments: arguments)
    }

    /// Whatever failed, wherever: it is recorded, the PCR is closed, and only who has the hardware role leaves. Any other end
    /// of the boot domain could count as that of a good launch (I6).
    @Test func everyFailureOfEveryStageAsksForTheHardwareRole() throws {
        var kinds: Set<FailurePolicy.Kind> = []
        let domid = try #require(DomainID(rawValue: 1))
        for stage in LaunchFailure.Stage.allCases {
            for (cause, domid) in Self.causes.flatMap({
                [($0, nil), ($0, domid)] as [(LaunchFailure.Cause, DomainID?)]
            }) {
                let failure = LaunchFailure(stage, domid: domid, cause)
                kinds.insert(failure.kind)
                for end in [LaunchArguments.End.powerOff, .reboot, .hold] {
                    for isHardwareDomain in [true, false] {
                        var machine = machine(isHardwareDomain: isHardwareDomain, end: end)
                        let happens = machine.end(after: failure)
                        #expect(happens == (isHardwareDomain ? end : .hold), "\(failure) \(end)")
                        let asked = machine.host.journal.entries.contains { $0.operation == .features }
                        #expect(asked == (end != .hold))
                        #expect(machine.tpm.extends.count == 3)
                        #expect(machine.closure == .closed)
                    }
                }
            }
        }
        #expect(kinds == Set(FailurePolicy.Kind.allCases))
    }

    /// Where Xen cannot be asked nobody knows: the boot domain stays.
    @Test func whereXenDoesNotAnswerTheBootDomainStays() {
        for end in [LaunchArguments.End.powerOff, .reboot, .hold] {
            var machine = machine(isHardwareDomain: true, end: end)
            machine.host.faults.append(SimulatedFault(.features, nil, .errno(19)))
            let happens = machine.end(after: LaunchFailure(.prepare, .system(SystemError(.openPrivcmd, code: 19))))
            #expect(happens == .hold)
        }
    }

    /// Another process of PID 1 goes on with log and PCR where the launch's ended, and finds the error's place.
    @Test func aFailedExecGoesIntoTheLaunchsLogAndPCR() throws {
        var launch = try SimulatedLaunch(dependencies: [[], [0]], handoff: .park)
        launch.arguments.pcr = try #require(PCRIndex(rawValue: 13))
        let good = launch.run()
        let recorder = try #require(good.recorder)
        let legacy = LaunchLegacy(
            isFailed: false, recordCount: recorder.recordCount, unpaused: good.unpaused, log: recorder.log.bytes)
        let received = try #require(LaunchLegacy(legacy.bytes))
        #expect(received == legacy)

        var machine = SimulatedMachine(
            host: SimulatedHypervisor(), tpm: good.tpm, hashing: SwiftCryptoHash.self,
            arguments: launch.arguments)
        machine.resume(received)
        let closure = machine.recordFailure(LaunchFailure(.handoff, .system(SystemError(.execute, code: 8))))
        #expect(closure == .closed)
        #expect(machine.unpaused == good.unpaused)
        // As it would be in the launch's own process.
        var whole = recorder
        let text = LaunchFailure(.handoff, .system(SystemError(.execute, code: 8))).message.bytes
        _ = whole.record(.error(stage: 9, domid: nil, text: text))
        #expect(machine.host.journal.eventLogs == [whole.log.bytes])
        #expect(machine.tpm.registers[.sha256]?[13] == whole.predicted.last)
    }

    @Test func oneFailureIsAllThatALogHas() {
        var machine = machine(isHardwareDomain: true, end: .hold)
        machine.resume(LaunchLegacy(isFailed: true, recordCount: 5, unpaused: [], log: [1]))
        machine.recordFailure(LaunchFailure(.handoff, .noModule))
        #expect(machine.tpm.extends.isEmpty)
    }

    @Test func aCutOrForeignReportIsNone() throws {
        let domid = try #require(DomainID(rawValue: 7))
        let bytes = LaunchLegacy(isFailed: true, recordCount: 9, unpaused: [domid], log: []).bytes
        for count in 0..<bytes.count { #expect(LaunchLegacy([UInt8](bytes.prefix(count))) == nil) }
        #expect(LaunchLegacy([2] + bytes.dropFirst()) == nil)
        #expect(LaunchLegacy(bytes.prefix(5) + [0xFF, 0xFF, 0xFF, 0xFF] + bytes.dropFirst(9)) == nil)
    }

    @Test func onlyTheCommandLinesProgramBecomesInit() throws {
        let init1 = [UInt8]("/init1".utf8)
        let init2 = [UInt8]("/init2".utf8)
        for allowed in [nil, init1, init2] {
            var launch = try SimulatedLaunch(dependencies: [[]], handoff: .execute)
            launch.lcm.settings.handoffTarget = init1
            launch.arguments.nextInit = allowed
            launch.arguments.classicInit = init1
            let refusal = PlanRefusal.refused(.nextInit)
            let outcome = launch.run()
            #expect(outcome.failure == (allowed == init1 ? nil : LaunchFailure(.plan, .refusal(refusal))))
            var machine = SimulatedMachine(
                host: SimulatedHypervisor(), tpm: SimulatedTPM(), hashing: SwiftCryptoHash.self,
                arguments: launch.arguments)
            var failure: LaunchFailure?
            do throws(LaunchFailure) { try machine.closeForClassicBoot() } catch { failure = error }
            #expect(failure == (allowed == init1 ? nil : LaunchFailure(.lcm, .refusal(refusal))))
        }
        // A command hands nothing over.
        var launch = try SimulatedLaunch(dependencies: [[]], handoff: .execute)
        launch.lcm.settings.handoffTarget = init1
        launch.arguments.launcher = .command
        #expect(launch.run().failure == nil)
    }
}
