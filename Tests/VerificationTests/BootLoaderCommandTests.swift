// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import Verification

@Suite struct BootLoaderCommandTests {
    private func effect(_ text: String) -> BootLoaderCommand.Effect {
        BootLoaderCommand(record: 0, text: Array(text.utf8)).effect
    }

    @Test func everyCommandThatWritesIsKnown() {
        for name in [
            "write_byte", "write_word", "write_dword", "outb", "outw", "outl", "wrmsr", "setpci", "loadbios",
            "fakebios",
            "gdbstub", "gdbstub_break", "cmosset", "cmosclean",
        ] {
            for form in [
                "\(name) 1 2", name, " \(name)  1", "! \(name) 1", "time \(name) 1", "! time \(name) 1",
                "time time \(name)",
            ] {
                #expect(effect(form) == .writesMemory, "\(form)")
            }
            for form in ["echo \(name)", "x\(name) 1", "\(name)x 1", "menuentry \(name) { \(name) 1 }"] {
                #expect(effect(form) == .none, "\(form)")
            }
        }
        for name in ["rmmod tpm", "normal_exit", "time rmmod tpm"] { #expect(effect(name) == .stopsMeasuring) }
        for name in ["read_dword 0", "rdmsr 0", "inb 0", "lspci", "insmod tpm", "", " ", "!", "time"] {
            #expect(effect(name) == .none)
        }
    }

    /// Each word of the list of GRUB's commands is either known to do no harm or judged.
    @Test func whatLoadsIsKnown() {
        for name in ["multiboot2 /x", "multiboot /x", "! multiboot2 /x"] { #expect(effect(name) == .loadsXen) }
        for name in ["module2 /x", "module --nounzip /x"] { #expect(effect(name) == .loadsModule) }
        for name in [
            "linux", "linux16", "linuxefi", "initrd", "initrd16", "initrdefi", "chainloader", "kfreebsd", "knetbsd",
            "kopenbsd", "legacy_kernel", "legacy_initrd", "xnu_kernel", "xnu_kernel64", "xnu_resume", "appleloader",
            "devicetree", "uki", "ntldr", "freedos", "plan9", "truecrypt", "pxechainloader", "xen_hypervisor",
        ] {
            #expect(effect("\(name) /x") == .loadsAnother, "\(name)")
        }
        #expect(effect("acpi /lcm1.aml") == .loadsTables)
        for option in ["--exclude=DMAR", "--load-only=FACP", "-1", "--no-ebda"] {
            #expect(effect("acpi \(option) /lcm1.aml") == .dropsTables)
        }
    }

    @Test func fileAndArgumentsAreBehindTheOptions() {
        let command = BootLoaderCommand(record: 3, text: Array("module2 --nounzip  /a/b.gz  x  y ".utf8))
        #expect(command.file == Array("/a/b.gz".utf8) && command.arguments == Array("x  y".utf8))
        #expect(BootLoaderCommand.baseName(command.file) == Array("b.gz".utf8))
        #expect(BootLoaderCommand(record: 0, text: Array("boot".utf8)).file.isEmpty)
    }

    private func event(_ data: String, measured: String, banks: [HashAlgorithm] = [.sha1, .sha256]) throws
        -> FirmwareLog.Event
    {
        let event = GoldenBoot.Event(8, 0xD, measured: Array(measured.utf8), data: Array(data.utf8))
        return try #require(try FirmwareLog(parsing: GoldenBoot.written([event])).events.first)
    }

    /// Debian's and upstream's prefixes, Red Hat's, none; with and without the zero that ends the text.
    @Test func theTextIsWhatTheDigestIsOf() throws {
        for prefix in [
            "grub_cmd: ", "kernel_cmdline: ", "module_cmdline: ", "grub_cmd ", "grub_kernel_cmdline ", "", "x: ",
        ] {
            for end in ["", "\0"] {
                let event = try event("\(prefix)set pager=1\(end)", measured: "set pager=1")
                let command = BootLoaderCommand(event, in: [.sha1, .sha256], hashing: SwiftCryptoHash.self)
                #expect(command?.text == Array("set pager=1".utf8), "\(prefix)")
            }
        }
        for (data, measured) in [
            ("grub_cmd: echo\0", "write_byte 0 0"), ("grub_cmd: a\0", ""), ("", "a"),
            ("grub_cmd: a\0", "grub_cmd: a\0"),
        ] {
            let event = try event(data, measured: measured)
            #expect(BootLoaderCommand(event, in: [.sha1, .sha256], hashing: SwiftCryptoHash.self) == nil, "\(data)")
        }
    }

    /// One bank of the event may be the attester's; those that are proven must all agree.
    @Test func everyProvenBankMustAgree() throws {
        var event = GoldenBoot.Event(8, 0xD, measured: Array("echo".utf8), data: Array("echo".utf8))
        event.digests[1] = SwiftCryptoHash.digest(.sha256, of: Array("write_byte 0 0".utf8))
        let read = try #require(try FirmwareLog(parsing: GoldenBoot.written([event])).events.first)
        #expect(BootLoaderCommand(read, in: [.sha1], hashing: SwiftCryptoHash.self) != nil)
        #expect(BootLoaderCommand(read, in: [.sha256], hashing: SwiftCryptoHash.self) == nil)
        #expect(BootLoaderCommand(read, in: [.sha1, .sha256], hashing: SwiftCryptoHash.self) == nil)
        #expect(BootLoaderCommand(read, in: [], hashing: SwiftCryptoHash.self) == nil)
    }

    @Test func aQuotedCommandLineIsTheOneOfTheWords() {
        let command = BootLoaderCommand(record: 1, text: Array("multiboot2 /xen.gz a b c\"d".utf8))
        let line = BootLoaderCommand(record: 2, text: Array("\"a b\" c\\\"d".utf8))
        let modules = ["module2 /k x", "module2 /i"].map { BootLoaderCommand(record: 3, text: Array($0.utf8)) }
        #expect(throws: Never.self) {
            let system = try LoadedSystem([command, line] + modules)
            #expect(system.xen.commandLine == line.text)
            #expect(system.kernel.commandLine == Array("x".utf8))
        }
        #expect(throws: LoadedSystem.Problem.tooFewModules) { try LoadedSystem([command, line, modules[0]]) }
        #expect(throws: LoadedSystem.Problem.nothing) { try LoadedSystem([line]) }
        #expect(throws: LoadedSystem.Problem.twice(record: 3)) { try LoadedSystem(modules + [command]) }
        #expect(throws: LoadedSystem.Problem.twice(record: 1)) { try LoadedSystem([command] + modules + [command]) }
    }
}
