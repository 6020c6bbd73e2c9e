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

    /// DomB measures where its command line says: a log of another PCR is none of DomB's, whoever asks for it.
    @Test func aLogIsOfThePCRThatItsCommandLineNames() throws {
        let log = try TestLog.fixture()
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

    private func texts(_ commands: [String]) -> [GoldenBoot.Event] { commands.map { ForgeryTests.command($0) } }

    private func read(_ name: String) throws -> GoldenBoot.Event {
        let boot = try GoldenBoot.shared.get()
        return try #require(boot.events.last { $0.pcr == 9 && $0.data == Array("\(name)\0".utf8) })
    }

    /// Golden files and golden texts, and behind them another load: the last one is what runs.
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
            happened.insert(contentsOf: texts(evil), at: place)
            #expect(try !boot.verified(happened, happened: boot.values(happened)).isGood, "\(evil)")
            // The golden ones once more behind it: which of them was started is not in the log.
            happened.insert(contentsOf: loads, at: place + evil.count)
            #expect(try !boot.verified(happened, happened: boot.values(happened)).isGood, "\(evil)")
        }
    }

    /// For programs, which read no texts: each fault is of the PCR whose events show it.
    @Test func everyFaultOfTheLauncherNamesItsPCR() throws {
        let boot = try GoldenBoot.shared.get()
        let faults: [(GoldenBoot.Event, [Check.Code: UInt8])] = [
            (ForgeryTests.command("multiboot2 /xen.gz"), [.bootSystem: 8]),
            (ForgeryTests.command("write_dword 0 0"), [.commands: 8, .bootSystem: 8]),
            (GoldenBoot.Event(9, 0xD, measured: [1], data: [1]), [.unexplained: 9]),
            (GoldenBoot.Event(4, 0xD, measured: [1], data: [1]), [.unexplained: 4]),
            (GoldenBoot.Event(2, 0xD, measured: [1], data: [1]), [.unexplained: 2]),
            (try read("/initrd.gz"), [.bootSystem: 9]),
        ]
        for (event, expected) in faults {
            let happened = boot.events + [event]
            let verifier = try boot.verified(happened, happened: boot.values(happened))
            var found: [Check.Code: UInt8] = [:]
            for check in verifier.checks where check.status == .failed { found[check.code] = check.pcr }
            #expect(found == expected, "\(event.data)")
        }
    }

    /// A golden load that fails (its file is not there) and is told all the same, an evil one behind it, and the golden files
    /// read once more by looking at them.
    @Test func aGoldenLoadThatFailedIsNone() throws {
        let boot = try GoldenBoot.shared.get()
        let kernel = try #require(
            boot.events.firstIndex { String(decoding: $0.data, as: UTF8.self).hasPrefix("grub_cmd: module2 /vmlinuz") })
        let line = "console=hvc0 rdinit=/init panic=5 quiet"
        let evil = "rdinit=/none root=/dev/sda1 init=/evil"
        let (vmlinuz, initrd) = (try read("/vmlinuz"), try read("/initrd.gz"))
        let loads =
            texts(["module2 /vmlinuz \(evil)", evil]) + [vmlinuz] + texts(["module2 --nounzip /initrd.gz", ""]) + [
                initrd
            ]
        for failed in [
            ["module2 /nope/vmlinuz \(line)", line], ["module /vmlinuz \(line)", line],
            ["module2  /vmlinuz \(line)", line],
        ] {
            for looked in [[], texts(["[ -s /vmlinuz ]"]) + [vmlinuz] + texts(["[ -s /initrd.gz ]"]) + [initrd]] {
                for order in [texts(failed) + looked + loads, texts(failed) + loads + looked] {
                    let happened = boot.events[..<kernel] + order + texts(["boot"])
                    #expect(try !boot.verified(Array(happened), happened: boot.values(Array(happened))).isGood)
                }
            }
        }
    }

    /// A kernel is a program that firmware can start, too.
    @Test func whatWasLoadedIsNoBootLoader() throws {
        let boot = try GoldenBoot.shared.get()
        let kernel = GoldenBoot.image
        var files = boot.files
        for (index, file) in files.enumerated() where file.name.hasSuffix("vmlinuz") {
            files[index] = LauncherFile(name: file.name, content: kernel.bytes, hashing: SwiftCryptoHash.self)
        }
        // The loader's events are the kernel's: GRUB never ran.
        files.removeAll { $0.name.hasSuffix("BOOTX64.EFI") }
        let whole = GoldenBoot.Event(9, 0xD, measured: kernel.bytes, data: Array("/vmlinuz\0".utf8))
        let happened = try boot.events.map { $0 == (try read("/vmlinuz")) ? whole : $0 }
        let verifier = try boot.verified(happened, happened: boot.values(happened)) { $0.launcherFiles = files }
        #expect(failed(verifier) == [.loader, .unexplained])
    }

    /// The LCM comes by a table that GRUB gave to Xen: reading it, or giving Xen something else, is not enough.
    @Test func onlyATableThatWasGivenToXenIsASource() throws {
        let boot = try GoldenBoot.shared.get()
        for text in ["cat /lcm1.aml", "acpi /boot/grub/grub.cfg"] {
            let happened = boot.events.map { event in
                String(decoding: event.data, as: UTF8.self) == "grub_cmd: acpi /lcm1.aml\0"
                    ? ForgeryTests.command(text) : event
            }
            #expect(
                try failed(boot.verified(happened, happened: boot.values(happened))) == [.commands, .module], "\(text)")
        }
    }

    /// What was read in between, or behind the load, could have been anything's place.
    @Test func theLoadedFilesAreTheLastThatAreRead() throws {
        let boot = try GoldenBoot.shared.get()
        let module = LauncherFile(name: "x.mod", content: [8], hashing: SwiftCryptoHash.self)
        let start = try #require(boot.events.firstIndex { $0.pcr == 9 })
        let xen = try #require(boot.events.firstIndex(of: read("/xen.gz")))
        for place in start...boot.events.count {
            var happened = boot.events
            happened.insert(GoldenBoot.Event(9, 0xD, measured: [8], data: Array("/x.mod\0".utf8)), at: place)
            let verifier = try boot.verified(happened, happened: boot.values(happened)) {
                $0.launcherModules = [module]
            }
            #expect(verifier.isGood == (place <= xen), "place \(place)")
        }
        for name in ["/xen.gz", "/vmlinuz", "/initrd.gz"] {
            let happened = try boot.events[..<start] + [read(name)] + boot.events[start...]
            #expect(try failed(boot.verified(Array(happened), happened: boot.values(Array(happened)))) == [.bootSystem])
        }
    }
}
