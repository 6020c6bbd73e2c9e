// SPDX-License-Identifier: Apache-2.0

import Foundation
import LaunchControl
import SimulatedPlatform
import Testing

@testable import domb

/// `domb install` and `domb uninstall`, in a folder that stands for /boot and one that stands for /etc/grub.d.
@Suite struct InstallTests {
    private static let places = ["domb/initramfs", "domb/lcm.dtb", "domb/lcm1.aml"]

    /// l.yaml and its images, Xen and a kernel on the boot folder.
    private func withMachine(
        _ description: String = TestLaunchFiles.constructed, _ body: (Machine) throws -> Void
    ) throws {
        try Sandbox.run { sandbox in
            let machine = Machine(sandbox: sandbox)
            for folder in ["boot", "grub.d"] {
                try FileManager.default.createDirectory(
                    atPath: sandbox.path(folder), withIntermediateDirectories: false)
            }
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(description, to: "l.yaml")
            try sandbox.write(TestLaunchFiles.initramfs(), to: "boot.cpio")
            try sandbox.write("xen", to: "boot/xen.gz")
            try sandbox.write("kernel", to: "boot/boot.elf")
            try body(machine)
        }
    }

    private struct Machine {
        let sandbox: Sandbox

        var options: [String] { ["--boot", sandbox.path("boot"), "--grub-d", sandbox.path("grub.d")] }

        func install(_ more: String...) -> (code: Int32, message: String)? {
            sandbox.failure(["install", sandbox.path("l.yaml")] + options + more)
        }

        func uninstall(_ more: String...) -> (code: Int32, message: String)? {
            sandbox.failure(["uninstall"] + options + more)
        }

        func names(_ folder: String) -> [String] {
            ((try? FileManager.default.subpathsOfDirectory(atPath: sandbox.path(folder))) ?? []).sorted()
        }

