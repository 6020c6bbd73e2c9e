// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import domb

/// Half an answer is a failure, whichever command gives it.
@Suite struct StandardOutputTests {
    /// For each subcommand arguments with which it would end well.
    private static func arguments(_ sandbox: Sandbox) throws -> [String: [[String]]] {
        let lcm = Sandbox.fixtures + "/appliance.dtb"
        let bootable = Sandbox.fixtures + "/appliance-boot.dtb"
        let log = Sandbox.fixtures + "/appliance-measurements.bin"
        let description = sandbox.path("l.yaml")
        let places = ["--boot", sandbox.path("boot"), "--grub-d", sandbox.path("grub.d"), "--dry-run"]
        return [
            "check": [[bootable], ["--json", bootable]],
            "show": [[lcm], ["--json", lcm]],
            "plan": [[lcm], ["--json", lcm]],
            "predict": [["--help"]],
            "replay": [[lcm], ["--json", lcm]],
            "log": [[log], ["--json", log]],
            "diff": [[log, log], ["--json", log, log]],
            "export": [["--to", "tcg", log], ["--xl", lcm]],
            "verify": [["--log-only", log], ["--log-only", "--json", log]],
            "table": [[lcm, "--output", sandbox.path("T")]],
            "image": [["--ramdisk", "--label", "a", lcm]],
            "import": [[sandbox.path("l.cfg")]],
            "build": [[description, "--no-golden", "--output", sandbox.path("built")]],
            "status": [["--help"]],
            "compile": [[description, "--output", "-"]],
            "decompile": [[lcm]],
            "convert": [[lcm, "--format", "dtb", "--output", "-"]],
            "install": [[description] + places],
            "uninstall": [places],
        ]
    }

    private func withFiles(_ body: (Sandbox) throws -> Void) throws {
        try Sandbox.run { sandbox in
            for folder in ["boot", "grub.d"] { try HostFile.makeFolder(sandbox.path(folder)) }
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.constructed, to: "l.yaml")
            try sandbox.write(TestLaunchFiles.initramfs(), to: "boot.cpio")
            try sandbox.write("name = 'a'\nmemory = 8\nkernel = 'tiny.elf'\n", to: "l.cfg")
            try sandbox.write("xen", to: "boot/xen.gz")
            try sandbox.write("kernel", to: "boot/boot.elf")
            #expect(
                try Program.run([
                    "install", sandbox.path("l.yaml"), "--boot", sandbox.path("boot"), "--grub-d",
                    sandbox.path("grub.d"),
                ]).code == 0)
            try body(sandbox)
        }
    }

    @Test func everySubcommandFailsWhereItsAnswerCannotBeWritten() throws {
        try withFiles { sandbox throws in
            let arguments = try Self.arguments(sandbox)
            for command in Domb.configuration.subcommands {
                let name = try #require(command.configuration.commandName)
                for words in try #require(arguments[name], "no arguments for \(name)") {
                    let good = try Program.run([name] + words)
                    #expect(good.code == 0, "\(name) \(words): \(good.diagnostics)")
                    for output in ["> /dev/full", ">&-"] {
                        let result = try Program.run([name] + words, output: output)
                        #expect(result.code == 74, "\(name) \(words) \(output): \(result.diagnostics)")
                        #expect(
                            result.diagnostics.contains("domb: standard output: cannot write: "),
                            "\(name) \(words) \(output): \(result.diagnostics)")
                    }
                }
            }
        }
    }

    @Test(arguments: ["--help", "--version", "--generate-completion-script=bash"]) func helpIsAnAnswerToo(
        _ word: String
    ) throws {
        #expect(try Program.run([word]).code == 0)
        #expect(try Program.run([word], output: "> /dev/full").code == 74)
    }

    @Test func nothingIsDoneWhereItCannotBeSaid() throws {
        try withFiles { sandbox throws in
            let places = ["--boot", sandbox.path("boot"), "--grub-d", sandbox.path("grub.d")]
            #expect(try Program.run(["uninstall"] + places, output: "> /dev/full").code == 74)
            #expect(HostFile.isThere(sandbox.path("boot/domb/lcm.dtb")))
            #expect(HostFile.isThere(sandbox.path("grub.d/45_domb")))
        }
    }
}
