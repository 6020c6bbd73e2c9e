// SPDX-License-Identifier: Apache-2.0

import LogReading
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// The files that were measured, each in its place, and commands in theirs.
extension LauncherDemandTests {
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
        let loaderless = try boot.verified(boot.events, happened: boot.values(boot.events)) {
            $0.launcherFiles.removeAll { !$0.imageDigests.isEmpty }
        }
        #expect(loaderless.checks.first { $0.code == .loader }?.pcr == 4)
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

    /// A pin is measured before DomB: it says which LCM was launched where no table does. Without one it is somebody's word.
    @Test func theLCMIsTheOneThatTheCommandLinePins() throws {
        let boot = try GoldenBoot.shared.get()
        let lcm = try #require(LogContent(boot.log).lcm)
        let other = SwiftCryptoHash.digest(.sha256, of: [8])
        for (word, status) in [
            (" domb.lcm=sha256:\(hexadecimal(lcm.bytes))", .ok), ("", .warning),
            (" domb.lcm=sha256:\(hexadecimal(other.bytes))", .warning),
        ] as [(String, Check.Status)] {
            let log = try GoldenBoot.asked(boot.log, word)
            let events = boot.events(asked: word)
            var evidence = Evidence()
            evidence.pcrs = try boot.values(events, launch: LogReplay(log, hashing: SwiftCryptoHash.self))
            evidence.firmwareLog = try FirmwareLog(parsing: GoldenBoot.written(events))
            evidence.launcherFiles = boot.files
            let verifier = LaunchVerifier(log, evidence, hashing: SwiftCryptoHash.self)
            #expect(verifier.checks.filter { $0.code == .module }.map(\.status) == [status], "\(word)")
            #expect(failed(verifier) == (word.isEmpty || status == .ok ? [] : [.pin]))
        }
    }

    /// EV_NO_ACTION is no part of any PCR: whatever it says, nothing was measured.
    @Test(arguments: [2, 4, 8, 9] as [UInt32]) func whatExtendsNothingIsNoEvent(pcr: UInt32) throws {
        let boot = try GoldenBoot.shared.get()
        let told = boot.events + [GoldenBoot.Event(pcr, 3, measured: [1], data: Array("grub_cmd: rmmod tpm\0".utf8))]
        #expect(try boot.verified(told, happened: boot.values(boot.events)).isGood)
    }

    /// A verifier reads what was compared, not only what was wrong.
    @Test func bothCommandLinesAreSaidToBeThoseOfTheFiles() throws {
        let boot = try GoldenBoot.shared.get()
        let told = try boot.verified(boot.events, happened: boot.values(boot.events)).checks.filter {
            $0.code == .commandLine && $0.status != .failed
        }
        #expect(told.count == 2)
    }

    /// A hundred files are named, and of more the number is told.
    @Test func everyFileThatWasReadIsNamedUpToAHundred() throws {
        let boot = try GoldenBoot.shared.get()
        let start = try #require(boot.events.firstIndex { $0.pcr == 9 })
        for (count, more) in [(99, nil), (100, nil), (101, " and 1 more"), (102, " and 2 more")] as [(Int, String?)] {
            let contents = (0..<count).map { [UInt8(8), UInt8($0)] }
            let happened =
                boot.events[..<start]
                + contents.map { GoldenBoot.Event(9, 0xD, measured: $0, data: Array("/\($0[1]).mod\0".utf8)) }
                + boot.events[start...]
            let verifier = try boot.verified(Array(happened), happened: boot.values(Array(happened))) {
                $0.launcherModules = contents.map {
                    LauncherFile(name: "\($0[1]).mod", content: $0, hashing: SwiftCryptoHash.self)
                }
            }
            let told = verifier.checks.map(\.text).first { $0.hasPrefix("of the folders given were read") }
            #expect(try #require(told).hasSuffix(more ?? ".mod"), "\(count)")
        }
    }

