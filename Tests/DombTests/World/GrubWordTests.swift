// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import domb

/// `domb check --grub` compares every word of a menu entry.
@Suite struct GrubWordTests {
    private static let construct = """
        launch: {handoff: park}
        builder: construct
        xen: {path: xen-4.17-amd64.gz, options: "dom0=pvh,pf-fixup dom0_mem=2G console=com1"}
        grub: {tables: l}
        boot_domain: {kernel: vmlinuz-6.1.0-18-amd64, initramfs: initrd.img-6.1.0-18-amd64, cmdline: "root=UUID=1 ro quiet"}
        domains:
          - {name: a, memory: 8M, kernel: tiny.elf}
        """
    private static let hyperlaunch = """
        launch: {handoff: park}
        xen: {path: xen.gz, options: "console=com1 loglvl=all"}
        grub: {tables: l, lcm: l.dtb}
        boot_domain: {kernel: boot.elf, initramfs: boot.cpio, cmdline: "console=hvc0 quiet"}
        domains:
          - {name: a, memory: 8M, kernel: tiny.elf, ramdisk: ramdisk}
        """

    private func withEntry(_ yaml: String, _ body: (Sandbox, [[String]]) throws -> Void) throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write(try HostFile.read(Sandbox.fixtures + "/tiny.elf", limit: 1 << 16), to: "tiny.elf")
            try sandbox.write("ramdisk", to: "ramdisk")
            try sandbox.write(yaml, to: "l.yaml")
            let compile = [
                "compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb"), "--grub", sandbox.path("grub.cfg"),
            ]
            #expect(sandbox.failure(compile)?.message == nil)
            let entry = String(decoding: try sandbox.read("grub.cfg"), as: UTF8.self)
            let lines = entry.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            try body(sandbox, lines)
        }
    }

    private func check(_ sandbox: Sandbox, _ lines: [[String]]) throws -> (code: Int32, message: String)? {
        try sandbox.write(lines.map { $0.joined(separator: " ") }.joined(separator: "\n") + "\n", to: "grub.cfg")
        return sandbox.failure(["check", sandbox.path("l.yaml"), "--grub", sandbox.path("grub.cfg")])
    }

    @Test(arguments: [construct, hyperlaunch]) func aChangedWordIsNamed(yaml: String) throws {
        try withEntry(yaml) { sandbox, lines in
            #expect(try check(sandbox, lines)?.message == nil)
            for (number, line) in lines.enumerated() where ["acpi", "multiboot2", "module2"].contains(line.first) {
                for place in line.indices {
                    var changed = lines
                    changed[number][place] += "x"
                    let other = try check(sandbox, changed)
                    let what = "\(line.joined(separator: " ")), word \(place): \(other?.message ?? "ok")"
                    #expect(other != nil, "\(what)")
                    // A command that is none leaves its line out.
                    if place > 0 { #expect(other?.message.contains("\(line[place])x") == true, "\(what)") }
                    changed = lines
                    changed[number].remove(at: place)
                    let lacking = try check(sandbox, changed)
                    #expect(lacking != nil, "\(what)")
                    if place > 0 {
                        #expect(
                            lacking?.message.contains(line[place]) == true,
                            "lacking \(what): \(lacking?.message ?? "ok")")
                    }
                    changed = lines
                    changed[number].insert("extra=1", at: place + 1)
                    let more = try check(sandbox, changed)
                    #expect(more?.message.contains("extra=1") == true, "extra \(what): \(more?.message ?? "ok")")
                }
            }
        }
    }

    /// Two words of a line in another order are another command line.
    @Test func theOrderOfWordsCounts() throws {
        try withEntry(Self.construct) { sandbox, lines in
            var changed = lines
            let number = try #require(lines.firstIndex { $0.contains("quiet") })
            let count = changed[number].count
            changed[number].swapAt(count - 1, count - 2)
            #expect(try check(sandbox, changed)?.message.contains("in another order: root=UUID=1 quiet ro") == true)
        }
    }

    /// GRUB: "you need to load the kernel first".
    @Test(arguments: [construct, hyperlaunch]) func aModuleBeforeXenIsTold(yaml: String) throws {
        try withEntry(yaml) { sandbox, lines in
            var changed = lines
            let place = try #require(lines.firstIndex { $0.first == "multiboot2" })
            changed.swapAt(place, place + 1)
            #expect(try check(sandbox, changed)?.message.contains("before Xen (line \(place + 2))") == true)
        }
    }

    /// To GRUB, and so to Xen, they are one word.
    @Test func severalWordsInQuotesAreOne() throws {
        try withEntry(Self.construct) { sandbox, lines in
            var changed = lines
            let place = try #require(lines.firstIndex { $0.first == "multiboot2" })
            changed[place] = Array(changed[place].prefix(2)) + ["'dom0=pvh,pf-fixup dom0_mem=2G'", "console=com1"]
            let message = try check(sandbox, changed)?.message ?? "ok"
            #expect(
                message.contains("lacks dom0=pvh,pf-fixup dom0_mem=2G; the entry has 'dom0=pvh,pf-fixup dom0_mem=2G'"),
                "\(message)")
        }
    }

    /// Each line of its own: Xen's file, its options, the boot domain's command line, the initramfs.
    @Test func everyDifferenceIsToldByItself() throws {
        try withEntry(Self.construct) { sandbox, _ in
            let entry = """
                menuentry 'Xen with DomB' {
                    acpi /boot/l1.aml
                    multiboot2 /boot/xen-4.99-other.gz dom0_mem=9G noreboot
                    module2 /boot/vmlinuz-6.1.0-18-amd64 root=UUID=2 ro single
                    module2 /boot/initrd.img-6.1.0-18-amd64
                }
                """
            let failure = try check(sandbox, entry.split(separator: "\n").map { [String($0)] })
            #expect(failure?.code == 1)
            let lines = failure?.message.split(separator: "\n").map(String.init) ?? []
            for words in [
                ["Xen is /boot/xen-4.99-other.gz", "/boot/xen-4.17-amd64.gz"],
                ["Xen's options", "dom0=pvh,pf-fixup", "dom0_mem=9G", "noreboot"],
                ["kernel of the boot domain", "root=UUID=1", "quiet", "root=UUID=2", "single"],
                ["initramfs of the boot domain", "--nounzip"],
            ] {
                #expect(
                    lines.filter { line in words.allSatisfy { line.contains($0) } }.count == 1, "\(words): \(lines)")
            }
            #expect(lines.count == 4)
        }
    }

    /// The entry that `domb install` makes, with /boot in the root's file system, on a partition of its own, in a subvolume.
    @Test(arguments: ["/boot", "", "/@/boot"]) func theInstalledEntryIsInStep(place: String) throws {
        try withEntry(Self.construct) { sandbox, _ throws in
            func entry(_ initramfs: String) -> [[String]] {
                """
                menuentry 'Xen with DomB' --id domb {
                    if [ "$grub_platform" = efi ]; then
                        insmod tpm
                    fi
                    search --no-floppy --fs-uuid --set=root 1234
                    acpi \(place)/domb/lcm1.aml
                    multiboot2 \(place)/xen-4.17-amd64.gz dom0=pvh,pf-fixup dom0_mem=2G console=com1
                    module2 \(place)/vmlinuz-6.1.0-18-amd64 root=UUID=1 ro quiet
                    module2 --nounzip \(initramfs)
                    # in the initramfs as /images/1: tiny.elf
                }
                """.split(separator: "\n").map { [String($0)] }
            }
            #expect(try check(sandbox, entry("\(place)/domb/initramfs"))?.message == nil)
            #expect(try check(sandbox, entry("\(place)/initrd.img-6.1.0-18-amd64"))?.code == 1)
        }
    }

    /// Of two launches that differ in one word the entry of the one is told by that word to be none of the other's.
    @Test(arguments: [construct, hyperlaunch]) func theWordInWhichTwoLaunchesDifferIsNamed(yaml: String) throws {
        let words = [
            "xen-4.17-amd64.gz", "xen.gz", "dom0=pvh,pf-fixup", "dom0_mem=2G", "console=com1", "loglvl=all",
            "vmlinuz-6.1.0-18-amd64", "boot.elf", "initrd.img-6.1.0-18-amd64", "boot.cpio", "root=UUID=1", "ro",
            "quiet",
            "console=hvc0", "tiny.elf", "ramdisk",
        ]
        try withEntry(yaml) { sandbox, lines in
            for name in ["tiny.elfx", "ramdiskx"] {
                try sandbox.write(try sandbox.read(String(name.dropLast())), to: name)
            }
            let entry = lines.filter { $0.first != "#" }.joined().joined(separator: " ")
            var count = 0
            for word in words where entry.split(separator: " ").contains(where: { $0 == word || $0 == "/boot/\(word)" })
            {
                // The last of several: "ramdisk" is a key, too.
                let place = try #require(
                    yaml.ranges(of: word).last { range in
                        let after = range.upperBound < yaml.endIndex ? yaml[range.upperBound] : " "
                        let before = yaml[yaml.index(before: range.lowerBound)]
                        return " \",}".contains(after) && " \"".contains(before)
                    })
                let other = yaml.replacingCharacters(in: place, with: word + "x")
                try sandbox.write(other, to: "l.yaml")
                let message = try check(sandbox, lines)?.message ?? "ok"
                #expect(message.contains("\(word)x") && message.contains(word), "\(word): \(message)")
                try sandbox.write(yaml, to: "l.yaml")
                count += 1
            }
            // One word is no file's and no option's: the entry has it by itself.
            #expect(count >= 8)
        }
    }
}
