// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Sequencer

/// A TPM that begins anew while it is used, a PCR that somebody used before, banks of which one is not as the others.
@Suite struct StartedAnewTests {
    private static let bankLists: [[HashAlgorithm]] = [
        [.sha256], [.sha1, .sha256], [.sha256, .sha1], [.sha1, .sha256, .sha384, .sha512],
    ]

    private func launch(_ banks: [HashAlgorithm] = [.sha1, .sha256]) throws -> SimulatedLaunch {
        var launch = try SimulatedLaunch(dependencies: [[], [0]])
        launch.tpm = SimulatedTPM(banks: banks.map { $0.rawValue })
        return launch
    }

    private func read(_ outcome: SimulatedLaunch.Outcome) throws -> (clock: Int, pcr: Int) {
        (
            try #require(outcome.tpm.commands.lastIndex(of: .readClock)),
            try #require(outcome.tpm.commands.lastIndex(of: .pcrRead))
        )
    }

    /// Reset, restarted or resumed before whichever command, from the first extend on: the counts tell, and from the last
    /// question for them on the PCR does.
    @Test(
        arguments: bankLists,
        [(.reset, true), (.restart, true), (.resume, false)] as [(SimulatedTPM.Fault, Bool)])
    func aTPMThatBeginsAnewIsFound(banks: [HashAlgorithm], fault: (kind: SimulatedTPM.Fault, loses: Bool)) throws {
        let good = try launch(banks).run()
        let (clock, pcr) = try read(good)
        let first = try #require(good.tpm.commands.firstIndex(of: .pcrExtend))
        #expect(first < clock && clock < pcr && pcr == good.tpm.commands.count - 1)
        for command in first...pcr {
            var launch = try launch(banks)
            launch.tpm.faults = [command: fault.kind]
            let outcome = launch.run()
            if command <= clock {
                #expect(outcome.failure == LaunchFailure(.cap, .measurement(.tpmReset)), "command \(command)")
            } else if fault.loses {
                let bank = banks.contains(.sha1) ? HashAlgorithm.sha1 : .sha256
                #expect(outcome.failure == LaunchFailure(.cap, .measurement(.pcrMismatch(bank))))
            } else {
                // Resumed with all that it held: nothing is lost.
                #expect(outcome.failure == nil)
                continue
            }
            #expect(outcome.unpaused.isEmpty)
            #expect(!outcome.journal.entries.contains { $0.operation == .unpause })
        }
    }

    /// The same before the Recovery Domain's turn.
    @Test(arguments: [SimulatedTPM.Fault.reset, .restart, .resume]) func noRecoveryOnATPMThatBegunAnew(
        fault: SimulatedTPM.Fault
    ) throws {
        var launch = try launch()
        launch.lcm.domains[0].roles = .recovery
        launch.lcm.domains[1].dependencies = []
        launch.lcm.domains[1].conduct = DomainConduct(readiness: .poweredOff, timeout: 2000, onFailure: .recover)
        let good = launch.run()
        guard case .recovered = good.end else {
            Issue.record("not recovered")
            return
        }
        let (clock, _) = try read(good)
        let error = try #require(good.tpm.commands.lastIndex(of: .pcrExtend))
        for command in error...clock {
            launch.tpm.faults = [command: fault]
            let outcome = launch.run()
            #expect(outcome.end == nil, "command \(command)")
            #expect(outcome.host.domainsByID[1]?.info.isPaused == true)
        }
    }

    /// A launch by command looks at its PCR in every bank; a value in one of them is enough.
    @Test(arguments: bankLists) func aPCRThatIsUsedInAnyBankIsLeftAlone(banks: [HashAlgorithm]) throws {
        for bank in banks {
            for byte in [0, bank.digestSize - 1] {
                var launch = try launch(banks)
                launch.host.facts.callerIsHardwareDomain = true
                launch.arguments.launcher = .command
                #expect(launch.run(planOnly: true).failure == nil)
                var digest = [UInt8](repeating: 0, count: bank.digestSize)
                digest[byte] = 1
                try launch.tpm.extend(.standard, [Digest(bank, exactly: digest)])
                let outcome = launch.run()
                #expect(outcome.failure?.cause == .refusal(.refused(.usedPCR)), "\(bank.name)")
                #expect(outcome.tpm.extends.count == 1)
            }
        }
    }