    /// Of several tables that Xen was not given the first is named.
    @Test func aTableThatXenWasNotGivenIsNamed() throws {
        let boot = try GoldenBoot.shared.get()
        // A header of 36 bytes, whose OEM table id is at 16.
        let table = [UInt8](repeating: 0, count: 16) + Array("DOMB-LCM".utf8) + [UInt8](repeating: 0, count: 12)
        let others = ["a.aml", "b.aml"].map { LauncherFile(name: $0, content: table, hashing: SwiftCryptoHash.self) }
        let verifier = try boot.verified(boot.events, happened: boot.values(boot.events)) {
            $0.launcherFiles += others
        }
        let told = verifier.checks.filter { $0.code == .module && $0.status == .failed }.map(\.text)
        #expect(told == ["a.aml: no command of PCR 8 gave this table to Xen"])
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

    /// Of GRUB's own modules those whose commands write into memory or devices: none is read without being wanted.
    @Test(arguments: ["memrw", "iorw", "wrmsr", "setpci", "loadbios", "gdb", "cmostest", "normal"])
    func aModuleThatWritesIsTold(_ name: String) throws {
        let boot = try GoldenBoot.shared.get()
        let module = LauncherFile(name: "/boot/grub/\(name).mod", content: [8], hashing: SwiftCryptoHash.self)
        let start = try #require(boot.events.firstIndex { $0.pcr == 9 })
        var happened = boot.events
        happened.insert(GoldenBoot.Event(9, 0xD, measured: [8], data: Array("/\(name).mod\0".utf8)), at: start)
        let verifier = try boot.verified(happened, happened: boot.values(happened)) { $0.launcherModules = [module] }
        #expect(verifier.isGood == (name == "normal"))
        #expect(
            verifier.checks.contains { $0.status == .failed && $0.text.contains("\(name).mod") } == !verifier.isGood)
    }

    /// What the log calls an event is shown where it is text, and nothing else of it.
    @Test func anEventsDataIsShownWhereItIsText() throws {
        let boot = try GoldenBoot.shared.get()
        for (byte, isShown) in [
            (0x1F, false), (0x20, true), (0x7E, true), (0x7F, false), (0x1B, false), (0xFF, false),
        ] as [(UInt8, Bool)] {
            let happened = boot.events + [GoldenBoot.Event(9, 0xD, measured: [1], data: Array("evil".utf8) + [byte])]
            let verifier = try boot.verified(happened, happened: boot.values(happened))
            let told = verifier.checks.filter { $0.code == .unexplained && $0.status == .failed }.map(\.text)
            #expect(told.count == 1 && told[0].contains("the log calls it") == isShown, "\(byte): \(told)")
        }
    }

    /// For programs: whatever names a PCR in words has its number.
    @Test func whatNamesAPCRHasItsNumber() throws {
        let boot = try GoldenBoot.shared.get()
        let place = try #require(
            boot.events.firstIndex { String(decoding: $0.data, as: UTF8.self) == "grub_cmd: boot\0" })
        let cases: [[String]] = [
            ["write_dword 0 0"], ["frobnicate"], ["load_env -s -f /x"], ["rmmod tpm"], ["acpi --exclude=MSDM"],
            ["chainloader /x"], ["multiboot2 /xen.gz x"],
        ]
        for commands in cases {
            for hasConfiguration in [true, false] {
                var happened = boot.events
                happened.insert(contentsOf: texts(commands), at: place)
                let verifier = try boot.verified(happened, happened: boot.values(happened)) { evidence in
                    if !hasConfiguration { evidence.launcherFiles.removeAll { $0.name.hasSuffix("cfg") } }
                }
                for check in verifier.checks where check.text.hasPrefix("PCR ") {
                    let number = UInt8(check.text.dropFirst(4).prefix { $0.isNumber })
                    #expect(check.pcr == number, "\(check.text)")
                }
            }
        }
    }
}
