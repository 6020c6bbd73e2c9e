// SPDX-License-Identifier: Apache-2.0

import Glibc
import LaunchControl
import LogReading
import Measurement
import Platform
import Testing

@testable import domb

/// Files that are made to take memory, disk or time without end: the limit acts while they are read.
@Suite struct LimitTests {
    private static let lcm = Sandbox.fixtures + "/appliance.dtb"

    /// 200 MiB of zeros, packed to a thousandth.
    private static let bomb = Result {
        try Filter.run(
            ["sh", "-c", "head -c \(200 << 20) /dev/zero | gzip -nc9"], on: [], limit: 1 << 24, to: .unpack)
    }

    @Test func gzipBombIsNotUnpacked() throws {
        try Sandbox.run { sandbox throws in
            let packed = try Self.bomb.get()
            #expect(KernelFile.unpackedLimit(packed: packed.count) < 100 << 20)
            try sandbox.write(packed, to: "bomb.gz")
            // A file may grow to 1 MiB: nothing is written out.
            let result = try Program.run(
                ["image", "--label", "a", sandbox.path("bomb.gz")], limits: "ulimit -f 2048")
            #expect(result.code == 65)
            #expect(result.diagnostics.contains("the output of gzip: larger than"))
        }
    }

    /// Its header says what it unpacks to, and no more of it is taken.
    @Test(arguments: [4, 1 << 20, 0xFFFF_FFFF]) func bzImageBombIsNotUnpacked(_ declared: Int) throws {
        try Sandbox.run { sandbox throws in
            let packed = try Self.bomb.get()
            var image = [UInt8](repeating: 0, count: 1024)
            image[0x1F1] = 1
            image.replaceSubrange(0x202..<0x206, with: Array("HdrS".utf8))
            image.replaceSubrange(0x206..<0x208, with: [0x0F, 0x02])
            let payload = packed.dropLast(4) + littleEndian(declared)
            image.replaceSubrange(0x24C..<0x250, with: littleEndian(payload.count))
            try sandbox.write(image + payload, to: "bomb")
            let result = try Program.run(["image", "--label", "a", sandbox.path("bomb")], limits: "ulimit -f 2048")
            #expect(result.code == 65)
            let limit = min(declared, KernelFile.unpackedLimit(packed: payload.count))
            #expect(result.diagnostics.contains("larger than \(limit) bytes"), "\(result.diagnostics)")
        }
    }

    private func littleEndian(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// A kernel of zeros, as tests and small guests have them, is no bomb.
    @Test func wellPackedKernelIsUnpacked() throws {
        let kernel = TestELF(programs: [
            TestELF.Program(address: 0x10_0000, content: [UInt8](repeating: 0, count: 8 << 20))
        ]).bytes
        try Sandbox.run { sandbox throws in
            try sandbox.write(
                try Filter.run(["gzip", "-nc9"], on: kernel[...], limit: 1 << 24, to: .unpack), to: "kernel.gz")
            #expect(sandbox.failure(["image", "--label", "a", sandbox.path("kernel.gz")]) == nil)
        }
    }

    @Test func whatIsNoFileInALaunchersFolderIsPassedOver() throws {
        try Sandbox.run { sandbox throws in
            try HostFile.makeFolder(sandbox.path("modules"))
            #expect(mkfifo(sandbox.path("modules/fifo"), 0o600) == 0)
            #expect(symlink("fifo", sandbox.path("modules/link-to-fifo")) == 0)
            #expect(symlink("nowhere", sandbox.path("modules/link-to-nothing")) == 0)
            #expect(symlink("/dev/zero", sandbox.path("modules/link-to-zeros")) == 0)
            try HostFile.makeFolder(sandbox.path("modules/folder"))
            try sandbox.write("module", to: "modules/normal.mod")
            #expect(symlink("normal.mod", sandbox.path("modules/link.mod")) == 0)
            #expect(try HostFile.names(in: sandbox.path("modules")) == ["link.mod", "normal.mod"])
            let result = try Program.run(
                [
                    "verify", "--firmware-log", Sandbox.fixtures + "/grub-firmware.bin", "--pcrs",
                    Sandbox.fixtures + "/grub-pcrs.txt", "--launcher-folder", sandbox.path("modules"),
                    Sandbox.fixtures + "/grub-measurements.bin",
                ], patience: 120)
            #expect(result.code != 124, "it hangs")
        }
    }

    // MARK: A description

    private func description(_ count: Int, _ domain: (Int) -> String) -> String {
        "launch:\n  handoff: park\ndomains:\n" + (0..<count).map(domain).joined()
    }

    @Test func tooManyDomainsAreRefusedBeforeAnyIsRead() throws {
        let text = description(200_000) {
            "  - name: d\($0)\n    memory: 8M\n    kernel: {index: 1, load: [0x100000+0x2000]}\n    digest: none\n"
        }
        // The whole of it is 19 MB.
        #expect(refusal(text) == "l.yaml: larger than \(16 << 20) bytes")
        let short = description(200_000) { "- name: d\($0)\n  memory: 8M\n  kernel: k\n" }
        #expect(short.utf8.count < 16 << 20)
        #expect(refusal(short) == "l.yaml:98260: domains: more than 32752, and Xen has no domids for them")
    }

    @Test func domainsInBracketsAreCountedToo() {
        let items = [String](repeating: "a", count: Limits.domains + 1).joined(separator: ",")
        let text = "launch: {handoff: park}\ndomains: [\(items)]\n"
        #expect(refusal(text) == "l.yaml:2: domains: more than 32752, and Xen has no domids for them")
    }

    /// 40 KB that stand for 400 million values.
    @Test func aliasesMakeNoMoreOfADescription() throws {
        let list = [String](repeating: "1", count: 20_000).joined(separator: ",")
        let text = description(2000) { index in
            "- {name: d\(index), memory: 8M, kernel: k, depends_on: \(index == 0 ? "&a [\(list)]" : "*a")}\n"
        }
        let lines = try #require(refusal(text)).split(separator: "\n")
        #expect(lines.count == Excerpt.limit + 1)
        #expect(lines.last?.hasPrefix("domb: and ") ?? false)
    }

    private func refusal(_ text: String) -> String? {
        do throws(CommandFailure) {
            _ = try LaunchDescription(parsing: Array(text.utf8), from: "l.yaml")
            return nil
        } catch {
            return error.message
        }
    }

    // MARK: Lists that input makes long

    /// An LCM with as many properties that nobody reads as fit into it.
    private func lcm(unknown count: Int) throws -> [UInt8] {
        let bytes = try HostFile.read(Self.lcm, limit: Limits.moduleBytes)
        var tree = try LaunchInput.tree(bytes, "lcm")
        let chosen = try #require(tree.root.children.firstIndex { $0.name.elementsEqual("chosen".utf8) })
        let hypervisor = try #require(
            tree.root.children[chosen].children.firstIndex { $0.baseName.elementsEqual("hypervisor".utf8) })
        for index in 0..<count {
            tree.root.children[chosen].children[hypervisor].children.append(FlatTree.Node("n\(index)"))
        }
        return tree.blob
    }

