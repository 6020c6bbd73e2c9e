// SPDX-License-Identifier: Apache-2.0

import Platform

/// What words of Xen's and of the boot domain's command line can do (Xen, docs/misc/xen-command-line.pandoc; Linux,
/// Documentation/admin-guide/kernel-parameters.txt).
enum CommandLineWords {
    /// Without quotes, which both drop, and parted at white space.
    static func words(_ line: [UInt8]) -> [[UInt8]] {
        line.filter { $0 != UInt8(ascii: "\"") }.split { $0 == 0x20 || (9...13).contains($0) }.map { [UInt8]($0) }
    }

    /// The first word that has something else run than DomB, or lets somebody change what runs, whoever wrote it there.
    static func programChange(xen: [UInt8], bootDomain: [UInt8]) -> [UInt8]? {
        // Xen hands what follows "--" on to the boot domain's kernel.
        words(xen).first { isOne(key($0), of: ["gdb", "__"]) }
            ?? words(bootDomain).first { word in
                let key = key(word)
                if isOne(key, of: ["rdinit"]) { return value(word) != Line("/init").bytes }
                return isOne(key, of: changers)
            }
    }

    private static let changers: [StaticString] = [
        "init", "root", "nfsroot", "initrd", "initrdmem", "noinitrd", "bootconfig", "acpi_rsdp", "initcall_blacklist",
        "kgdboc", "kgdbdbgp", "kgdbwait", "kgdbcon",
    ]

    /// Whether nothing depends on it but what is printed, how much memory and processors there are, and what the log tells.
    static func isHarmless(_ word: [UInt8], isXen: Bool) -> Bool {
        let value = value(word)
        if isXen, isOne(key(word), of: ["com1", "com2"]) { return isLegacyPort(value) }
        if isXen, isOne(key(word), of: ["dom0"]) {
            return value.split(separator: UInt8(ascii: ",")).allSatisfy { isOne([UInt8]($0), of: dom0Words) }
        }
        if !isXen, isOne(key(word), of: ["console"]) {
            return ["hvc", "tty"].contains { (start: StaticString) in value.starts(with: Line(start).bytes) }
        }
        if !isXen, word.starts(with: Line("domb.").bytes) { return true }
        if isOne(word, of: isXen ? ["edd=off", "ucode=scan"] : ["rdinit=/init", "earlyprintk=xen"]) { return true }
        return isOne(key(word), of: isXen ? xenWords : linuxWords)
    }

    private static let dom0Words: [StaticString] = ["pvh", "pv", "pf-fixup", "no-pf-fixup", "verbose", "verbose=0"]

    private static let xenWords: [StaticString] = [
        "console", "console_timestamps", "console_to_ring", "conring_size", "sync_console", "loglvl", "guest_loglvl",
        "noreboot", "vga", "placeholder", "no_real_mode", "dom0_iommu", "dom0_mem", "dom0_max_vcpus", "dom0_vcpus_pin",
        "hardware_dom", "flask", "watchdog",
    ]

    private static let linuxWords: [StaticString] = [
        "quiet", "debug", "ignore_loglevel", "loglevel", "log_buf_len", "panic", "placeholder", "ro", "nomodeset",
    ]

    /// 115200,8n1,0x3f8: any other place could be a device's.
    private static func isLegacyPort(_ value: [UInt8]) -> Bool {
        value.split(separator: UInt8(ascii: ",")).dropFirst(2).allSatisfy {
            isOne([UInt8]($0), of: ["0x3f8", "0x2f8", "0x3e8", "0x2e8", "0", "3", "4"])
        }
    }

    /// Linux takes - and _ for one another.
    private static func key(_ word: [UInt8]) -> [UInt8] {
        word.prefix { $0 != UInt8(ascii: "=") }.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }

    private static func value(_ word: [UInt8]) -> [UInt8] {
        [UInt8](word.drop { $0 != UInt8(ascii: "=") }.dropFirst())
    }

    private static func isOne(_ word: [UInt8], of words: [StaticString]) -> Bool {
        words.contains { Line($0).bytes == word }
    }
}
