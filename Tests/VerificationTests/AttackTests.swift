// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// Boots on which the verifier's word was once better than it may be.
@Suite struct AttackTests {
    typealias Event = GoldenBoot.Event

    private func failed(_ verifier: LaunchVerifier<SwiftCryptoHash>) -> [Check.Code] {
        verifier.checks.filter { $0.status == .failed }.map(\.code)
    }

    private func load(_ boot: GoldenBoot) throws -> Int {
        try #require(boot.events.firstIndex { $0.data.starts(with: Array("grub_cmd: multiboot2".utf8)) })
    }

    /// Harmless by its text, and typed: it may have served to use the boot loader's memory up.
    @Test func aCommandThatTheConfigurationDoesNotHaveThereIsFound() throws {
        let boot = try GoldenBoot.shared.get()
        let place = try load(boot)
        for text in [
            "set pager=0", "true", "insmod gzio", "echo START", "set a=" + String(repeating: "a", count: 3000),
            "menuentry x { }",
            "acpi /lcm1.aml",
        ] {
            var happened = boot.events
            happened.insert(ForgeryTests.command(text), at: place)
            #expect(try failed(boot.verified(happened, happened: boot.values(happened))) == [.commands], "\(text)")
            // Whatever is told in its place.
            let values = try boot.values(happened)
            happened[place] = happened[place].relabelled(4, [0, 0, 0, 0])
            #expect(try !boot.verified(happened, happened: values).isGood)
        }
    }

    /// A GRUB with a configuration in its own image looks for the one on the disk; nobody has a file of it.
    @Test func theBootLoadersOwnConfigurationComesFirstAndIsShort() throws {
        let boot = try GoldenBoot.shared.get()
        let place = try #require(boot.events.firstIndex { $0.pcr == 8 })
        func verified(_ texts: [String]) throws -> [Check.Code] {
            var happened = boot.events
            happened.insert(contentsOf: texts.map { ForgeryTests.command($0) }, at: place)
            return try failed(boot.verified(happened, happened: boot.values(happened)))
        }
        let own = ["[ -z (hd0)/EFI -o ! -e (hd0)/EFI ]", "search --file --set=root /x", "source (hd0)/EFI/grub.cfg"]
        #expect(try verified(own).isEmpty)
        #expect(try verified(own + ["menuentry x { }"]) == [.commands])
        #expect(try verified((0..<40).map { "set a\($0)=x" }) == [.commands])
        #expect(try verified(["set a=" + String(repeating: "a", count: 5000)]) == [.commands])
    }