    @Test func notesAreAHundredAndACount() throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write(try lcm(unknown: 20_000), to: "l.dtb")
            for command in ["show", "check", "plan"] {
                let lines = try Program.run([command, sandbox.path("l.dtb")]).diagnostics.split(separator: "\n")
                #expect(lines.count { $0.contains(" that DomB reads (offset ") } == 100, "\(command)")
                // One property of the fixture's own.
                #expect(lines.count { $0.hasSuffix("note: and 19901 more") } == 1, "\(command)")
                #expect(lines.count < 110, "\(command)")
            }
        }
    }

    @Test func findingsAreAHundredAndACount() throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write(Self.log(records: 5000), to: "log")
            let result = try Program.run(["log", sandbox.path("log")])
            #expect(result.code == 1)
            let lines = result.diagnostics.split(separator: "\n")
            #expect(lines.count == 101)
            #expect(lines.last?.hasPrefix("domb: and ") ?? false)
        }
    }

    @Test func modulesOfAnEntryAreLookedAtByTheLCMsIndicesAlone() throws {
        try Sandbox.run { sandbox throws in
            let image = "kernel: {index: 4294967294, load: [0x100000+0x2000], digest: none}"
            let text = TestLaunchFiles.description.replacing("kernel: tiny.elf", with: image)
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(text, to: "l.yaml")
            try sandbox.write("menuentry 'a' {\n multiboot2 /xen.gz\n module2 /lcm\n}\n", to: "grub.cfg")
            let result = try Program.run(
                ["check", sandbox.path("l.yaml"), "--grub", sandbox.path("grub.cfg")], patience: 120)
            #expect(result.code != 124, "it counts through four thousand million indices")
        }
    }

    // MARK: A log

    /// Separators alone: the records that are smallest.
    private static func log(records: Int) -> [UInt8] {
        var log = EventLog(banks: [.sha1]).bytes
        var record: [UInt8] = []
        for word in [11, 4, 1] as [UInt32] { record += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        record += [4, 0] + [UInt8](repeating: 7, count: 20) + [4, 0, 0, 0, 0, 0, 0, 0]
        for _ in 0..<records { log += record }
        return log
    }

    /// As one text it took fifty times the log's own memory.
    @Test(arguments: [["log"], ["log", "--json"]]) func reportOfALogIsWrittenAsItIsMade(_ command: [String]) throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write(Self.log(records: 100_000), to: "log")
            // In KiB, most of it the program's own.
            let result = try Program.run(command + [sandbox.path("log")], limits: "ulimit -v 300000")
            #expect(result.code == 1, "\(result.diagnostics.prefix(300))")
        }
    }
}
