// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Sequencer

/// Which PCR a failure closes, and what is said where it closes none.
@Suite struct PCRClosureTests {
    private static let noTPM = TPMError(.getCapability, responseCode: 0xA_000A)

    private func machine(_ tpm: SimulatedTPM, _ words: String) throws -> SimulatedMachine {
        SimulatedMachine(
            host: SimulatedHypervisor(), tpm: tpm, hashing: SwiftCryptoHash.self,
            arguments: try LaunchArguments(parsing: [UInt8](words.utf8)))
    }

    private func closure(_ tpm: SimulatedTPM, _ words: String = "") throws -> (PCRClosure, SimulatedTPM) {
        var machine = try machine(tpm, words)
        let closure = machine.recordFailure(LaunchFailure(.lcm, .noModule))
        return (closure, machine.tpm)
    }

    @Test func aFailureIsClosedOrThereIsNoTPMOrItIsOpen() throws {
        #expect(try closure(SimulatedTPM()).0 == .closed)
        var absent = SimulatedTPM()
        absent.isPresent = false
        #expect(try closure(absent).0 == .noTPM(Self.noTPM))
        var unhashable = SimulatedTPM()
        unhashable.banks.append(0x12)
        #expect(try closure(unhashable).0 == .open)
        #expect(try closure(SimulatedTPM(banks: [])).0 == .open)
        // Once a TPM has answered it is not "no TPM", whatever becomes of it.
        for command in 0...4 {
            var vanishing = SimulatedTPM()
            vanishing.faults = [command: .vanish]
            let closure = try closure(vanishing).0
            #expect(closure == (command == 0 ? .noTPM(Self.noTPM) : command < 4 ? .open : .closed), "\(command)")
        }
    }

    /// Every stage, and every PCR that the command line may name: error and cap go there and nowhere else.
    @Test func everyFailureClosesTheCommandLinesPCR() throws {
        for stage in (1...UInt8.max).compactMap({ LaunchFailure.Stage(rawValue: $0) }) {
            for index in [10, 11, 12, 13, 14, 15] as [UInt8] {
                var machine = try machine(SimulatedTPM(), "domb.pcr=\(index)")
                let closure = machine.recordFailure(LaunchFailure(stage, .measurement(.tpmReset)))
                #expect(closure == .closed)
                #expect(machine.tpm.extends.map { $0.pcr.rawValue } == [index, index, index])
            }
        }
    }

    /// Where it cannot be reached, the standard PCR has the failure, and this is not said to be closed.
    @Test func aPCROutOfReachIsNotClosed() throws {
        let (closure, tpm) = try closure(SimulatedTPM(), "domb.pcr=18")
        #expect(closure == .open)
        #expect(tpm.extends.map { $0.pcr.rawValue } == [11, 11, 11])
        var dynamic = SimulatedTPM()
        dynamic.hasLocalities = true
        #expect(try self.closure(dynamic, "domb.pcr=18").0 == .open)
        dynamic.beginDynamicLaunch()
        let (begun, after) = try self.closure(dynamic, "domb.pcr=18")
        #expect(begun == .closed)
        #expect(after.extends.map { $0.pcr.rawValue } == [18, 18, 18])
    }

    /// From the facts on, before anything was measured, too.
    @Test func aFailedDynamicLaunchClosesItsOwnPCR() throws {
        var launch = try SimulatedLaunch(dependencies: [[]])
        launch.arguments = try LaunchArguments(parsing: [UInt8]("domb.pcr=18".utf8))
        launch.tpm.hasLocalities = true
        launch.tpm.beginDynamicLaunch()
        launch.host.faults.append(SimulatedFault(.maxVCPUs, nil, .errno(22)))
        let outcome = launch.run()
        #expect(outcome.failure?.stage == .configure)
        #expect(Set(outcome.tpm.extends.map { $0.pcr.rawValue }) == [18])
    }

    private func classic(_ tpm: SimulatedTPM, _ words: String) throws -> LaunchFailure? {
        var machine = try machine(tpm, "domb.classic=/init domb.exec=/init \(words)")
        do throws(LaunchFailure) {
            try machine.closeForClassicBoot()
            return nil
        } catch {
            return error
        }
    }

    @Test func aClassicBootNeedsAClosedPCR() throws {
        var absent = SimulatedTPM()
        absent.isPresent = false
        #expect(try classic(SimulatedTPM(), "domb.tpm=require") == nil)
        #expect(try classic(absent, "") == nil)
        #expect(try classic(absent, "domb.tpm=warn") == nil)
        let refused = LaunchFailure(.lcm, .refusal(.refused(.tpmRequired)))
        #expect(try classic(absent, "domb.tpm=require") == refused)
        var failing = SimulatedTPM()
        failing.faults = [1: .refuse(0x101)]
        #expect(try classic(failing, "") == LaunchFailure(.lcm, .refusal(.refused(.openPCR))))
        var unhashable = SimulatedTPM()
        unhashable.banks.append(0x12)
        #expect(try classic(unhashable, "") == LaunchFailure(.lcm, .refusal(.refused(.openPCR))))
    }
}
