// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import domb

/// What becomes of the thing that is at an output's path.
@Suite struct DestinationTests {
    private static let lcm = Sandbox.fixtures + "/appliance.dtb"
    private static let log = Sandbox.fixtures + "/appliance-measurements.bin"

    private func status(_ path: String) -> stat {
        var status = stat()
        #expect(lstat(path, &status) == 0)
        return status
    }

    /// As root the device was replaced by a file: here a copy of it, since /dev is everybody's.
    @Test func deviceStaysADevice() throws {
        try Sandbox.run { sandbox throws in
            let device = sandbox.path("full")
            // Only root makes devices, and only root could replace one.
            guard mknod(device, S_IFCHR | 0o666, dev_t(0x107)) == 0 else { return }
            let result = sandbox.failure(["decompile", Self.lcm, "-o", device])
            #expect(result?.code == 74 || result?.code == nil)
            #expect(status(device).st_mode & S_IFMT == S_IFCHR)
            #expect(sandbox.files == ["full"])
        }
        try Sandbox.run { sandbox throws in
            #expect(sandbox.failure(["decompile", Self.lcm, "-o", "/dev/full"])?.code == 74)
            #expect(sandbox.failure(["decompile", Self.lcm, "-o", "/dev/null"]) == nil)
            #expect(status("/dev/full").st_mode & S_IFMT == S_IFCHR)
            #expect(status("/dev/null").st_mode & S_IFMT == S_IFCHR)
        }
    }

    @Test func fifoIsWrittenTo() throws {
        try Sandbox.run { sandbox throws in
            let fifo = sandbox.path("fifo")
            #expect(mkfifo(fifo, 0o600) == 0)
            let reader = open(fifo, O_RDWR | O_NONBLOCK)
            defer { close(reader) }
            #expect(sandbox.failure(["convert", Self.lcm, "--format", "dtb", "-o", fifo]) == nil)
            #expect(status(fifo).st_mode & S_IFMT == S_IFIFO)
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(reader, &bytes, bytes.count)
            #expect(try [UInt8](bytes.prefix(max(0, count))) == HostFile.read(Self.lcm, limit: 1 << 20))
        }
    }

    @Test(arguments: [true, false]) func linkStaysALinkAndItsTargetIsWritten(_ isThere: Bool) throws {
        try Sandbox.run { sandbox throws in
            try HostFile.makeFolder(sandbox.path("elsewhere"))
            if isThere { try sandbox.write("old", to: "elsewhere/target") }
            // Relative to the link's own folder, and through a second link.
            #expect(symlink("elsewhere/second", sandbox.path("link")) == 0)
            #expect(symlink("target", sandbox.path("elsewhere/second")) == 0)
            #expect(sandbox.failure(["convert", Self.lcm, "--format", "dtb", "-o", sandbox.path("link")]) == nil)
            #expect(status(sandbox.path("link")).st_mode & S_IFMT == S_IFLNK)
            #expect(status(sandbox.path("elsewhere/second")).st_mode & S_IFMT == S_IFLNK)
            #expect(try sandbox.read("elsewhere/target") == HostFile.read(Self.lcm, limit: 1 << 20))
            #expect(symlink("loop", sandbox.path("loop")) == 0)
            #expect(sandbox.failure(["decompile", Self.lcm, "-o", sandbox.path("loop")])?.code == 74)
        }
    }

