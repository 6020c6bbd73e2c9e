// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

@testable import domb

/// `domb build`, and `domb install` of what it made.
@Suite struct BuildTests {
    private static let repository =
        Sandbox.fixtures.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")

    /// A bzImage that says its version, and nothing else.
    private static func kernel(_ version: String) -> [UInt8] {
        var content = [UInt8](repeating: 0, count: 0x400)
        content.replaceSubrange(0x202..<0x206, with: Array("HdrS".utf8))
        content[0x20F] = 0x01
        content[0x20E] = 0x00
        content.replaceSubrange(0x300..., with: Array("\(version) (builder@host)".utf8))
        return content
    }

    private func withLaunch(_ body: (Sandbox) throws -> Void) throws {
        try Sandbox.run { sandbox in
            for folder in ["modules", "package", "boot", "grub.d"] { try HostFile.makeFolder(sandbox.path(folder)) }
            try FileManager.default.createSymbolicLink(
                atPath: sandbox.path("package/initramfs"), withDestinationPath: "\(Self.repository)/initramfs")
            let program = TestELF(programs: [TestELF.note(entry: 1)]).bytes
            for name in ["domb-init", "domb-construct"] { try sandbox.write(program, to: "package/\(name)") }
            for name in ["xen-privcmd.ko", "xen-evtchn.ko"] { try sandbox.write(name, to: "modules/\(name)") }
            for name in ["boot/vmlinuz", "boot/xen.gz"] { try sandbox.write(name, to: name) }
            try sandbox.write(Sandbox.kernel(1), to: "a.elf")
            try sandbox.write(Sandbox.kernel(2), to: "b.elf")
            try write(sandbox)
            try PackagedFiles.$folder.withValue(sandbox.path("package")) { try body(sandbox) }
        }
    }

    private func write(_ sandbox: Sandbox, memory: String = "4M", more: String = "") throws {
        try sandbox.write(
            """
            launch: {handoff: park}
            builder: construct
            xen: {path: xen.gz, options: dom0=pvh console=com1}
            boot_domain: {kernel: vmlinuz, cmdline: rdinit=/init\(more)}
            domains:
              - {name: second, memory: \(memory), kernel: b.elf, depends_on: first}
              - {name: first, memory: 8M, kernel: a.elf}
            """, to: "launch.yaml")
    }

    private func build(_ sandbox: Sandbox, _ more: String...) -> (code: Int32, message: String)? {
        sandbox.failure(
            ["build", sandbox.path("launch.yaml"), "--modules", sandbox.path("modules"), "--no-golden"] + more)
    }

    @Test func everythingIsInOneFolderWithItsDigests() throws {
        try withLaunch { sandbox in
            #expect(build(sandbox)?.message == nil)
            let built = Sandbox(folder: sandbox.path("launch.domb"))
            #expect(built.files == ["grub.cfg", "initramfs", "lcm.dtb", "lcm1.aml", "manifest.sha256"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: built.folder).count == 5, "no draft is left")
            let folder = try BuildFolder(built.folder)
            for name in built.files where name != "manifest.sha256" {
                #expect(try folder.content(name) == built.read(name), "\(name)")
            }
            let initramfs = try Initramfs(try built.read("initramfs"), from: "initramfs")
            #expect(initramfs.file("/images/1").map { [UInt8]($0) } == Sandbox.kernel(2))
            #expect(initramfs.file("/lib/domb/modules/10-xen-privcmd.ko") != nil)
            let entry = String(decoding: try built.read("grub.cfg"), as: UTF8.self)
            #expect(entry.contains("multiboot2 /boot/xen.gz dom0=pvh") && entry.contains("--nounzip /boot/initramfs"))
            #expect(sandbox.failure(["compile", sandbox.path("launch.yaml"), "-o", sandbox.path("l")])?.message == nil)
            #expect(try built.read("lcm.dtb") == sandbox.read("l"))
        }
    }

    @Test func aSecondRunChangesNothing() throws {
        try withLaunch { sandbox in
            #expect(build(sandbox)?.message == nil)
            func inodes() throws -> [UInt64] {
                try ["grub.cfg", "initramfs", "lcm.dtb", "lcm1.aml", "manifest.sha256"].map {
                    UInt64(try #require(FileStatus(sandbox.path("launch.domb/\($0)"))).identity.inode)
                }
            }
            let before = try inodes()
            #expect(build(sandbox)?.message == nil)
            #expect(try inodes() == before)
            try write(sandbox, memory: "5M")
            #expect(build(sandbox)?.message == nil)
            #expect(zip(try inodes(), before).map { $0 != $1 } == [false, false, true, true, true])
        }
    }

    @Test func nothingIsWrittenWhereSomethingIsWrong() throws {
        try withLaunch { sandbox in
            try FileManager.default.removeItem(atPath: sandbox.path("modules/xen-evtchn.ko"))
            #expect(build(sandbox)?.code == 65)
            #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.path("launch.domb")).isEmpty)
            try sandbox.write("evtchn", to: "modules/xen-evtchn.ko")
            try sandbox.write("mine", to: "launch.domb/grub.cfg")
            let failure = try #require(build(sandbox))
            #expect(failure.code == 1 && failure.message.contains("grub.cfg: not a file of domb build"))
            #expect(Sandbox(folder: sandbox.path("launch.domb")).files == ["grub.cfg"])
        }
    }

    @Test func goldenValuesAreAskedForWhatTheyNeed() throws {
        try withLaunch { sandbox in
            let failure = try #require(
                sandbox.failure(["build", sandbox.path("launch.yaml"), "--modules", sandbox.path("modules")]))
            #expect(failure.code == 64 && failure.message.contains("--no-golden builds without them"))
            #expect(failure.message.contains("--xen-version is needed"))
            #expect(!HostFile.isThere(sandbox.path("launch.domb")))
        }
    }

