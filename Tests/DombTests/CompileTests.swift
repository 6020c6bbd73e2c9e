// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// `domb compile` and `domb convert`.
@Suite struct CompileTests {
    private func model(_ sandbox: Sandbox, _ name: String) throws -> LCM {
        try LaunchControlFile(reading: sandbox.path(name)).lcm
    }

    private func compileDescription(_ sandbox: Sandbox, _ arguments: String...) throws {
        try TestLaunchFiles.writeImages(to: sandbox)
        try sandbox.write(TestLaunchFiles.description, to: "l.yaml")
        #expect(sandbox.failure(["compile", sandbox.path("l.yaml")] + arguments)?.message == nil)
    }

    @Test func descriptionIsTheModel() throws {
        try Sandbox.run { sandbox in
            try compileDescription(sandbox, "-o", sandbox.path("l.dtb"))
            #expect(try model(sandbox, "l.dtb") == TestLaunchFiles.lcm())
        }
    }

    @Test func everyFormatIsTheSameLaunch() throws {
        try Sandbox.run { sandbox in
            try compileDescription(sandbox, "-o", sandbox.path("l.lcm"), "--format", "xlcm")
            #expect(try model(sandbox, "l.lcm") == TestLaunchFiles.lcm())
            for (from, format, to) in [
                ("l.lcm", "dtb", "1.dtb"), ("1.dtb", "yaml", "1.yaml"), ("1.yaml", "xlcm", "2.lcm"),
                ("2.lcm", "yaml", "2.yaml"), ("2.yaml", "dtb", "2.dtb"),
            ] {
                #expect(
                    sandbox.exitCode("convert", sandbox.path(from), "--format", format, "-o", sandbox.path(to)) == 0)
            }
            #expect(try sandbox.read("1.dtb") == sandbox.read("2.dtb"))
            #expect(try sandbox.read("l.lcm") == sandbox.read("2.lcm"))
            #expect(try sandbox.read("1.yaml") == sandbox.read("2.yaml"))
        }
    }

    @Test func sourceIsTheSameLaunch() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.source, to: "l.dts")
            var arguments = ["compile", sandbox.path("l.dts"), "-o", sandbox.path("l.dtb")]
            for (index, file) in [(3, "tiny.elf"), (5, "ramdisk.app")] {
                arguments += ["--image", "\(index)=\(sandbox.path(file))"]
            }
            #expect(sandbox.failure(arguments)?.message == nil)
            #expect(try model(sandbox, "l.dtb") == TestLaunchFiles.lcm())
            let toXLCM = ["convert", sandbox.path("l.dtb"), "--format", "xlcm", "-o", sandbox.path("l.lcm")]
            #expect(sandbox.failure(toXLCM)?.message == nil)
            #expect(try model(sandbox, "l.lcm") == TestLaunchFiles.lcm())
            // The boot domain comes along: from a description it is the same file.
            try compileDescription(sandbox, "-o", sandbox.path("y.lcm"), "--format", "xlcm")
            #expect(try sandbox.read("l.lcm") == sandbox.read("y.lcm"))
        }
    }

    @Test(arguments: ["boot-plus-dom0", "boot-plus-hwdom"])
    func prototypesFilesBecomeDescriptionsAndComeBack(_ name: String) throws {
        try Sandbox.run { sandbox in
            let golden = "\(Sandbox.fixtures)/\(name).lcm"
            let yaml = sandbox.path("l.yaml")
            let again = sandbox.path("again.lcm")
            #expect(sandbox.failure(["decompile", golden, "-o", yaml])?.message == nil)
            #expect(sandbox.failure(["compile", yaml, "--format", "xlcm", "-o", again])?.message == nil)
            let before = try Launch(compiled: HostFile.read(golden, limit: 1 << 16), golden)
            let after = try Launch(compiled: sandbox.read("again.lcm"), again)
            #expect(before == after)
        }
    }

    @Test func theBootDomainOfATreeComesAlong() throws {
        var tree = try FlatTree(parsing: HostFile.read("\(Sandbox.fixtures)/hyperlaunch-2022.dtb", limit: 1 << 16))
        let boot = try #require(BootDomain(tree))
        #expect(boot.kernelIndex != nil)
        #expect(boot.memory != nil)
        tree.root = FlatTree.Node(name: [])
        #expect(BootDomain(tree) == nil)
    }

    @Test func exampleCompiles() throws {
        try Sandbox.run { sandbox in
            for name in ["tiny.elf", "vmlinux"] { try sandbox.write(TestLaunchFiles.tiny, to: name) }
            try sandbox.write("ramdisk", to: "linux-ramdisk.cpio.gz")
            for name in ["appliance", "hyperlaunch"] {
                let arguments = [
                    "compile", "\(Sandbox.examples)/\(name).yaml", "--images", sandbox.folder, "-o",
                    sandbox.path("\(name).dtb"), "--grub", sandbox.path("\(name).cfg"),
                ]
                #expect(sandbox.failure(arguments)?.message == nil)
                #expect(sandbox.exitCode("check", sandbox.path("\(name).dtb")) == 0)
                let check = ["--grub", sandbox.path("\(name).cfg"), "--images", sandbox.folder]
                #expect(sandbox.failure(["check", "\(Sandbox.examples)/\(name).yaml"] + check)?.message == nil)
            }
        }
    }

    @Test func manyDomainsNeedNoDeviceTreeCompiler() throws {
        try Sandbox.run { sandbox in
            try sandbox.write(TestLaunchFiles.tiny, to: "tiny.elf")
            var text = "launch: {handoff: park}\ndomains:\n"
            for number in 1...2000 { text += "  - {name: d\(number), memory: 8M, kernel: tiny.elf, cmdline: x}\n" }
            try sandbox.write(text, to: "l.yaml")
            #expect(sandbox.exitCode("compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")) == 0)
            #expect(try model(sandbox, "l.dtb").domains.count == 2000)
        }
    }

    // MARK: What is refused

    /// The message of a compile that must fail, and that must leave nothing behind.
    private func refused(
        _ sandbox: Sandbox, code: Int32, _ description: String, _ arguments: String...
    ) throws -> String {
        try sandbox.write(description, to: "l.yaml")
        let before = sandbox.files
        let failure = sandbox.failure(["compile", sandbox.path("l.yaml"), "-o", sandbox.path("out")] + arguments)
        #expect(failure?.code == code)
        #expect(sandbox.files == before)
        return failure?.message ?? ""
    }

    private static func one(_ image: String, _ more: String = "") -> String {
        "launch: {handoff: park}\ndomains:\n  - name: a\n    memory: 8M\n    kernel: \(image)\n\(more)"
    }

    @Test func imagesMustBeWhatIsExpected() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            let other = String(repeating: "5a", count: 32)
            let digest = try refused(sandbox, code: 1, Self.one("{path: tiny.elf, digest: \(other)}"))
            #expect(digest.hasPrefix("\(sandbox.path("l.yaml")):5: domains.a.kernel: "))
            _ = try refused(sandbox, code: 1, Self.one("{path: tiny.elf, load: [0x100000+0x20]}"))
            _ = try refused(sandbox, code: 1, Self.one("tiny.elf", "    ramdisk: {path: ramdisk.app, size: 8}\n"))
            _ = try refused(sandbox, code: 66, Self.one("missing.elf"))
            _ = try refused(sandbox, code: 65, Self.one("ramdisk.app"))
        }
    }

    @Test func whatXLCMCannotSayIsNamed() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            for (more, reason) in [
                ("    domid: 7\n", "domain a: domid 7"), ("    roles: [recovery]\n", "domain a: role recovery"),
            ] {
                let message = try refused(sandbox, code: 1, Self.one("tiny.elf", more), "--format", "xlcm")
                #expect(message.contains("cannot be said in xLCM: \(reason)"))
            }
            let index = try refused(
                sandbox, code: 1, Self.one("{path: tiny.elf, index: 256}"), "--format", "xlcm")
            #expect(index.contains("module index 256"))
            let both = "    ramdisk: tiny.elf\n"
            let kinds = try refused(sandbox, code: 1, Self.one("tiny.elf", both), "--format", "xlcm")
            #expect(kinds.contains("module 1 as kernel and ramdisk"))
            let noProperty = sandbox.failure([
                "convert", "\(Sandbox.fixtures)/dom0less.dtb", "--format", "xlcm", "-o", sandbox.path("out"),
            ])
            #expect(noProperty?.code == 1)
            #expect(noProperty?.message.contains("which DomB does not read") ?? false)
        }
    }

    @Test func aNodeCannotHaveEveryName() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            let text = Self.one("tiny.elf").replacing("name: a", with: "name: first domU")
            #expect(try refused(sandbox, code: 1, text).contains("domains.first domU.name: a device tree takes"))
            #expect(
                sandbox.exitCode(
                    "compile", sandbox.path("l.yaml"), "--format", "xlcm", "-o", sandbox.path("l.lcm")) == 0)
            #expect(try model(sandbox, "l.lcm").domains.map { $0.name } == [Array("first domU".utf8)])
        }
    }

    @Test func bothFilesAreWrittenOrNone() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            let boot = "boot_domain: {kernel: k}\n"
            _ = try refused(sandbox, code: 74, boot + Self.one("tiny.elf"), "--grub", "/nonexistent/grub.cfg")
            // A menu entry without a boot domain.
            _ = try refused(sandbox, code: 65, Self.one("tiny.elf"), "--grub", sandbox.path("grub.cfg"))
            // The name of a folder cannot be replaced.
            #expect(
                sandbox.exitCode("compile", sandbox.path("l.yaml"), "-o", "/tmp") == 74)
            #expect(!sandbox.files.contains { $0.hasSuffix(".part") })
        }
    }

    @Test func wrongUseIsUsage() throws {
        try Sandbox.run { sandbox in
            try sandbox.write(TestLaunchFiles.source, to: "l.dts")
            try sandbox.write(TestLaunchFiles.description, to: "l.yaml")
            let output = sandbox.path("out")
            let dts = sandbox.path("l.dts")
            let yaml = sandbox.path("l.yaml")
            #expect(sandbox.exitCode("compile", dts) == 64)
            #expect(sandbox.exitCode("compile", dts, "-o", output, "--grub", output) == 64)
            #expect(sandbox.exitCode("compile", dts, "-o", output, "--images", "x") == 64)
            for word in ["x", "0=x", "=x", "1=", "-1=x"] {
                #expect(sandbox.exitCode("compile", dts, "-o", output, "--image", word) == 64)
            }
            #expect(sandbox.exitCode("compile", dts, "-o", output, "--image", "1=x", "--image", "1=y") == 64)
            #expect(sandbox.exitCode("compile", yaml, "-o", output, "--image", "1=x") == 64)
            #expect(sandbox.exitCode("compile", "\(Sandbox.fixtures)/appliance.dtb", "-o", output) == 64)
            #expect(sandbox.exitCode("decompile", yaml) == 64)
            #expect(sandbox.exitCode("check", yaml, "--entry", "x") == 64)
            try sandbox.write("x", to: "unknown")
            #expect(sandbox.exitCode("compile", sandbox.path("unknown"), "-o", output) == 65)
            #expect(sandbox.exitCode("convert", sandbox.path("unknown"), "--format", "dtb", "-o", output) == 65)
            #expect(sandbox.exitCode("decompile", sandbox.path("unknown")) == 65)
            #expect(sandbox.exitCode("compile", sandbox.path("missing.yaml"), "-o", output) == 66)
            #expect(!sandbox.files.contains("out"))
        }
    }

    /// What another format has no place for in a boot domain is told, and what means nothing to a launch is not.
    @Test(arguments: ["xlcm", "yaml"]) func whatABootDomainHasBesidesIsTold(_ format: String) throws {
        let nothing = ["phandle", "linux,phandle", "#address-cells", "#size-cells"]
        for (name, isTold) in nothing.map({ ($0, false) }) + [("vendor,thing", true)] {
            try Sandbox.run { sandbox in
                try TestLaunchFiles.writeImages(to: sandbox)
                try sandbox.write(TestLaunchFiles.description, to: "l.yaml")
                #expect(sandbox.exitCode("compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")) == 0)
                var tree = try FlatTree(parsing: try sandbox.read("l.dtb"))
                let boot = try #require(
                    tree.root.children[0].children[0].children.firstIndex { ($0.cell("functions") ?? 0) & 1 == 1 })
                tree.root.children[0].children[0].children[boot].set(name, cells: [2])
                try sandbox.write(tree.blob, to: "l.dtb")
                let failure = sandbox.failure([
                    "convert", sandbox.path("l.dtb"), "--format", format, "-o", sandbox.path("out"),
                ])
                #expect(
                    failure?.message.contains("property \(name) of the boot domain") ?? false == isTold,
                    "\(name): \(failure?.message ?? "converted")")
            }
        }
    }

    /// A module of the boot domain that is named by an address: no other format has one.
    @Test func aBootDomainsModuleWithoutAnIndexIsTold() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.description, to: "l.yaml")
            #expect(sandbox.exitCode("compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")) == 0)
            var tree = try FlatTree(parsing: try sandbox.read("l.dtb"))
            let launch = tree.root.children[0].children[0]
            let boot = try #require(launch.children.firstIndex { ($0.cell("functions") ?? 0) & 1 == 1 })
            let kernel = try #require(launch.children[boot].children.firstIndex { $0.isKernel })
            let name = text(launch.children[boot].children[kernel].name)
            tree.root.children[0].children[0].children[boot].children[kernel].properties.removeAll {
                $0.name.elementsEqual("module-index".utf8)
            }
            tree.root.children[0].children[0].children[boot].children[kernel].set(
                "module-addr", longs: [0x100000, 4096])
            try sandbox.write(tree.blob, to: "l.dtb")
            let failure = sandbox.failure([
                "convert", sandbox.path("l.dtb"), "--format", "yaml", "-o", sandbox.path("out"),
            ])
            #expect(failure?.message.contains("node \(name) of the boot domain") == true, "\(failure?.message ?? "")")
        }
    }

    /// What a quoted word cannot have by itself has a backslash before it, and what YAML cannot have its number.
    @Test func everyCharacterOfACommandLineComesBack() throws {
        let line = "a\\b \"c\" \\\" d' e:f #g \u{85}\u{2028}\u{2029}\u{FEFF}\u{E4}\u{20AC}"
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(Self.one("tiny.elf", "    cmdline: x\n"), to: "l.yaml")
            #expect(sandbox.failure(["compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")])?.message == nil)
            var tree = try FlatTree(parsing: try sandbox.read("l.dtb"))
            let kernel = try #require(
                tree.root.children[0].children[0].children[0].children.firstIndex { $0.isKernel })
            tree.root.children[0].children[0].children[0].children[kernel].properties.removeAll {
                $0.name.elementsEqual("bootargs".utf8)
            }
            tree.root.children[0].children[0].children[0].children[kernel].set("bootargs", text: line)
            try sandbox.write(tree.blob, to: "l.dtb")
            for (format, file) in [("xlcm", "l.lcm"), ("yaml", "again.yaml")] {
                let convert = ["convert", sandbox.path("l.dtb"), "--format", format, "-o", sandbox.path(file)]
                #expect(sandbox.failure(convert)?.message == nil)
            }
            #expect(try model(sandbox, "l.lcm").domains[0].commandLine == Array(line.utf8))
            let text = String(decoding: try sandbox.read("l.lcm"), as: UTF8.self)
            #expect(text.contains("bootargs=\"a\\\\b \\\"c\\\" \\\\\\\" d' e:f #g "))
            #expect(
                sandbox.failure(["compile", sandbox.path("again.yaml"), "-o", sandbox.path("again.dtb")])?.message
                    == nil)
            #expect(try model(sandbox, "again.dtb").domains[0].commandLine == Array(line.utf8))
        }
    }

    /// Each format has a place for how the boot domain is built.
    @Test(arguments: ["pvh", "pv"]) func theBootDomainsModeIsInEveryFormat(_ mode: String) throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            let text = TestLaunchFiles.description.replacing(
                "boot_domain:\n", with: "boot_domain:\n  mode: \(mode)\n")
            try sandbox.write(text, to: "l.yaml")
            for (format, name) in [("dtb", "l.dtb"), ("xlcm", "l.lcm")] {
                let output = sandbox.path(name)
                let compile = ["compile", sandbox.path("l.yaml"), "--format", format, "-o", output]
                #expect(sandbox.failure(compile)?.message == nil)
                let launch = try Launch(compiled: try sandbox.read(name), name)
                #expect(launch.bootDomain?.mode == (mode == "pv" ? .pv : .pvh), "\(format)")
            }
        }
    }
}
