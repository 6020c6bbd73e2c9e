// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Testing

@testable import domb

/// The menu entry that `domb compile --grub` writes, and `domb check --grub`.
@Suite struct GrubTests {
    private static let entry = """
        # Written by domb compile. The ACPI tables: domb table l.dtb --output /boot/l
        menuentry 'Xen with DomB' {
            acpi /boot/l1.aml
            multiboot2 /boot/xen.gz
            module2 /boot/l.dtb
            module2 /boot/boot.elf console=hvc0 '"quoted"' 'back\\slash' domb.pcr=12 domb.exec=/sbin/init
            module2 --nounzip /boot/boot.cpio
            module2 --nounzip /boot/tiny.elf
            module2 --nounzip /boot/app.elf
            module2 --nounzip /boot/ramdisk.app
        }

        """

    /// l.yaml, l.dtb and grub.cfg.
    private func withLaunch(_ body: (Sandbox) throws -> Void) throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.description, to: "l.yaml")
            let compile = [
                "compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb"), "--grub", sandbox.path("grub.cfg"),
            ]
            #expect(sandbox.failure(compile)?.message == nil)
            try body(sandbox)
        }
    }

    private func differences(_ sandbox: Sandbox, _ lcm: String, _ more: String...) -> [String] {
        let check = ["check", sandbox.path(lcm), "--grub", sandbox.path("grub.cfg"), "--cpus", "8"]
        guard let failure = sandbox.failure(check + more) else { return [] }
        #expect(failure.code == 1)
        let file = "\(sandbox.path("grub.cfg")): "
        return failure.message.replacing("domb: ", with: "").split(separator: "\n").map {
            String($0.replacing(file, with: ""))
        }
    }

    /// A command that is read before Xen's, and the same command behind it.
    @Test func aModuleBeforeXenIsTold() throws {
        let xen = "    multiboot2 /boot/xen.gz\n"
        let module = "    module2 /boot/l.dtb\n"
        try withLaunch { sandbox throws in
            try sandbox.write(Self.entry.replacing(xen + module, with: module + xen), to: "grub.cfg")
            #expect(
                differences(sandbox, "l.yaml") == [
                    "the entry has /boot/l.dtb (line 4) before Xen (line 5): GRUB takes no module then"
                ])
            // Two commands of one line, in their order.
            let line = "    multiboot2 /boot/xen.gz; module2 /boot/l.dtb\n"
            try sandbox.write(Self.entry.replacing(xen + module, with: line), to: "grub.cfg")
            #expect(differences(sandbox, "l.yaml") == [])
        }
    }

    @Test func entryHasTheModulesInTheirOrder() throws {
        try withLaunch { sandbox throws in
            let written = try sandbox.read("grub.cfg")
            #expect(written == Array(Self.entry.utf8))
            #expect(differences(sandbox, "l.yaml") == [])
            #expect(differences(sandbox, "l.dtb") == [])
            #expect(
                sandbox.exitCode(
                    "convert", sandbox.path("l.dtb"), "--format", "xlcm", "-o", sandbox.path("l.lcm")) == 0)
            #expect(differences(sandbox, "l.lcm") == [])
        }
    }

    @Test func swappedModulesAreTold() throws {
        try withLaunch { sandbox throws in
            let swapped = Self.entry.replacing("tiny.elf", with: "x").replacing("app.elf", with: "tiny.elf")
                .replacing("/boot/x\n", with: "/boot/app.elf\n")
            try sandbox.write(swapped, to: "grub.cfg")
            #expect(
                differences(sandbox, "l.yaml") == [
                    "module 3: the LCM expects /boot/tiny.elf (kernel of broker, kernel of spare), the entry has "
                        + "/boot/app.elf (line 8), and /boot/tiny.elf as module 4",
                    "module 4: the LCM expects /boot/app.elf (kernel of app), the entry has /boot/tiny.elf (line 9), "
                        + "and /boot/app.elf as module 3",
                ])
            // A compiled LCM has no paths: the files themselves tell.
            #expect(differences(sandbox, "l.dtb") == [])
            let absolute = swapped.replacing("--nounzip /boot/", with: "--nounzip /")
            try sandbox.write(absolute, to: "grub.cfg")
            let byContent = differences(sandbox, "l.dtb", "--images", sandbox.folder)
            #expect(byContent.count == 1)
            #expect(byContent.first?.hasPrefix("module 3: the LCM expects (kernel of broker") ?? false)
        }
    }

    @Test func tooFewAndTooManyAreTold() throws {
        try withLaunch { sandbox throws in
            let last = "    module2 --nounzip /boot/ramdisk.app\n"
            try sandbox.write(Self.entry.replacing(last, with: ""), to: "grub.cfg")
            #expect(
                differences(sandbox, "l.yaml") == [
                    "module 5: the LCM expects /boot/ramdisk.app (ramdisk of app), the entry has only 5 modules"
                ])
            #expect(
                differences(sandbox, "l.dtb") == [
                    "module 5: the LCM expects (ramdisk of app), the entry has only 5 modules"
                ])
            try sandbox.write(Self.entry.replacing(last, with: last + last), to: "grub.cfg")
            for lcm in ["l.yaml", "l.dtb"] {
                #expect(
                    differences(sandbox, lcm) == [
                        "module 6: the LCM has none, the entry has /boot/ramdisk.app (line 11)"
                    ])
            }
        }
    }

    @Test func theTablesAreCounted() throws {
        try withLaunch { sandbox throws in
            let acpi = "    acpi /boot/l1.aml\n"
            try sandbox.write(Self.entry.replacing(acpi, with: ""), to: "grub.cfg")
            #expect(
                differences(sandbox, "l.yaml") == [
                    "the entry has no acpi line: DomB reads the LCM from ACPI tables"
                ])
            try sandbox.write(Self.entry.replacing(acpi, with: "acpi /1.aml /2.aml\n"), to: "grub.cfg")
            #expect(
                differences(sandbox, "l.dtb") == ["the LCM takes 1 ACPI table, the entry's acpi line has 2"])
        }
    }

    @Test func entriesAreChosenByTitle() throws {
        try withLaunch { sandbox throws in
            let other = "menuentry \"Linux\" { linux /vmlinuz\n initrd /initrd\n}\n"
            let second = "menuentry \"second\" --class xen {\n multiboot2 /xen\n if true; then\n module2 /a\n fi\n}\n"
            try sandbox.write(other + Self.entry, to: "grub.cfg")
            #expect(differences(sandbox, "l.yaml") == [])
            try sandbox.write(other + Self.entry + second, to: "grub.cfg")
            let check = ["check", sandbox.path("l.yaml"), "--grub", sandbox.path("grub.cfg")]
            let failure = sandbox.failure(check)
            #expect(failure?.code == 65)
            #expect(
                failure?.message.hasSuffix("'Xen with DomB' (line 5), 'second' (line 15)") ?? false,
                "\(failure?.message ?? "")")
            #expect(sandbox.failure(check + ["--entry", "Xen with DomB"])?.message == nil)
            #expect(sandbox.failure(check + ["--entry", "second"])?.code == 1)
            #expect(sandbox.failure(check + ["--entry", "Linux"])?.code == 65)
            #expect(sandbox.failure(["check", sandbox.path("l.yaml"), "--grub", "/nonexistent"])?.code == 66)
        }
    }

    @Test func constructedDomainsAreNoModules() throws {
        // domb-construct cannot give these roles.
        let text =
            "builder: construct\n"
            + TestLaunchFiles.description.replacing("    roles: [hardware, xenstore, console]\n", with: "")
            .replacing("    roles: [control]\n", with: "")
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(text, to: "l.yaml")
            let compile = [
                "compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb"), "--grub", sandbox.path("grub.cfg"),
            ]
            #expect(sandbox.failure(compile)?.message == nil)
            let entry = String(decoding: try sandbox.read("grub.cfg"), as: UTF8.self)
            #expect(entry.contains("module2 /boot/boot.elf"))
            #expect(entry.contains("# in the initramfs as /images/1: tiny.elf"))
            #expect(!entry.contains("module2 --nounzip /boot/tiny.elf"))
            #expect(differences(sandbox, "l.yaml") == [])
            #expect(try LaunchControlFile(reading: sandbox.path("l.dtb")).lcm.domains[0].kernel.moduleIndex == 1)
        }
    }

    @Test func wordsAreReadAsGRUBsShellDoes() throws {
        let source = """
            # comment { menuentry
            acpi -2 /one.aml "/two words.aml" /th'ree'.aml
            multiboot2 /xen \\
              option ; module2 --nounzip /a\\ b x=1 # not this
            module2 "/c\\"d\\e"
            """
        let entries = GrubConfiguration(parsing: source).entries
        #expect(entries.count == 1)
        let entry = try #require(entries.first)
        #expect(entry.tables == ["/one.aml", "/two words.aml", "/three.aml"])
        #expect(entry.hypervisor?.path == "/xen" && entry.hypervisor?.arguments == ["option"])
        #expect(entry.modules.map { $0.path } == ["/a b", "/c\"d\\e"])
        #expect(entry.modules.map { $0.line } == [4, 5])
    }

    @Test func aGapBetweenModulesIsRefused() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(
                "launch: {handoff: park}\nboot_domain: {kernel: k}\n"
                    + "domains: [{name: a, memory: 8M, kernel: {path: tiny.elf, index: 3}}]\n", to: "l.yaml")
            let compile = ["compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")]
            #expect(sandbox.failure(compile)?.message == nil)
            let failure = sandbox.failure(compile + ["--grub", sandbox.path("grub.cfg")])
            #expect(failure?.code == 65)
            #expect(failure?.message.contains("no image with a path has index 2") ?? false)
        }
    }
}