    @Test func installTakesWhatBuildMade() throws {
        try withLaunch { sandbox in
            let install = [
                "install", sandbox.path("launch.yaml"), "--boot", sandbox.path("boot"), "--grub-d",
                sandbox.path("grub.d"),
            ]
            #expect(build(sandbox)?.message == nil)
            #expect(sandbox.failure(install)?.message == nil)
            #expect(try sandbox.read("boot/domb/initramfs") == sandbox.read("launch.domb/initramfs"))
            #expect(try sandbox.read("boot/domb/lcm.dtb") == sandbox.read("launch.domb/lcm.dtb"))
            let script = String(decoding: try sandbox.read("grub.d/45_domb"), as: UTF8.self)
            #expect(script.contains("module2 --nounzip @BOOT@/domb/initramfs"))
            // Of another launch it is not taken.
            try write(sandbox, memory: "5M")
            #expect(sandbox.failure(install)?.message.contains("build it again") == true)
            #expect(build(sandbox)?.message == nil)
            #expect(sandbox.failure(install)?.message == nil)
            try sandbox.write("changed", to: "launch.domb/initramfs")
            #expect(sandbox.failure(install)?.message.contains("not as domb build made it") == true)
        }
    }

    @Test func statusSaysWhatIsInstalledAndWhatRuns() throws {
        try withLaunch { sandbox in
            let places = ["--boot", sandbox.path("boot"), "--grub-d", sandbox.path("grub.d")]
            func status(_ log: String) -> (lines: [String], code: Int32) {
                var status = HostStatus(sandbox.path("launch.yaml"))
                do {
                    let input = try LaunchInput(reading: sandbox.path("launch.yaml"))
                    let launch = try LaunchDescription(parsing: input.bytes, from: input.path)
                    status.addInstallation(launch, images: nil, try InstallPlaces.parse(places))
                    status.addBoot((try sandbox.read(log), log))
                } catch { Issue.record("\(error)") }
                return (status.lines, status.isGood ? 0 : 1)
            }
            let install = ["install", sandbox.path("launch.yaml")] + places
            #expect(build(sandbox)?.message == nil)
            try sandbox.write("(XEN) nothing", to: "console")
            let before = status("console")
            #expect(before.code == 1)
            #expect(before.lines.contains { $0.hasPrefix("FAIL") && $0.contains("boot/domb/lcm.dtb is not there") })
            #expect(before.lines.contains { $0.hasPrefix("FAIL") && $0.contains("no log of DomB's in console") })
            #expect(sandbox.failure(install)?.message == nil)
            let identity = Sandbox.identity.map { $0.replacing(" hardware_dom=1", with: "") }
            let predict = ["predict", sandbox.path("launch.yaml")] + identity
            #expect(sandbox.failure(predict + ["--format", "log", "--output", sandbox.path("log")])?.message == nil)
            let good = status("log")
            #expect(good.code == 0, "\(good.lines)")
            #expect(good.lines.map { $0.prefix(4) } == ["ok  ", "ok  ", "ok  "])
            #expect(good.lines.contains { $0.contains("launched by DomB: 2 domains, PCR 11") })
            let command = ["status", sandbox.path("launch.yaml"), "--log", sandbox.path("log")] + places
            #expect(sandbox.failure(command)?.message == nil)
            try write(sandbox, memory: "5M")
            #expect(build(sandbox)?.message == nil)
            let changed = status("log")
            #expect(changed.lines.contains { $0.contains("lcm.dtb is of an earlier launch") })
            #expect(changed.lines.contains { $0.hasPrefix("FAIL") && $0.contains("another than") })
            #expect(sandbox.failure(command)?.code == 1)
        }
    }

    @Test func theKernelSaysWhoseModulesAreNeeded() throws {
        #expect(BootArchive.version(Self.kernel("6.12.0-1-amd64")) == "6.12.0-1-amd64")
        #expect(BootArchive.version(Self.kernel("../x")) == nil)
        #expect(BootArchive.version(Array("no kernel".utf8)) == nil)
        try withLaunch { sandbox in
            try sandbox.write(Self.kernel("0.0.0-none"), to: "vmlinuz")
            let failure = sandbox.failure(["build", sandbox.path("launch.yaml"), "--no-golden"])
            #expect(failure?.code == 66 && failure?.message.contains("/lib/modules/0.0.0-none: no such folder") == true)
        }
    }
}
