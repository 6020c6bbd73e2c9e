// SPDX-License-Identifier: Apache-2.0

import Platform

extension BootLoaderCommand {
    /// One that can neither start, write nor read anything that matters and is not measured. Where no configuration tells
    /// what GRUB was to run, every other one is unproven: also what a newer GRUB, or a function, is called by.
    var isHarmless: Bool {
        switch effect {
        case .none: mayBeBuiltIn || Self.isOne(name, of: Self.harmless)
        case .loadsTables, .loadsXen, .loadsModule, .loadsAnother: true
        case .writesMemory, .stopsMeasuring, .readsUnmeasured, .dropsTables: false
        }
    }

    /// What a configuration inside the boot loader's own image consists of: it looks for the one on the disk.
    var mayBeBuiltIn: Bool {
        guard effect == .none else { return false }
        return Self.isOne(name, of: Self.builtIn) || isAssignment || name.starts(with: Line("search").bytes)
    }

    /// `name=value`
    private var isAssignment: Bool {
        guard let equals = name.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { return false }
        return name[..<equals].allSatisfy { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
    }

    private static let builtIn: [StaticString] = [
        "[", "test", "true", "false", "set", "unset", "export", "insmod", "source", ".", "configfile", "normal",
        "regexp",
        "probe", "echo",
    ]

    /// Those of GRUB, and the functions that Debian's and Fedora's grub-mkconfig writes.
    private static let harmless: [StaticString] = [
        "boot", "menuentry", "submenu", "hiddenentry", "setparams", "load_env", "save_env", "loadfont", "gfxmode",
        "load_video", "recordfail", "savedefault", "save_default", "initrdfail", "terminal_output", "terminal_input",
        "terminfo", "serial", "play", "clear", "sleep", "background_image", "background_color", "keymap", "return",
        "break", "continue", "shift", "cpuid", "smbios", "date", "password", "password_pbkdf2", "authenticate",
        "blscfg",
        "increment", "videoinfo", "lsmod", "ls", "cat", "gettext", "",
    ]
}
