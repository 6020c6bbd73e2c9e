// SPDX-License-Identifier: Apache-2.0

import Platform

/// What GRUB's tpm module measures into PCR 8: each command before it runs, its words joined by spaces; and each command
/// line that it hands over. The event's data is that text with a prefix that nobody measured, which differs between GRUBs
/// ("grub_cmd: ", "kernel_cmdline: ", "grub_cmd "). So which of the two a text is cannot be known, and every text is
/// judged as a command (GRUB 2.06, grub-core/commands/tpm.c and grub-core/script/execute.c). Red Hat's measures the zero at
/// the text's end, too (tpm2-tools, pull request 2303).
struct BootLoaderCommand {
    enum Effect: Equatable {
        case none
        /// Writes to memory, ports, registers or other devices' configuration, or lets a debugger do so.
        case writesMemory
        /// What follows is not measured.
        case stopsMeasuring
        /// Reads a file that is not measured.
        case readsUnmeasured
        /// Takes the firmware's own ACPI tables away.
        case dropsTables
        /// Adds ACPI tables to them.
        case loadsTables
        case loadsXen
        case loadsModule
        /// Loads what is not Xen by multiboot2.
        case loadsAnother
    }

    /// The event's, counted over the whole log.
    let record: Int
    let text: [UInt8]
    /// The command's, behind `!` and `time`.
    let name: [UInt8]
    let effect: Effect
    /// Behind `!` or `time`, neither of which is measured again with what it runs.
    let isNested: Bool
    /// What is printed.
    let isEcho: Bool
    /// Starts what was loaded.
    let isBoot: Bool
    /// The file that it names first; empty without one.
    let file: [UInt8]
    /// What follows the file, without spaces at its ends.
    let arguments: [UInt8]

    /// Longer than any command of a configuration: what does not fit into memory may not be measured.
    private static let limit = 1 << 16

    /// `nil` where the digests are of no text that the event tells.
    init?<Hash: ContentHash>(_ event: FirmwareLog.Event, in banks: [HashAlgorithm], hashing: Hash.Type) {
        guard event.data.count <= Self.limit else { return nil }
        let text = event.data.last == 0 ? event.data.dropLast() : event.data[...]
        // A prefix is short, and a space ends it.
        let starts = [text.startIndex] + text.prefix(40).indices.filter { text[$0] == UInt8(ascii: " ") }.map { $0 + 1 }
        let start = starts.first { start in
            [[], [0]].contains { event.isOf([UInt8](text[start...]) + $0, in: banks, hashing: Hash.self) }
        }
        guard let start else { return nil }
        self.init(record: event.number, text: [UInt8](text[start...]))
    }

    init(record: Int, text: [UInt8]) {
        self.record = record
        self.text = text
        var rest = text[...]
        var command = Self.word(&rest)
        var isNested = false
        while Self.isOne(command, of: ["!", "time"]) {
            isNested = true
            command = Self.word(&rest)
        }
        self.isNested = isNested
        name = command
        isEcho = !isNested && Self.isOne(command, of: ["echo"])
        isBoot = !isNested && Self.isOne(command, of: ["boot"]) && Self.trimmed(rest).isEmpty
        effect = Self.effect(command, rest)
        var file = Self.word(&rest)
        while file.first == UInt8(ascii: "-") { file = Self.word(&rest) }
        self.file = file
        arguments = Self.trimmed(rest)
    }

    private static func effect(_ command: [UInt8], _ words: ArraySlice<UInt8>) -> Effect {
        let words = words.split(separator: UInt8(ascii: " "))
        if isOne(command, of: writers) { return .writesMemory }
        if isOne(command, of: ["serial"]) {
            return words.allSatisfy { isPlainPort([UInt8]($0)) } ? .none : .writesMemory
        }
        if isOne(command, of: ["rmmod", "normal_exit", "loopback"]) { return .stopsMeasuring }
        if isOne(command, of: ["load_env", "list_env", "trust", "verify_detached"]),
            words.contains(where: skipsSignature)
        {
            return .readsUnmeasured
        }
        // GRUB takes options before and behind the file.
        if isOne(command, of: ["acpi"]) {
            return words.contains { $0.first == UInt8(ascii: "-") } ? .dropsTables : .loadsTables
        }
        if isOne(command, of: ["multiboot2"]) { return .loadsXen }
        if isOne(command, of: ["module2"]) { return .loadsModule }
        return isOne(command, of: loaders) ? .loadsAnother : .none
    }