    @Test func permissionsOfAFileStay() throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write("old", to: "private")
            #expect(chmod(sandbox.path("private"), 0o600) == 0)
            #expect(sandbox.failure(["decompile", Self.lcm, "-o", sandbox.path("private")]) == nil)
            #expect(status(sandbox.path("private")).st_mode & 0o777 == 0o600)
        }
    }

    @Test func folderIsNoOutput() throws {
        try Sandbox.run { sandbox throws in
            #expect(sandbox.failure(["decompile", Self.lcm, "-o", sandbox.folder])?.code == 74)
            #expect(sandbox.failure(["decompile", Self.lcm, "-o", sandbox.path("none/x")])?.code == 74)
        }
    }

    /// Every command that has both, with each file that it reads as its output: by its name, a link and a second name.
    @Test func noCommandWritesOverWhatItReads() throws {
        try Sandbox.run { sandbox throws in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.description, to: "l.yaml")
            try sandbox.write(try HostFile.read(Self.lcm, limit: 1 << 20), to: "l.dtb")
            try sandbox.write(try HostFile.read(Self.log, limit: 1 << 20), to: "log.bin")
            try sandbox.write(try HostFile.read(Self.lcm, limit: 1 << 20), to: "T1.aml")
            try sandbox.write("nothing", to: "scenario.yaml")
            let path = sandbox.path
            let commands: [(input: String, words: (String) -> [String])] = [
                ("l.yaml", { ["compile", path("l.yaml"), "-o", $0] }),
                ("l.yaml", { ["compile", path("l.yaml"), "-o", path("x"), "--grub", $0] }),
                ("app.elf", { ["compile", path("l.yaml"), "-o", $0] }),
                ("tiny.elf", { ["compile", path("l.yaml"), "-o", path("x"), "--grub", $0] }),
                ("l.yaml", { ["convert", path("l.yaml"), "--format", "yaml", "-o", $0] }),
                ("l.dtb", { ["convert", path("l.dtb"), "--format", "yaml", "-o", $0] }),
                ("l.dtb", { ["decompile", path("l.dtb"), "-o", $0] }),
                ("log.bin", { ["export", "--to", "cel-json", path("log.bin"), "-o", $0] }),
                ("l.dtb", { ["export", "--xl", "--domain", "broker", path("l.dtb"), "-o", $0] }),
                ("l.dtb", { ["replay", path("l.dtb"), "--svg", $0] }),
            ]
            #expect(symlink("x", path("link")) == 0)
            for command in commands {
                let before = try sandbox.read(command.input)
                for kind in ["itself", "link", "second"] {
                    unlink(path("other"))
                    var output = path(command.input)
                    if kind == "link" {
                        #expect(symlink(command.input, path("other")) == 0)
                        output = path("other")
                    } else if kind == "second" {
                        #expect(link(path(command.input), path("other")) == 0)
                        output = path("other")
                    }
                    let words = command.words(output)
                    #expect(sandbox.failure(words)?.code == 64, "\(words), \(kind)")
                    #expect(try sandbox.read(command.input) == before, "\(words), \(kind)")
                    #expect(!HostFile.isThere(path("x")), "\(words): half of it was written")
                }
            }
            // table's names are its own, so its input can only be the first of them.
            let table = ["table", "--unchecked", path("T1.aml"), "--output", path("T")]
            #expect(sandbox.failure(table)?.code == 64)
            #expect(try sandbox.read("T1.aml") == HostFile.read(Self.lcm, limit: 1 << 20))
        }
    }

    @Test(arguments: ["x", "./x", "../NAME/x", "link"]) func twoOutputsAreTwoFiles(_ grub: String) throws {
        try Sandbox.run { sandbox throws in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.description, to: "l.yaml")
            #expect(symlink("x", sandbox.path("link")) == 0)
            let name = sandbox.folder.split(separator: "/").last.map(String.init) ?? ""
            let words = [
                "compile", sandbox.path("l.yaml"), "-o", sandbox.path("x"), "--grub",
                sandbox.path(grub.replacing("NAME", with: name)),
            ]
            #expect(sandbox.failure(words)?.code == 64)
            #expect(!HostFile.isThere(sandbox.path("x")))
        }
    }

    /// What is read in one command may be written by the next.
    @Test func eachCommandHasInputsOfItsOwn() throws {
        try Sandbox.run { sandbox throws in
            let file = sandbox.path("l.dts")
            #expect(sandbox.failure(["decompile", Self.lcm, "-o", file]) == nil)
            try sandbox.write(try HostFile.read(Self.lcm, limit: 1 << 20), to: "l.dtb")
            #expect(sandbox.failure(["show", sandbox.path("l.dtb")]) == nil)
            #expect(sandbox.failure(["convert", Self.lcm, "--format", "dtb", "-o", sandbox.path("l.dtb")]) == nil)
        }
    }
}
