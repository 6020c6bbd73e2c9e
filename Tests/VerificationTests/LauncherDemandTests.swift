// SPDX-License-Identifier: Apache-2.0

import LogReading
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// What a verifier asks for is not the attester's choice.
@Suite struct LauncherDemandTests {
    private func failed(_ verifier: LaunchVerifier<SwiftCryptoHash>) -> [Check.Code] {
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

    /// PCR 17 and its events prove that the processor began anew; PCR 17 itself holds what that launch measured.
    @Test func aLogOfADynamicPCRIsGoodAfterADynamicLaunchOnly() throws {
        for number in 18...22 as ClosedRange<UInt8> {
            #expect(try verified(movedTo: number, dynamic: true).isGood, "PCR \(number)")
            #expect(try failed(verified(movedTo: number)).contains(.pcrChoice))
        }
        #expect(try !verified(movedTo: 17, dynamic: true).isGood)
    }

    private func verified(
        movedTo number: UInt8, dynamic: Bool = false, launcher: Bool = true
    ) throws -> LaunchVerifier<SwiftCryptoHash> {
        let boot = try GoldenBoot.shared.get()
        let launch = GoldenBoot.Event(17, 0x502, measured: [1], data: [1])
        let events = boot.events + (dynamic ? [launch] : [])
        var evidence = Evidence()
        evidence.pcr = try #require(PCRIndex(rawValue: UInt32(number)))
        evidence.withoutLauncher = !launcher
        evidence.pcrs = try boot.values(events, launchPCR: Int(number))
        if launcher {
            evidence.firmwareLog = try FirmwareLog(parsing: GoldenBoot.written(events))
            evidence.launcherFiles = boot.files
        }
        return LaunchVerifier(try GoldenBoot.moved(boot.log, to: number), evidence, hashing: SwiftCryptoHash.self)
    }

    @Test func sha1AloneProvesNothingUnlessThatIsSaidToBeEnough() throws {
        let log = try TestLog.launch(banks: [.sha1])
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

    /// What was read under a name is what was loaded under it: a golden file in another's place is none.
    @Test func aFileInTheOthersPlaceIsFound() throws {
        let boot = try GoldenBoot.shared.get()
        let read = boot.events.indices.filter { boot.events[$0].pcr == 9 }
        // The configuration is read first, and twice.
        for first in read.dropFirst(3) {
            for second in read.dropFirst(3) where first != second {
                var happened = boot.events
                happened[first].digests = boot.events[second].digests
                #expect(try !boot.verified(happened, happened: boot.values(happened)).isGood)
            }
        }
    }

    /// Golden files and golden commands, and behind them another load: the last one is what runs.
    @Test func aSecondLoadIsFound() throws {
        let boot = try GoldenBoot.shared.get()
        let place = try #require(
            boot.events.firstIndex { String(decoding: $0.data, as: UTF8.self) == "grub_cmd: boot\0" })
        let loads = boot.events[..<place].filter { $0.pcr == 8 || $0.pcr == 9 }.dropFirst(4)
        for evil in [
            ["multiboot2 /xen.gz x"], ["module2 /vmlinuz root=/dev/sda"],
            ["multiboot2 /xen.gz", "module2 /vmlinuz init=/x"],
        ] {
            var happened = boot.events
            happened.insert(contentsOf: evil.map { ForgeryTests.command($0) }, at: place)
            #expect(try !boot.verified(happened, happened: boot.values(happened)).isGood, "\(evil)")
            // The golden ones once more behind it: which of them was started is not in the log.
            happened.insert(contentsOf: loads, at: place + evil.count)
            #expect(try !boot.verified(happened, happened: boot.values(happened)).isGood, "\(evil)")
        }
    }
}