    /// A dynamic launch sets 17 to 22 to zeros in every bank.
    @Test(arguments: 17...22 as ClosedRange<UInt32>) func aDynamicPCRMustBeZeroInEveryBank(index: UInt32) throws {
        let pcr = try #require(PCRIndex(rawValue: index))
        for bank in [HashAlgorithm.sha1, .sha256, nil] {
            var launch = try launch()
            launch.arguments.pcr = pcr
            launch.tpm.hasLocalities = true
            launch.tpm.beginDynamicLaunch()
            if let bank {
                try launch.tpm.setLocality(2)
                try launch.tpm.extend(pcr, [SwiftCryptoHash.digest(bank, of: [])])
            }
            let failure = launch.run(planOnly: true).failure
            #expect(failure?.cause == (bank == nil ? nil : .refusal(.refused(.dynamicPCRNotBegun))))
        }
    }

    /// One that DomB cannot hash stays open, wherever it stands among the others, and that is said.
    @Test(arguments: [[0x12], [0x12, 0x0B], [0x0B, 0x12], [0x04, 0x12, 0x0B], [0x0B, 0x27]] as [[UInt16]])
    func aBankThatCannotBeHashedIsNeverCalledClosed(banks: [UInt16]) throws {
        var machine = SimulatedMachine(
            host: SimulatedHypervisor(), tpm: SimulatedTPM(banks: banks), hashing: SwiftCryptoHash.self)
        let closure = machine.recordFailure(LaunchFailure(.lcm, .noModule))
        #expect(closure == .open)
        // Nothing is extended without a digest: a TPM takes that, and does nothing.
        #expect(machine.tpm.extends.allSatisfy { !$0.digests.isEmpty })
        // What is told once is told again.
        let again = machine.recordFailure(LaunchFailure(.lcm, .noModule))
        #expect(again == .open)
        var launch = try launch()
        launch.tpm = SimulatedTPM(banks: banks)
        let refused = try #require(banks.first { HashAlgorithm(rawValue: $0) == nil })
        let failure = launch.run(planOnly: true).failure
        #expect(failure?.cause == .refusal(.refused(.unhashableBank)))
        let words: Line = "plan: the TPM has an active bank that DomB cannot hash, TPM_ALG_ID \(hex: refused)"
        #expect(failure?.message == words)
    }

    /// I8: no answer at all, or a self test that failed, is "no TPM"; every other answer to the first question ends the
    /// launch under every policy.
    @Test(arguments: [TPMPolicy.require, .warn, .off]) func onlyNoAnswerIsNoTPM(policy: TPMPolicy) throws {
        let own = [0x100, 0x101, 0x102, 0x120, 0x155, 0x18B, 0x1C4, 0x901, 0x907, 0x909, 0x921, 0x923] as [UInt32]
        let layers = [0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].flatMap { layer in
            [1, 5, 8, 10].map { UInt32(layer << 16 | $0) }
        }
        for code in own + layers {
            var launch = try launch()
            launch.lcm.settings.tpmPolicy = policy
            launch.tpm.faults = [0: .refuse(code)]
            let failure = launch.run(planOnly: true).failure
            let error = TPMError(.getCapability, responseCode: code)
            if code >> 16 == 0x0A || code == 0x101 {
                #expect(failure?.cause == (policy == .require ? .refusal(.refused(.tpmRequired)) : nil), "\(code)")
            } else {
                #expect(failure == LaunchFailure(.facts, .tpm(error)), "\(code)")
            }
        }
    }

    /// A TPM that failed its self test at the first question and answers later: the log of an unmeasured launch leads to no
    /// PCR, and so nothing of it is extended.
    @Test func anUnmeasuredLaunchExtendsNothingLater() throws {
        var launch = try launch()
        launch.lcm.settings.tpmPolicy = .warn
        launch.tpm.faults = [0: .refuse(0x101)]
        launch.host.faults = [SimulatedFault(.unpause, nil, .errno(22))]
        let outcome = launch.run()
        #expect(outcome.failure?.stage == .unpause)
        #expect(outcome.tpm.extends.isEmpty)
        #expect(outcome.recorder?.hasError == true)
    }
}
