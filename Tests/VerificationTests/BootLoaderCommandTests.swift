// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import Verification

@Suite struct BootLoaderCommandTests {
    private func effect(_ text: String) -> BootLoaderCommand.Effect {
        BootLoaderCommand(record: 0, text: Array(text.utf8)).effect
    }

    /// grub-mkimage's own configuration sets variables, whatever their names are; with nothing else it may begin.
    @Test func anAssignmentIsOneWhateverItsName() {
        func mayBeBuiltIn(_ text: String) -> Bool { BootLoaderCommand(record: 0, text: Array(text.utf8)).mayBeBuiltIn }
        for byte in 0x21...0x7E as ClosedRange<UInt8> {
            let character = Unicode.Scalar(byte)
            let isName = character == "_" || character.properties.isAlphabetic || ("0"..."9").contains(character)
            guard character != "=" else { continue }
            #expect(mayBeBuiltIn("\(character)=x") == isName, "\(character)")
            #expect(mayBeBuiltIn("a\(character)b=x") == isName, "\(character)")
        }
        #expect(!mayBeBuiltIn("=x") && !mayBeBuiltIn("a"))
        // What Debian, Fedora and grub-mkstandalone build in.
        for text in [
            "search --file --set=root /x", "search.fs_uuid 1 root", "[ -z x ]", "test -e x", "true", "false", "set a=b",
            "unset a", "export a", "insmod x", "source /x", ". /x", "configfile /x", "normal /x", "regexp --set=a b c",
            "probe --set=a --fs-uuid b", "echo a",
        ] { #expect(mayBeBuiltIn(text), "\(text)") }
        for text in ["rmmod tpm", "write_dword 0 0", "multiboot2 /x", "acpi /x", "menuentry x { }", "sourcex /x"] {
            #expect(!mayBeBuiltIn(text), "\(text)")
        }
    }

    @Test func everyCommandThatWritesIsKnown() {
        for name in [
            "write_byte", "write_word", "write_dword", "outb", "outw", "outl", "wrmsr", "setpci", "loadbios",
            "fakebios",
            "gdbstub", "gdbstub_break", "cmosset", "cmosclean", "fix_video",
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
        for name in [
            "load_env --skip-sig -f /huge", "load_env -f /huge -s", "! load_env -sf /x", "trust --skip-sig /x",
        ] {
            #expect(effect(name) == .readsUnmeasured, "\(name)")
        }
        for name in [
            "load_env", "load_env -f /x saved_entry", "set check=--skip-sig", "[ -s /x ]", "test -s /x",
            "search -s root /x",
        ] {
            #expect(effect(name) == .none)
        }
        for name in ["read_dword 0", "rdmsr 0", "inb 0", "lspci", "insmod tpm", "", " ", "!", "time"] {
            #expect(effect(name) == .none)
        }
    }

    /// Each word of the list of GRUB's commands is either known to do no harm or judged.
    @Test func whatLoadsIsKnown() {
        for name in ["multiboot2 /x", "! multiboot2 /x"] { #expect(effect(name) == .loadsXen) }
        for name in ["module2 /x", "module2 --nounzip /x"] { #expect(effect(name) == .loadsModule) }
        for name in [
            "multiboot", "module", "linux", "linux16", "linuxefi", "initrd", "initrd16", "initrdefi", "chainloader",
            "kfreebsd", "knetbsd",
            "kopenbsd", "legacy_kernel", "legacy_initrd", "xnu_kernel", "xnu_kernel64", "xnu_resume", "appleloader",
            "devicetree", "uki", "ntldr", "freedos", "plan9", "truecrypt", "pxechainloader", "xen_hypervisor",
            "slaunch",
            "slaunch_module",
        ] {
            #expect(effect("\(name) /x") == .loadsAnother, "\(name)")
        }
        #expect(effect("acpi /lcm1.aml") == .loadsTables)
        for option in ["--exclude=DMAR", "--load-only=FACP", "-1", "--no-ebda", "-x DMAR"] {
            #expect(effect("acpi \(option) /lcm1.aml") == .dropsTables)
            #expect(effect("acpi /lcm1.aml \(option)") == .dropsTables)
        }
    }

    /// `serial` writes wherever its port is said to be.
    @Test func aSerialPortMayBeNoAddress() {
        for plain in [
            "", "--unit=0 --speed=115200", "com0", "--speed=9600 --word=8 --parity=no --stop=1", "auto", "efi0",
            "efi1 --speed=9600",
        ] {
            #expect(effect("serial \(plain)") == .none, "\(plain)")
        }
        for address in [
            "--port=0xb2", "-p 0xb2", "--port=mmio,3dfe1000", "mmio,3dfe1000.l --speed=1", "0x3f8", "pci,00:01.0",
            "com9", "efi", "efi0,mmio",
        ] {
            #expect(effect("serial \(address)") == .writesMemory, "\(address)")
        }
    }

    @Test func aTextBeyondEveryConfigurationIsNone() throws {
        let long = String(repeating: "a", count: 1 << 16)
        #expect(
            BootLoaderCommand(
                try event("echo \(long)", measured: "echo \(long)"), in: [.sha256], hashing: SwiftCryptoHash.self)
                == nil)
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

    private func system(_ texts: [String]) -> Result<LoadedSystem, LoadedSystem.Problem> {
        do throws(LoadedSystem.Problem) {
            return .success(
                try LoadedSystem(
                    texts.enumerated().map { BootLoaderCommand(record: $0.offset, text: Array($0.element.utf8)) }))
        } catch {
            return .failure(error)
        }
    }

    private func problem(_ texts: [String]) -> LoadedSystem.Problem? {
        if case .failure(let problem) = system(texts) { problem } else { nil }
    }

    private static let load = [
        "multiboot2 /xen.gz a b c\"d", "\"a b\" c\\\"d", "echo Loading Linux", "module2 /k x", "x",
        "module2 --nounzip /i", "", "boot",
    ]

    @Test func aLoadIsCommandsWithTheirLines() throws {
        let before = ["set a=b", "console=com1", "menuentry x { }", "acpi /lcm1.aml"]
        for texts in [Self.load, before + Self.load, Array(Self.load.dropLast()), Self.load + ["echo", "boot"]] {
            let loaded = try system(texts).get()
            #expect(loaded.images.map(\.command.file) == ["/xen.gz", "/k", "/i"].map { Array($0.utf8) })
            // The line as it was handed over: with the quotes that Xen gets.
            #expect(loaded.xen.commandLine == Array("\"a b\" c\\\"d".utf8))
            #expect(loaded.kernel.commandLine == Array("x".utf8))
        }
        let more = Self.load.dropLast() + ["module2 /policy", "", "boot"]
        #expect(try system(Array(more)).get().images.count == 4)
    }

    /// Whatever else stands from multiboot2 on, wherever: what was loaded cannot be known.
    @Test func nothingElseHasAPlaceInALoad() {
        for other in [
            "[ -s /vmlinuz ]", "cat /i", "module2 /nope/k x", "module2 /nope/k", "multiboot2 /xen.gz", "module /k x",
            "x=y",
            "insmod gzio", "", "linux /k", "time boot", "boot x", "acpi /lcm1.aml", "configfile /x", "set x=y",
        ] {
            for place in 1...Self.load.count {
                var texts = Self.load
                texts.insert(other, at: place)
                #expect(problem(texts) != nil, "\(other) at \(place)")
            }
        }
        #expect(problem([]) == .nothing)
        #expect(problem(["x", "chainloader /x"]) == .another(record: 1))
        #expect(problem(["module2 /k x", "x"] + Self.load) == .another(record: 0))
        #expect(problem(Array(Self.load.prefix(5)) + ["boot"]) == .tooFewModules)
        for nested in ["! ", "time "] {
            for place in [0, 3, 5] {
                var texts = Self.load
                texts[place] = nested + texts[place]
                #expect(problem(texts) == .outOfPlace(record: place))
            }
        }
    }

    /// Words that are part of the file's name are in the command's text and not in the line.
    @Test func everyLineMustBeItsCommands() {
        for place in [1, 4, 6] {
            for line in ["", "other", "a b c\"d x", "x y"] where line != Self.load[place] {
                var texts = Self.load
                texts[place] = line
                #expect(problem(texts) == .line(record: place - 1), "\(line) at \(place)")
            }
            var fewer = Self.load
            fewer.remove(at: place)
            #expect(problem(fewer) == .line(record: place - 1))
        }
        // An initramfs needs no line, and a text of one could be a command that reads.
        #expect(problem(Array(Self.load.prefix(5)) + ["module2 /i x", "x"]) == .line(record: 5))
    }
}