    /// Where no file says what the boot loader was to run, it is a warning, and little may have run.
    @Test func withoutAConfigurationOnlyFewHarmlessCommandsPass() throws {
        let boot = try GoldenBoot.untold.get()
        let place = try load(boot)
        func verified(_ texts: [String]) throws -> LaunchVerifier<SwiftCryptoHash> {
            var happened = boot.events
            happened.insert(contentsOf: texts.map { ForgeryTests.command($0) }, at: place)
            return try boot.verified(happened, happened: boot.values(happened))
        }
        let honest = try verified(["set pager=0", "insmod part_gpt", "x=y", "search.fs_uuid 1 root", "recordfail"])
        #expect(honest.isGood)
        let warned = honest.checks.filter { $0.subject == .launcher && $0.status == .warning }.map(\.code)
        #expect(warned == [.commands, .commandLine, .commandLine, .module])
        for text in [
            "plainmount hd0 -o x", "efi-load-env x", "connectefi all", "cutmem 1M 2M", "append_something", "nativedisk",
            "loadvariable x", "fwload /x.efi", "load_env --skip-sig -f (hd1,msdos1)/huge", "exit", "a-b=c", "=c",
        ] { #expect(try failed(verified([text])) == [.commands], "\(text)") }
        for text in ["slaunch", "slaunch_module /evil"] { #expect(try failed(verified([text])) == [.bootSystem]) }
        #expect(try failed(verified((0..<600).map { "set a\($0)=x" })) == [.commands])
        let full = try verified((0..<600).map { "set a\($0)=x" }).checks.filter { $0.status == .failed }
        #expect(full.map(\.pcr) == [8] && full[0].text.hasPrefix("PCR 8: "))
        let large = "set a=" + String(repeating: "a", count: 30000)
        #expect(try failed(verified([large, large, large, large, large])) == [.commands])
    }

    /// The same boot with other words, which the log tells as they were.
    private func verified(
        _ boot: GoldenBoot, xen: String = "", bootDomain: String = "",
        _ change: (inout Evidence, LogReplay) -> Void = { _, _ in }
    ) throws -> LaunchVerifier<SwiftCryptoHash> {
        var recorder = Recorder<SwiftCryptoHash>(pcr: .standard, banks: boot.log.banks)
        for record in boot.log.records {
            guard case .event(var event, _) = record.content else { continue }
            if case .cap = event { continue }
            if case .identity(var identity) = event {
                identity.commandLine += Array(bootDomain.utf8)
                identity.xenCommandLine += Array(xen.utf8)
                event = .identity(identity)
            }
            _ = recorder.record(event)
        }
        _ = recorder.recordCap(launchFailed: false)
        let log = try EventLogReader(parsing: recorder.log.bytes)
        let replay = LogReplay(log, hashing: SwiftCryptoHash.self)
        let events = boot.events.map { event in
            let text = String(decoding: event.data, as: UTF8.self)
            let isXen = text.hasPrefix("grub_cmd: multiboot2") || text.hasPrefix("kernel_cmdline: ")
            let isKernel = text.hasPrefix("grub_cmd: module2 /vmlinuz") || text.hasPrefix("module_cmdline: console")
            guard isXen || isKernel, let colon = text.firstIndex(of: ":") else { return event }
            let told = text[text.index(colon, offsetBy: 2)...].dropLast() + (isXen ? xen : bootDomain)
            return Event(8, 0xD, measured: Array(told.utf8), data: Array("\(text[..<colon]): \(told)\0".utf8))
        }
        var evidence = Evidence()
        evidence.pcrs = try boot.values(events, launch: replay)
        evidence.firmwareLog = try FirmwareLog(parsing: GoldenBoot.written(events))
        evidence.launcherFiles = boot.files
        change(&evidence, replay)
        return LaunchVerifier(log, evidence, hashing: SwiftCryptoHash.self)
    }

    /// Typed words are in the log and in PCR 8: both are the attester's.
    @Test func commandLinesAreTheVerifiersWord() throws {
        let (golden, untold) = (try GoldenBoot.shared.get(), try GoldenBoot.untold.get())
        #expect(try verified(golden).isGood)
        #expect(try verified(untold).isGood)
        for words in [" sysctl.kernel.core_pattern=|/x", " earlycon=uart,mmio,0x1000", " nosmp"] {
            #expect(try failed(verified(golden, bootDomain: words)) == [.commandLine], "\(words)")
            #expect(try failed(verified(untold, bootDomain: words)) == [.commandLine], "\(words)")
            // Who predicted it knows of it.
            let predicted = try verified(untold, bootDomain: words) { evidence, replay in
                evidence.expected = [ExpectedLaunch(source: "x", pcr: 11, values: replay.values)]
            }
            #expect(predicted.isGood)
        }
        #expect(try failed(verified(golden, xen: " iommu=off")) == [.commands, .commandLine])
        #expect(try failed(verified(untold, xen: " iommu=off")) == [.commandLine])
    }

    @Test func aWordThatHasSomethingElseRunIsRefusedWhoeverWantsIt() throws {
        let boot = try GoldenBoot.untold.get()
        for (xen, bootDomain) in [
            (" gdb=com1", ""), (" -- rdinit=/x", ""), ("", " rdinit=/none root=/dev/sda1 init=/evil"),
            ("", " acpi_rsdp=0x10"),
        ] {
            let verifier = try verified(boot, xen: xen, bootDomain: bootDomain) { evidence, replay in
                evidence.expected = [ExpectedLaunch(source: "x", pcr: 11, values: replay.values)]
                evidence.withoutLauncher = true
            }
            #expect(failed(verifier) == [.commandLineWords])
        }
    }

    /// A file may consist of the bytes that an image is measured by, and firmware measures no file as it is.
    @Test func aFileIsNoImageAndAnImageNoFile() throws {
        let boot = try GoldenBoot.shared.get()
        let files = boot.files.map { file in
            file.name == "esp/vmlinuz"
                ? LauncherFile(name: file.name, content: GoldenBoot.image.bytes, hashing: SwiftCryptoHash.self) : file
        }
        for (measured, isGood) in [(GoldenBoot.image.bytes, true), (GoldenBoot.image.hashed, false)] {
            let happened = boot.events.map { event in
                event.data == Array("/vmlinuz\0".utf8) ? Event(9, 0xD, measured: measured, data: event.data) : event
            }
            let verifier = try boot.verified(happened, happened: boot.values(happened)) {
                $0.launcherFiles =
                    files.filter { $0.name != "esp/BOOTX64.EFI" } + boot.files.filter { $0.name == "esp/BOOTX64.EFI" }
            }
            #expect(verifier.isGood == isGood)
        }
        for file in boot.files {
            let content = file.name == "esp/BOOTX64.EFI" ? GoldenBoot.image.bytes : Array(GoldenBoot.configuration.utf8)
            let happened = boot.events + [Event(4, 0x8000_0003, measured: content, data: [9])]
            #expect(try failed(boot.verified(happened, happened: boot.values(happened))) == [.unexplained])
        }
    }

    @Test func aDriverThatIsAmongTheFilesIsGood() throws {
        let boot = try GoldenBoot.shared.get()
        let image = try #require(PortableExecutable(UnifiedImageTests.image([(".text", [1])])))
        let file = LauncherFile(
            name: "driver.efi", content: UnifiedImageTests.image([(".text", [1])]), hashing: SwiftCryptoHash.self)
        var driver = Event(2, 0x8000_0004, measured: [], data: [0, 0, 0, 0])
        driver.digests = GoldenBoot.banks.map { image.digest($0, hashing: SwiftCryptoHash.self) }
        let happened = boot.events + [driver]
        let values = try boot.values(happened)
        #expect(try boot.verified(happened, happened: values) { $0.launcherFiles.append(file) }.isGood)
        let compared = try boot.verified(happened, happened: values) {
            $0.launcherFiles.append(file)
            $0.baseline = values
        }
        #expect(compared.isGood)
        #expect(try failed(boot.verified(happened, happened: values)) == [.unexplained])
        #expect(
            try failed(boot.verified(boot.events, happened: boot.values(boot.events)) { $0.launcherFiles.append(file) })
                == [.launcherFile])
    }

    /// Which module it was, and what to do.
    @Test func aModuleThatIsReadBetweenTheLoadsIsNamed() throws {
        let boot = try GoldenBoot.shared.get()
        let place = try #require(boot.events.firstIndex { $0.data == Array("/vmlinuz\0".utf8) })
        var happened = boot.events
        happened.insert(Event(9, 0xD, measured: [8], data: Array("/gzio.mod\0".utf8)), at: place)
        let verifier = try boot.verified(happened, happened: boot.values(happened)) {
            $0.launcherModules = [LauncherFile(name: "gzio.mod", content: [8], hashing: SwiftCryptoHash.self)]
        }
        let texts = verifier.checks.filter { $0.status == .failed }.map(\.text)
        #expect(
            texts.count == 1 && texts.allSatisfy { $0.contains("gzio.mod between; have it read before multiboot2") })
    }
}
