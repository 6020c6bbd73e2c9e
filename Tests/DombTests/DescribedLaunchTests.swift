// SPDX-License-Identifier: Apache-2.0

import Foundation
import LogReading
import Platform
import Testing

@testable import domb

/// What takes a launch takes it as its author wrote it, and as it was compiled.
@Suite struct DescribedLaunchTests {
    private static let buildID: [UInt8] = Array(0..<20)

    /// Three functions as xen/common/version.c has them, and a string.
    private static func xen(
        major: UInt8 = 4, minor: UInt8 = 20, extra: String = ".4-pre", copies: Int = 1, isEntered: Bool = false
    ) -> [UInt8] {
        let entry: [UInt8] = isEntered ? [0xF3, 0x0F, 0x1E, 0xFA] : []
        func function(_ code: [UInt8]) -> [UInt8] {
            let code = entry + code
            return code + [UInt8](repeating: 0x90, count: 16 - code.count % 16)
        }
        var content: [UInt8] = []
        for copy in 0..<copies {
            // From the end of the third function's instruction to the string behind all of them.
            let distance = UInt8(48 * (copies - copy) - 32 - 7 - entry.count)
            content += function([0xB8, major, 0, 0, 0, 0xC3]) + function([0xB8, minor, 0, 0, 0, 0xE9, 1, 2, 3, 4])
            content += function([0x48, 0x8D, 0x05, distance, 0, 0, 0, 0xC3])
        }
        content += Array(extra.utf8) + [0]
        let note: [UInt8] = [4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0] + Array("GNU".utf8) + [0] + buildID
        let headers = 64 + 2 * 56
        // Functions lie at multiples of 16 of the file.
        let noteSize = 48
        var elf = TestELF(programs: [
            TestELF.Program(
                address: 0x20_0000, memorySize: UInt64(content.count), fileSize: UInt64(content.count),
                fileOffset: UInt64(headers + noteSize)),
            TestELF.Program(
                type: 4, address: 0, memorySize: UInt64(note.count), fileSize: UInt64(note.count),
                fileOffset: UInt64(headers)),
        ])
        elf.is64Bit = true
        let padding = [UInt8](repeating: 0, count: noteSize - note.count)
        return elf.bytes + note + padding + content
    }

    @Test func aXenSaysWhichItIs() throws {
        let file = try XenFile(Self.xen(), from: "xen")
        #expect(file.version == "4.20.4-pre" && file.buildID == Self.buildID)
        #expect(try XenFile(Self.xen(major: 5, minor: 1, extra: ".0", isEntered: true), from: "x").version == "5.1.0")
        // Two places that look like it are none.
        #expect(try XenFile(Self.xen(copies: 2), from: "xen").version == nil)
        for extra in ["", "4", ". ", ".\u{7F}", "." + String(repeating: "1", count: 16)] {
            #expect(try XenFile(Self.xen(extra: extra), from: "xen").version == nil, "\(extra)")
        }
        #expect(throws: CommandFailure.self) { try XenFile(Array("MZ".utf8), from: "xen.efi") }
    }

    /// Nothing of a file is believed.
    @Test func aXenThatIsCutShortIsNoTrap() throws {
        let whole = Self.xen()
        for count in whole.indices {
            do { #expect(try XenFile([UInt8](whole[..<count]), from: "xen").version == nil) } catch {}
        }
    }

    private func write(_ sandbox: Sandbox, options: String = "dom0=pvh  hardware_dom=1") throws {
        try sandbox.writeLaunch()
        let launch = String(decoding: try sandbox.read("launch.yaml"), as: UTF8.self)
        try sandbox.write(
            """
            builder: construct
            xen: {path: xen.gz, options: "\(options)"}
            boot_domain: {kernel: vmlinuz, initramfs: initrd, cmdline: console=hvc0  quiet}
            \(launch)
            """, to: "launch.yaml")
        try sandbox.write(Self.xen(), to: "xen.gz")
        let program = TestELF(programs: [TestELF.note(entry: 1)]).bytes
        try sandbox.write(program, to: "domb-init")
        let archive = TestArchive([
            ("init", [1]), ("domb-init", program), ("images/1", try sandbox.read("a.elf")),
            ("images/2", try sandbox.read("b.elf")), ("images/3", try sandbox.read("c.cpio")),
        ])
        try sandbox.write(archive.bytes, to: "initrd")
    }

    @Test func aDescriptionNeedsNoOptionToBePredicted() throws {
        try Sandbox.run { sandbox in
            try write(sandbox)
            let described = try PredictCommand.parse([sandbox.path("launch.yaml")]).prediction()
            let options = [
                "--domb-init", sandbox.path("domb-init"), "--command-line", "console=hvc0 quiet", "--xen-version",
                "4.20.4-pre", "--xen-build-id", hexadecimal(Self.buildID), "--xen-command-line",
                "dom0=pvh hardware_dom=1", "--xsm", "none",
            ]
            let told = try PredictCommand.parse([sandbox.path("lcm.dtb")] + sandbox.images + options).prediction()
            #expect(described.values == told.values && described.log == told.log)
            // An option goes before what the description says.
            let other = try PredictCommand.parse([sandbox.path("launch.yaml"), "--xen-version", "4.20.5"]).prediction()
            #expect(other.identity.xenVersion == Array("4.20.5".utf8))
            #expect(other.identity.xenBuildID == Self.buildID)
        }
    }

    @Test func whatADescriptionCannotSayIsAskedFor() throws {
        try Sandbox.run { sandbox in
            try write(sandbox, options: "flask=late say='a'")
            try sandbox.write(Self.xen(copies: 2), to: "xen.gz")
            let failure = try #require(sandbox.failure(["predict", sandbox.path("launch.yaml")]))
            #expect(failure.code == 64)
            for words in [
                "--xen-version is needed: \(sandbox.path("xen.gz")): its version was not found in it",
                "--xen-command-line is needed: GRUB rewrites the quotes and backslashes of xen.options",
                "--xsm is needed: xen.options has flask=late",
            ] { #expect(failure.message.contains(words), "\(words)") }
            #expect(!failure.message.contains("--command-line is needed"))
            #expect(!failure.message.contains("--xen-build-id"))
            let compiled = try #require(sandbox.failure(["predict", sandbox.path("lcm.dtb")] + sandbox.images))
            #expect(compiled.code == 64 && compiled.message.contains("a description (.yaml) in place of the LCM"))
        }
    }

    @Test func aVerifierTakesTheDescriptionForItsPrediction() throws {
        try Sandbox.run { sandbox in
            try write(sandbox)
            let log = ["--format", "log", "--output", sandbox.path("log")]
            #expect(sandbox.failure(["predict", sandbox.path("launch.yaml")] + log)?.message == nil)
            let verify = ["verify", "--log-only", sandbox.path("log"), "--expect", sandbox.path("launch.yaml")]
            #expect(sandbox.failure(verify)?.message == nil)
            let launch = String(decoding: try sandbox.read("launch.yaml"), as: UTF8.self)
            try sandbox.write(launch.replacing("memory: 4M", with: "memory: 5M"), to: "launch.yaml")
            #expect(sandbox.failure(verify)?.code == 1)
        }
    }

    @Test func theTablesAreThoseOfTheCompiledLCM() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            for (file, name) in [("launch.yaml", "y"), ("lcm.dtb", "l")] {
                #expect(sandbox.failure(["table", sandbox.path(file), "--output", sandbox.path(name)])?.message == nil)
            }
            #expect(try sandbox.read("y1.aml") == sandbox.read("l1.aml"))
        }
    }