    /// A file whose signature is not to be checked passes by everything that looks at files: -s, also among others.
    private static func skipsSignature(_ word: ArraySlice<UInt8>) -> Bool {
        if word.starts(with: Line("--").bytes) { return word.elementsEqual(Line("--skip-sig").bytes) }
        return word.first == UInt8(ascii: "-") && word.contains(UInt8(ascii: "s"))
    }

    /// `serial` programs whatever port, or address in memory, it is given (`--port=mmio,...`).
    private static func isPlainPort(_ word: [UInt8]) -> Bool {
        let options: [StaticString] = ["--unit=", "--speed=", "--word=", "--parity=", "--stop="]
        let ports: [StaticString] = ["com0", "com1", "com2", "com3", "efi0", "efi1", "efi2", "efi3", "auto"]
        return options.contains { word.starts(with: Line($0).bytes) } || isOne(word, of: ports)
    }

    private static let writers: [StaticString] = [
        "write_byte", "write_word", "write_dword", "outb", "outw", "outl", "wrmsr", "setpci", "loadbios", "fakebios",
        "gdbstub", "gdbstub_break", "cmosset", "cmosclean", "fix_video",
    ]

    /// The modules whose commands those are: one that was read was wanted.
    static let writingModules: [StaticString] = [
        "memrw.mod", "iorw.mod", "wrmsr.mod", "setpci.mod", "loadbios.mod", "gdb.mod", "cmostest.mod",
    ]

    /// Every other command of GRUB 2.06 to 2.14 after which `boot` starts something.
    private static let loaders: [StaticString] = [
        "multiboot", "module", "linux", "linux16", "linuxefi", "initrd", "initrd16", "initrdefi", "chainloader",
        "xen_hypervisor",
        "xen_module", "appleloader", "kfreebsd", "knetbsd", "kopenbsd", "kfreebsd_module", "kfreebsd_module_elf",
        "knetbsd_module", "knetbsd_module_elf", "kopenbsd_ramdisk", "legacy_kernel", "legacy_initrd",
        "legacy_initrd_nounzip", "ntldr", "freedos", "plan9", "truecrypt", "pxechainloader", "devicetree", "uki",
        "slaunch", "slaunch_module",
        "xnu_kernel", "xnu_kernel64", "xnu_kext", "xnu_kextdir", "xnu_mkext", "xnu_ramdisk", "xnu_resume",
    ]

    static func isOne(_ word: [UInt8], of words: [StaticString]) -> Bool {
        words.contains { Line($0).bytes == word }
    }

    private static func word(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        rest = rest.drop { $0 == UInt8(ascii: " ") }
        let word = [UInt8](rest.prefix { $0 != UInt8(ascii: " ") })
        rest = rest.dropFirst(word.count)
        return word
    }

    /// Without spaces at its ends, which Xen and Linux drop or keep as they like.
    static func trimmed(_ text: some BidirectionalCollection<UInt8>) -> [UInt8] {
        let start = text.drop { $0 == UInt8(ascii: " ") }
        return [UInt8](start.reversed().drop { $0 == UInt8(ascii: " ") }.reversed())
    }

    /// What stands behind the last slash.
    static func baseName(_ path: [UInt8]) -> [UInt8] {
        [UInt8](path.reversed().prefix { $0 != UInt8(ascii: "/") }.reversed())
    }

    /// The words as GRUB joins them for a command, from a command line, in which it quotes them
    /// (grub_create_loader_cmdline): without quotes, and without the backslash before a character.
    static func unquoted(_ line: [UInt8]) -> [UInt8] {
        var words: [UInt8] = []
        var isEscaped = false
        for byte in line {
            if !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                if isEscaped || byte != UInt8(ascii: "\"") { words.append(byte) }
                isEscaped = false
            }
        }
        return words
    }
}