        /// What update-grub would take over, on a disk whose file system has the boot folder at /b.
        func entry() throws -> String {
            try sandbox.write(
                """
                make_system_path_relative_to_its_root() { echo /b; }
                prepare_grub_to_access_device() { echo "search --set=root UUID"; }
                grub_probe=true
                """, to: "grub-mkconfig_lib")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: sandbox.path("grub.d/45_domb"))
            process.environment = ["pkgdatadir": sandbox.folder, "PATH": "/usr/bin:/bin"]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = Pipe()
            try process.run()
            let content = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            return String(decoding: content, as: UTF8.self)
        }
    }

    private static let entry = """
        menuentry 'Xen with DomB' --id domb {
            if [ "$grub_platform" = efi ]; then
                insmod tpm
            fi
            search --set=root UUID
            acpi /b/domb/lcm1.aml
            multiboot2 /b/xen.gz
            module2 /b/boot.elf console=hvc0 '"quoted"' 'back\\slash' domb.pcr=12 domb.exec=/sbin/init
            module2 --nounzip /b/domb/initramfs
            # in the initramfs as /images/1: tiny.elf
            # in the initramfs as /images/2: app.elf
            # in the initramfs as /images/3: ramdisk.app
        }

        """

    @Test func installedEntryBootsWhatWasInstalled() throws {
        try withMachine { machine throws in
            let sandbox = machine.sandbox
            #expect(machine.install()?.message == nil)
            #expect(try machine.entry() == Self.entry)
            #expect(try sandbox.read("boot/domb/initramfs") == TestLaunchFiles.initramfs())
            let lcm = try sandbox.read("boot/domb/lcm.dtb")
            #expect(
                try LaunchControlContainer.tables(for: lcm, hashing: SwiftCryptoHash.self)
                    == [try sandbox.read("boot/domb/lcm1.aml")])
            #expect(try LaunchControlFile(reading: sandbox.path("boot/domb/lcm.dtb")).lcm.domains.count == 3)
            // The installed LCM and the entry are in step by domb's own word.
            try sandbox.write(Self.entry, to: "grub.cfg")
            #expect(
                sandbox.failure([
                    "check", sandbox.path("l.yaml"), "--grub", sandbox.path("grub.cfg"), "--entry", "Xen with DomB",
                ])?.message == nil, "the description knows the names that domb install gives")
        }
    }

    @Test func nothingIsWrittenInADryRun() throws {
        try withMachine { machine throws in
            let before = machine.names("")
            #expect(machine.install("--dry-run")?.message == nil)
            #expect(machine.names("") == before)
            #expect(machine.install()?.message == nil)
            let after = machine.names("")
            #expect(machine.uninstall("-n")?.message == nil)
            #expect(machine.names("") == after)
        }
    }

    @Test func uninstallLeavesWhatWasThereBefore() throws {
        try withMachine { machine throws in
            let before = machine.names("")
            #expect(machine.uninstall()?.code == 66)
            #expect(machine.install()?.message == nil)
            #expect(machine.install()?.message == nil, "a second time")
            #expect(machine.uninstall()?.message == nil)
            #expect(machine.names("") == before)
        }
    }

    /// The list can be checked by sha256sum, and has every file.
    @Test func listNamesEveryFile() throws {
        try withMachine { machine throws in
            #expect(machine.install()?.message == nil)
            let list = String(decoding: try machine.sandbox.read("boot/domb/installed.sha256"), as: UTF8.self)
            var named: [String] = []
            for line in list.split(separator: "\n") {
                let path = String(line.dropFirst(66))
                let content = try HostFile.read(path, limit: 1 << 20)
                #expect(
                    line.prefix(66) == "\(hexadecimal(SwiftCryptoHash.digest(.sha256, of: content).bytes))  ")
                named.append(path)
            }
            let folder = machine.sandbox.path("boot/")
            #expect(named.sorted() == Self.places.map { folder + $0 } + [machine.sandbox.path("grub.d/45_domb")])
        }
    }

    @Test(arguments: places + ["../grub.d/45_domb"]) func somebodyElsesFileIsNeverReplaced(_ name: String) throws {
        try withMachine { machine throws in
            let sandbox = machine.sandbox
            let file = "boot/\(name)"
            try HostFile.makeFolder(sandbox.path("boot/domb"))
            try sandbox.write("mine", to: file)
            let before = machine.names("")
            let refusal = machine.install()
            #expect(refusal?.code == 1)
            #expect(refusal?.message.contains("not as domb install wrote it") ?? false)
            #expect(machine.names("") == before)
            #expect(try sandbox.read(file) == Array("mine".utf8))
        }
    }

    @Test(arguments: places + ["../grub.d/45_domb"]) func changedFileIsNeitherReplacedNorRemoved(_ name: String) throws
    {
        try withMachine { machine throws in
            #expect(machine.install()?.message == nil)
            try machine.sandbox.write("changed", to: "boot/\(name)")
            let before = machine.names("")
            #expect(machine.install()?.code == 1)
            #expect(machine.uninstall()?.code == 1)
            #expect(machine.names("") == before)
        }
    }

    /// An installation that was cut short has the new list and some of the files: the next one goes on.
    @Test func installationGoesOnWhereOneWasCutShort() throws {
        try withMachine { machine throws in
            let sandbox = machine.sandbox
            #expect(machine.install()?.message == nil)
            let old = try sandbox.read("boot/domb/initramfs")
            let oldList = try sandbox.read("boot/domb/installed.sha256")
            try sandbox.write(TestLaunchFiles.initramfs("another"), to: "boot.cpio")
            #expect(machine.install()?.message == nil)
            try sandbox.write(
                oldList + (try sandbox.read("boot/domb/installed.sha256")), to: "boot/domb/installed.sha256")
            try sandbox.write(old, to: "boot/domb/initramfs")
            #expect(machine.install()?.message == nil)
            #expect(try sandbox.read("boot/domb/initramfs") == TestLaunchFiles.initramfs("another"))
        }
    }

    /// A Xen with Hyperlaunch takes the images from GRUB; one that is not needed any more goes.
    @Test func imagesAreInstalledAsModules() throws {
        try withMachine(TestLaunchFiles.description) { machine throws in
            let sandbox = machine.sandbox
            #expect(machine.install()?.message == nil)
            let entry = try machine.entry()
            let modules = GrubConfiguration(parsing: entry).entries.first?.modules.map(\.path)
            #expect(
                modules == [
                    "/b/domb/lcm.dtb", "/b/boot.elf", "/b/domb/initramfs", "/b/domb/image3", "/b/domb/image4",
                    "/b/domb/image5",
                ])
            #expect(try sandbox.read("boot/domb/image4") == TestLaunchFiles.app)
            try sandbox.write(entry, to: "grub.cfg")
            let check = ["check", sandbox.path("boot/domb/lcm.dtb"), "--grub", sandbox.path("grub.cfg"), "--cpus", "8"]
            #expect(sandbox.failure(check)?.message == nil)
            let shorter = TestLaunchFiles.description.replacing("    ramdisk: ramdisk.app\n", with: "")
            #expect(shorter != TestLaunchFiles.description)
            try sandbox.write(shorter, to: "l.yaml")
            #expect(machine.install()?.message == nil)
            #expect(!machine.names("boot").contains("domb/image5"))
        }
    }

    @Test func whatTheEntryNeedsMustBeThere() throws {
        try withMachine { machine throws in
            try HostFile.remove(machine.sandbox.path("boot/xen.gz"))
            #expect(machine.install()?.code == 66)
            #expect(machine.names("boot") == ["boot.elf"])
        }
        try withMachine(
            "xen: {path: /elsewhere/xen.gz}\n" + TestLaunchFiles.constructed
        ) { machine throws in
            #expect(machine.install()?.code == 1)
        }
        try withMachine { machine throws in
            let sandbox = machine.sandbox
            #expect(sandbox.failure(["install", sandbox.path("tiny.elf")] + machine.options)?.code == 64)
            #expect(sandbox.failure(["install", sandbox.path("l.yaml"), "--boot", "relative"])?.code == 64)
        }
    }

    /// Whoever could write the list would otherwise choose what root removes.
    @Test(
        arguments: [
            "VICTIM", "BOOT/vmlinuz", "BOOT/domb/../../victim", "BOOT/domb/", "BOOT/domb/other", "BOOT/domb/lcm.aml",
            "BOOT/domb/lcm0.aml", "BOOT/domb/lcm01.aml", "BOOT/domb/lcm+1.aml", "BOOT/domb/lcm1.aml.old",
            "BOOT/domb/image", "BOOT/domb/image0", "BOOT/domb/image1/../../../victim", "BOOT/domb/image99999999999999",
            "BOOT/domb/installed.sha256", "GRUB/10_linux", "GRUB/45_domb/../10_linux", "BOOT//domb/lcm.dtb",
            "relative", "BOOT/DOMB/lcm.dtb",
        ])
    func listNamesOnlyWhatInstallWrites(_ name: String) throws {
        try withMachine { machine throws in
            let sandbox = machine.sandbox
            #expect(machine.install()?.message == nil)
            try sandbox.write("mine", to: "victim")
            try sandbox.write("mine", to: "boot/vmlinuz")
            try sandbox.write("mine", to: "boot/domb/other")
            try sandbox.write("mine", to: "grub.d/10_linux")
            let path = name.replacing("VICTIM", with: sandbox.path("victim")).replacing(
                "BOOT", with: sandbox.path("boot")
            ).replacing("GRUB", with: sandbox.path("grub.d"))
            let line = "\(hexadecimal(SwiftCryptoHash.digest(.sha256, of: Array("mine".utf8)).bytes))  \(path)\n"
            let list = try sandbox.read("boot/domb/installed.sha256")
            try sandbox.write(list + Array(line.utf8), to: "boot/domb/installed.sha256")
            let before = machine.names("")
            for result in [machine.uninstall(), machine.uninstall("-n"), machine.install()] {
                #expect(result?.code == 65)
                #expect(result?.message.contains("installed.sha256:5: ") ?? false)
            }
            #expect(machine.names("") == before)
        }
    }

    /// A link may lead to the very content that was installed: what it leads to is not domb's.
    @Test(arguments: places + ["../grub.d/45_domb"]) func linkIsFollowedByNobody(_ name: String) throws {
        try withMachine { machine throws in
            let sandbox = machine.sandbox
            #expect(machine.install()?.message == nil)
            let content = try sandbox.read("boot/\(name)")
            try sandbox.write(content, to: "victim")
            try HostFile.remove(sandbox.path("boot/\(name)"))
            try FileManager.default.createSymbolicLink(
                atPath: sandbox.path("boot/\(name)"), withDestinationPath: sandbox.path("victim"))
            let before = machine.names("")
            #expect(machine.install()?.code == 1)
            #expect(machine.uninstall()?.code == 1)
            #expect(machine.names("") == before)
            #expect(try sandbox.read("victim") == content)
        }
    }

    @Test func folderAndListAreNoLinks() throws {
        try withMachine { machine throws in
            let sandbox = machine.sandbox
            #expect(machine.install()?.message == nil)
            let files = FileManager.default
            let list = sandbox.path("boot/domb/installed.sha256")
            try files.moveItem(atPath: list, toPath: sandbox.path("list"))
            try files.createSymbolicLink(atPath: list, withDestinationPath: sandbox.path("list"))
            #expect(machine.uninstall()?.code == 65)
            #expect(machine.install()?.code == 65)
            try HostFile.remove(list)
            try files.moveItem(atPath: sandbox.path("list"), toPath: list)
            try files.moveItem(atPath: sandbox.path("boot/domb"), toPath: sandbox.path("elsewhere"))
            try files.createSymbolicLink(
                atPath: sandbox.path("boot/domb"), withDestinationPath: sandbox.path("elsewhere"))
            let before = machine.names("")
            #expect(machine.uninstall()?.code == 1)
            #expect(machine.install()?.code == 1)
            #expect(machine.names("") == before)
        }
    }

    /// It would wait for ever for somebody who writes.
    @Test func fifoInTheWayIsSomebodyElses() throws {
        try withMachine { machine throws in
            try HostFile.makeFolder(machine.sandbox.path("boot/domb"))
            #expect(mkfifo(machine.sandbox.path("boot/domb/initramfs"), 0o600) == 0)
            #expect(machine.install()?.code == 1)
        }
    }
}
