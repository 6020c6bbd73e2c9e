// SPDX-License-Identifier: Apache-2.0

import LogReading
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// What a verifier asks for is not the attester's choice.
@Suite struct LauncherDemandTests {
    func failed(_ verifier: LaunchVerifier<SwiftCryptoHash>) -> [Check.Code] {
        verifier.checks.filter { $0.status == .failed }.map(\.code)
    }

    private func without(_ values: PCRValues, _ pcr: Int, _ bank: String) throws -> PCRValues {
        var lines: [String] = []
        var current = ""
        for known in values.banks {
            current = String(decoding: known.name, as: UTF8.self)
            lines.append("  \(current):")
            for index in 0..<24 as Range<UInt8> where !(current == bank && Int(index) == pcr) {
                guard let value = known.values[index] else { continue }
                let digits: Line = "\(hexBytes: value)"
                lines.append(
                    "    \(index < 10 ? "\(index) " : "\(index)"): 0x\(String(decoding: digits.bytes, as: UTF8.self))")
            }
        }
        return try PCRValues(parsing: Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    @Test(arguments: 0...9) func everyPCROfFirmwareAndBootLoaderMustBeProven(_ pcr: Int) throws {
        let boot = try GoldenBoot.shared.get()
        let values = try boot.values(boot.events)
        let fewer = try without(without(values, pcr, "sha256"), pcr, "sha1")
        let verifier = try boot.verified(boot.events, happened: fewer)
        #expect(failed(verifier) == [.firmwarePCR])
        #expect(verifier.checks.contains { $0.status == .failed && $0.pcr == UInt8(pcr) })
        // sha1 alone of one of them is not enough either, unless it is said to be.
        let weak = try without(values, pcr, "sha256")
        #expect(try failed(boot.verified(boot.events, happened: weak)) == [.firmwarePCR])
        #expect(try boot.verified(boot.events, happened: weak) { $0.allowSHA1 = true }.isGood)
        // A PCR that the log leaves out is no reason not to ask for it.
        let told = boot.events.filter { $0.pcr != UInt32(pcr) }
        #expect(try !boot.verified(told, happened: fewer).isGood)
        #expect(try !boot.verified(told, happened: boot.values(told)).isGood)
    }

    /// Where sha1 is known to be enough, and the log leads nowhere in it, nobody is told to say so again.
    @Test(arguments: 0...9) func theOptionForSHA1IsNamedWhereItHelps(_ pcr: Int) throws {
        let boot = try GoldenBoot.shared.get()
        let weak = try without(boot.values(boot.events), pcr, "sha256")
        let told = boot.events.map { event in
            var event = event
            if event.pcr == UInt32(pcr) { event.digests.removeAll { $0.algorithm == .sha1 } }
            return event
        }
        for allowsSHA1 in [false, true] {
            for (events, isGood) in [(boot.events, allowsSHA1), (told, false)] {
                let verifier = try boot.verified(events, happened: weak) { $0.allowSHA1 = allowsSHA1 }
                let missed = verifier.checks.filter { $0.code == .firmwarePCR && $0.status == .failed }
                #expect(missed.map(\.pcr) == (isGood ? [] : [UInt8(pcr)]))
                #expect(missed.allSatisfy { $0.text.contains("--allow-sha1") != allowsSHA1 }, "\(missed)")
            }
        }
    }

    @Test(arguments: 0...7) func firmwareMustHaveSaidThatItIsDone(_ pcr: UInt32) throws {
        let boot = try GoldenBoot.shared.get()
        for data in [[0, 0, 0, 1], [0, 0, 0], []] as [[UInt8]] {
            let told = boot.events.map { event in
                event.pcr == pcr && event.type == 4
                    ? GoldenBoot.Event(pcr, 4, measured: data, data: data) : event
            }
            let verifier = try boot.verified(told, happened: boot.values(told))
            #expect(failed(verifier).contains(.separator))
        }
        let other = boot.events.map { event in
            event.pcr == pcr && event.type == 4
                ? GoldenBoot.Event(pcr, 4, measured: [255, 255, 255, 255], data: [255, 255, 255, 255]) : event
        }
        #expect(try boot.verified(other, happened: boot.values(other)).isGood)
    }

    @Test func thePCRIsTheOneThatWasAskedFor() throws {
        let boot = try GoldenBoot.shared.get()
        let values = try boot.values(boot.events)
        for number in 0..<24 as Range<UInt32> where number != 11 {
            let index = try #require(PCRIndex(rawValue: number))
            let verifier = try boot.verified(boot.events, happened: values) { $0.pcr = index }
            #expect(failed(verifier).contains(.pcrChoice), "PCR \(number)")
        }
    }

    /// The log's own PCR, whatever is asked for: those of the firmware, those that can be reset, those of a dynamic launch.
    @Test func noLogOfAPCRThatProvesNothingIsGood() throws {
        for number in 0..<24 as Range<UInt8> {
            let verifier = try verified(movedTo: number, launcher: false)
            #expect(verifier.isGood == ((10...15).contains(number)), "PCR \(number)")
        }
    }

    /// DomB measures where its command line says: a log of another PCR is none of DomB's, whoever asks for it.
    @Test func aLogIsOfThePCRThatItsCommandLineNames() throws {
        let log = try QuotedLog.fixture()
        var bytes = log.bytes
        for record in try EventLogReader(parsing: bytes).records { bytes[record.offset] = 12 }
        var evidence = Evidence()
        evidence.pcr = try #require(PCRIndex(rawValue: 12))
        evidence.withoutLauncher = true
        evidence.pcrs = try PCRValues(
            parsing: Array(log.pcrText(records: log.records.count).replacing("11:", with: "12:").utf8))
        let verifier = LaunchVerifier(try EventLogReader(parsing: bytes), evidence, hashing: SwiftCryptoHash.self)
        #expect(failed(verifier) == [.pcrChoice])
    }

    /// PCR 17 and its events prove that the processor began anew; PCR 17 itself holds what that launch measured.
    @Test func aLogOfADynamicPCRIsGoodAfterADynamicLaunchOnly() throws {
        for number in 18...22 as ClosedRange<UInt8> {
            #expect(try verified(movedTo: number, launched: [1]).isGood, "PCR \(number)")
            #expect(try failed(verified(movedTo: number)).contains(.pcrChoice))
        }
        #expect(try !verified(movedTo: 17, launched: [1]).isGood)
    }

    /// What the log's own PCR holds is the log's to say: no launch that was trusted need have held the same.
    @Test func theLogsOwnPCRIsNotComparedWithATrustedLaunch() throws {
        let boot = try GoldenBoot.shared.get()
        let log = try GoldenBoot.moved(boot.log, to: 18)
        let events = boot.events(movedTo: 18) + [GoldenBoot.Event(17, 0x502, measured: [1], data: [1])]
        var evidence = Evidence()
        evidence.pcr = try #require(PCRIndex(rawValue: 18))
        evidence.pcrs = try boot.values(
            events, launch: LogReplay(log, hashing: SwiftCryptoHash.self), launchPCR: 18)
        // Nothing was launched into PCR 18 then.
        evidence.baseline = try boot.values(events)
        evidence.firmwareLog = try FirmwareLog(parsing: GoldenBoot.written(events))
        evidence.launcherFiles = boot.files
        let verifier = LaunchVerifier(log, evidence, hashing: SwiftCryptoHash.self)
        #expect(verifier.isGood)
        // Of that which was compared, it is said.
        #expect(verifier.checks.filter { $0.code == .baseline && $0.status == .ok }.map(\.pcr).contains(17))
    }

    /// A dynamic launch of whatever program resets the same PCRs, and may come after DomB.
    @Test func aDynamicLaunchIsOneThatWasTrusted() throws {
        for number in 18...22 as ClosedRange<UInt8> {
            for launched in [[2], [1, 1]] as [[UInt8]] {
                #expect(try failed(verified(movedTo: number, launched: launched)) == [.pcrChoice], "PCR \(number)")
            }
            #expect(try failed(verified(movedTo: number, launched: [1], isCompared: false)).contains(.pcrChoice))
            // What it measured of its configuration is in PCR 18, which may be the log's own.
            let other = try verified(movedTo: number, launched: [1], configured: [2])
            if number != 18 { #expect(failed(other) == [.pcrChoice], "PCR \(number)") }
        }
    }

    private func verified(
        movedTo number: UInt8, launched: [UInt8] = [], configured: [UInt8] = [], isCompared: Bool = true,
        launcher: Bool = true
    ) throws -> LaunchVerifier<SwiftCryptoHash> {
        let boot = try GoldenBoot.shared.get()
        let trusted = boot.events(movedTo: number) + [GoldenBoot.Event(17, 0x502, measured: [1], data: [1])]
        let events =
            boot.events(movedTo: number) + launched.map { GoldenBoot.Event(17, 0x502, measured: [$0], data: [1]) }
            + configured.map { GoldenBoot.Event(18, 0x502, measured: [$0], data: [1]) }
        let log = try GoldenBoot.moved(boot.log, to: number)
        var evidence = Evidence()
        evidence.pcr = try #require(PCRIndex(rawValue: UInt32(number)))
        evidence.withoutLauncher = !launcher
        evidence.pcrs = try boot.values(
            events, launch: LogReplay(log, hashing: SwiftCryptoHash.self), launchPCR: Int(number))
        if launcher, isCompared {
            evidence.baseline = try boot.values(
                trusted, launch: LogReplay(log, hashing: SwiftCryptoHash.self), launchPCR: Int(number))
        }
        if launcher {
            evidence.firmwareLog = try FirmwareLog(parsing: GoldenBoot.written(events))
            evidence.launcherFiles = boot.files
        }
        return LaunchVerifier(log, evidence, hashing: SwiftCryptoHash.self)
    }

    @Test func sha1AloneProvesNothingUnlessThatIsSaidToBeEnough() throws {
        let log = try QuotedLog.launch(banks: [.sha1])
        var evidence = Evidence()
        evidence.withoutLauncher = true
        evidence.pcrs = try PCRValues(parsing: Array(log.pcrText(records: log.records.count).utf8))
        let reader = try EventLogReader(parsing: log.bytes)
        #expect(failed(LaunchVerifier(reader, evidence, hashing: SwiftCryptoHash.self)) == [.sha1])
        evidence.allowSHA1 = true
        #expect(LaunchVerifier(reader, evidence, hashing: SwiftCryptoHash.self).isGood)
    }

    @Test func theFirmwareIsComparedWithABootThatWasTrusted() throws {
        let boot = try GoldenBoot.shared.get()
        let values = try boot.values(boot.events)
        let plain = try boot.verified(boot.events, happened: values)
        #expect(plain.checks.contains { $0.code == .baseline && $0.status == .note })
        let same = try boot.verified(boot.events, happened: values) { $0.baseline = values }
        #expect(same.checks.contains { $0.code == .baseline && $0.status == .ok })
        #expect(same.isGood)
        for pcr in 0...9 as ClosedRange<UInt32> {
            let other = boot.events + [GoldenBoot.Event(pcr, 1, measured: [1], data: [1])]
            let trusted = try boot.values(other)
            let verifier = try boot.verified(boot.events, happened: values) { $0.baseline = trusted }
            // What is booted differs from boot to boot: PCRs 4, 5, 8 and 9; 6 is the manufacturer's.
            let isFirmware = [0, 1, 2, 3, 7].contains(pcr)
            #expect(
                failed(verifier) == (isFirmware ? [.baseline, .baseline] : []) || failed(verifier) == [.baseline],
                "PCR \(pcr)")
            #expect(verifier.isGood == !isFirmware)
            let named = verifier.checks.filter { $0.code == .baseline && $0.status == .failed }.map(\.pcr)
            #expect(named == (isFirmware ? [UInt8(pcr)] : []))
        }
    }

    /// Option ROMs are no files that anybody has: the same PCR 2 as at a trusted boot accounts for them.
    @Test func driversOfPCR2AreAccountedForByTheBaseline() throws {
        let boot = try GoldenBoot.shared.get()
        let happened = boot.events + [GoldenBoot.Event(2, 0x8000_0004, measured: [7], data: [7])]
        let values = try boot.values(happened)
        #expect(try failed(boot.verified(happened, happened: values)) == [.unexplained])
        #expect(try boot.verified(happened, happened: values) { $0.baseline = values }.isGood)
    }
}
