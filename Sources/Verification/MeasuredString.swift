// SPDX-License-Identifier: Apache-2.0

import Platform

/// What GRUB's tpm module measures into PCR 8: a command, or the command line that it hands over. The event's data is the
/// string with its kind before it; the digest is over the string alone, so only where both agree is it known what was
/// measured (GRUB 2.06, grub-core/commands/tpm.c).
struct MeasuredString {
    enum Kind {
        /// `kernel_cmdline: `: what multiboot2 hands to Xen.
        case kernel
        /// `module_cmdline: `: what module2 hands over, for the first module to the boot domain.
        case module
        /// `grub_cmd: `, or nothing before the command.
        case command
    }

    let kind: Kind
    let text: [UInt8]

    init?<Hash: ContentHash>(_ event: FirmwareLog.Event, hashing: Hash.Type) {
        guard event.pcr == 8, event.type == FirmwareLog.EventType.ipl else { return nil }
        let data = event.data.last == 0 ? event.data.dropLast() : event.data[...]
        let kinds: [(StaticString, Kind)] = [
            ("kernel_cmdline: ", .kernel), ("module_cmdline: ", .module), ("grub_cmd: ", .command), ("", .command),
        ]
        guard let (prefix, kind) = kinds.first(where: { data.starts(with: Line($0.0).bytes) }) else { return nil }
        let text = [UInt8](data.dropFirst(prefix.utf8CodeUnitCount))
        guard event.isOnly(of: HashAlgorithm.allCases.map { Hash.digest($0, of: text) }) else { return nil }
        self.kind = kind
        self.text = text
    }

    /// GRUB's commands that write to memory, ports, registers or other devices' configuration, or let a debugger do so.
    private static let writers: [StaticString] = [
        "write_byte", "write_word", "write_dword", "outb", "outw", "outl", "wrmsr", "setpci", "loadbios", "fakebios",
        "gdbstub",
    ]

    var writesMemory: Bool {
        guard kind == .command else { return false }
        var rest = text[...]
        let command = Self.word(&rest)
        return Self.writers.contains { Line($0).bytes == command }
    }

    /// What Xen gets as its command line; `nil` for what hands it none.
    var xenCommandLine: [UInt8]? {
        switch kind {
        case .kernel: Self.trimmed(text[...])
        case .module: nil
        case .command: arguments(of: ["multiboot2", "multiboot", "xen_hypervisor"])
        }
    }

    var moduleCommandLine: [UInt8]? {
        switch kind {
        case .kernel: nil
        case .module: Self.trimmed(text[...])
        case .command: arguments(of: ["module2", "module", "xen_module"])
        }
    }

    /// What follows the command, its options and the file's name.
    private func arguments(of commands: [StaticString]) -> [UInt8]? {
        var rest = text[...]
        let command = Self.word(&rest)
        guard commands.contains(where: { Line($0).bytes == command }) else { return nil }
        var file = Self.word(&rest)
        while file.starts(with: Line("--").bytes) { file = Self.word(&rest) }
        return file.isEmpty ? nil : Self.trimmed(rest)
    }

    private static func word(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        rest = rest.drop { $0 == UInt8(ascii: " ") }
        let word = [UInt8](rest.prefix { $0 != UInt8(ascii: " ") })
        rest = rest.dropFirst(word.count)
        return word
    }

    /// Without spaces at its ends, which Xen and Linux drop or keep as they like.
    static func trimmed(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let start = text.drop { $0 == UInt8(ascii: " ") }
        return [UInt8](start.reversed().drop { $0 == UInt8(ascii: " ") }.reversed())
    }
}