    @Test func everyCommandTakesADescription() throws {
        try Sandbox.run { sandbox in
            try write(sandbox)
            let file = sandbox.path("launch.yaml")
            for command in [
                ["show"], ["plan"], ["check"], ["predict"], ["replay"], ["replay", "--images", sandbox.folder],
                ["show", "--images", sandbox.folder], ["predict", "--images", sandbox.folder],
                ["table", "--output", sandbox.path("t")], ["table", "--initramfs", "--output", sandbox.path("t")],
                ["export", "--xl"], ["export", "--xl", "--images", sandbox.folder],
                ["convert", "--format", "dtb", "--output", sandbox.path("c")],
                ["compile", "--output", sandbox.path("c")],
            ] {
                #expect(sandbox.failure(command + [file])?.message == nil, "\(command)")
            }
            #expect(sandbox.failure(["diff", file, sandbox.path("lcm.dtb")])?.message == nil)
        }
    }

    @Test func anImageIsGivenByItsDomainsName() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let named = [
                "--image", "hw.kernel=\(sandbox.path("a.elf"))", "--image", "app.kernel=\(sandbox.path("b.elf"))",
                "--image", "app.ramdisk=\(sandbox.path("c.cpio"))",
            ]
            let numbered = try sandbox.prediction().values
            for file in ["lcm.dtb", "launch.yaml"] {
                let command = [sandbox.path(file)] + named + Sandbox.identity
                #expect(try PredictCommand.parse(command).prediction().values == numbered)
            }
            func failure(_ image: String) -> String? {
                sandbox.failure(["predict", sandbox.path("lcm.dtb"), "--image", image] + Sandbox.identity)?.message
            }
            #expect(failure("apq.kernel=x")?.contains("no domain 'apq' (did you mean app?)") == true)
            #expect(failure("hw.ramdisk=x")?.contains("domain 'hw' has no ramdisk") == true)
            #expect(failure("hw.kernel=/none")?.contains("/none: cannot open") == true)
            for word in ["0=x", "app=x", "=x", "app.kernel="] {
                #expect(sandbox.exitCode("predict", sandbox.path("lcm.dtb"), "--image", word) == 64, "\(word)")
            }
        }
    }

    @Test func anExportNamesTheFilesAsTheDescriptionDoes() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let export = ["export", "--xl", "--domain", "app", "-o", sandbox.path("app.cfg")]
            #expect(sandbox.failure(export + [sandbox.path("launch.yaml")])?.message == nil)
            let text = String(decoding: try sandbox.read("app.cfg"), as: UTF8.self)
            #expect(text.contains("\nkernel = \"b.elf\"\nramdisk = \"c.cpio\"\n"))
            #expect(!text.contains("whose file is not given"))
        }
    }

    @Test func textThatIsNoLCMIsToldWhatToDo() throws {
        try Sandbox.run { sandbox in
            try sandbox.write("name = \"a\"\n", to: "a.cfg")
            for command in ["show", "plan", "check", "predict", "replay"] {
                let failure = try #require(sandbox.failure([command, sandbox.path("a.cfg")]))
                #expect(failure.code == 65, "\(command)")
                #expect(failure.message.contains("a description's ends in .yaml"), "\(command)")
                #expect(failure.message.contains("domb import"), "\(command)")
            }
        }
    }
}
