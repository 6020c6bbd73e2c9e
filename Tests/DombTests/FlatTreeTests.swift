// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Testing

@testable import domb

/// Our own device tree writer against dtc's files, and `domb decompile`.
@Suite struct FlatTreeTests {
    private static let fixtures = ["appliance", "dom0less", "hyperlaunch-2022"]

    /// Without a device tree a .dts has all that dtc keeps beside it.
    private static let beside = """
        /dts-v1/;
        /memreserve/ 0x10000000 0x4000;
        /memreserve/ 0x8000000000000000 0x1;
        / {
            #address-cells = <1>; #size-cells = <0>;
            empty; text = "a", "b \\"q\\" \\\\ \\n\\t"; nothing = ""; bytes = [00 01 02]; high = "\\xe4";
            cells = <1 0xffffffff>; long = /bits/ 64 <1>; domb,size = /bits/ 64 <0x100000002>;
            twelve = <0x61626300>; domid = <0x61626300>; mixed = "x", [00 00]; aliased = &inner;
            first: second: a { #cells = <0>; inner: b@1 { reg = <1>; phandle = <7>; ref = <&{/a}>; }; };
            cpus { #address-cells = <1>; #size-cells = <0>; cpu@2 { reg = <2>; }; };
        };
        """

    private func fixture(_ name: String) throws -> [UInt8] {
        try HostFile.read("\(Sandbox.fixtures)/\(name).dtb", limit: 1 << 20)
    }

    @Test(arguments: fixtures) func treesAreWrittenAsDeviceTreeCompilerDoes(_ name: String) throws {
        let blob = try fixture(name)
        #expect(try FlatTree(parsing: blob).blob == blob)
    }

    @Test(arguments: fixtures)
    func decompiledTreesCompileToTheSameBytes(_ name: String) throws {
        try roundTrip(try fixture(name))
    }

    @Test(
        arguments: [[], ["-@"], ["-A"], ["-b", "5"], ["-@", "-H", "both"]])
    func everythingThatDeviceTreeCompilerWritesComesBack(_ options: [String]) throws {
        let blob = try Filter.run(
            ["dtc", "-q", "-I", "dts", "-O", "dtb"] + options, on: Array(Self.beside.utf8)[...], limit: 1 << 20,
            to: .compile)
        let tree = try FlatTree(parsing: blob)
        #expect(tree.blob == blob)
        #expect(tree.reservations.count == 2)
        #expect(tree.bootCPU == (options.first == "-b" ? 5 : 2))
        if options.first == "-@" {
            #expect(tree.source.contains("first: second: a {") || tree.source.contains("second: first: a {"))
        }
        try roundTrip(blob)
    }

    /// Decompiled, compiled by the real dtc.
    private func roundTrip(_ blob: [UInt8]) throws {
        try Sandbox.run { sandbox in
            try sandbox.write(blob, to: "in.dtb")
            let output = sandbox.path("out.dts")
            #expect(sandbox.failure(["decompile", sandbox.path("in.dtb"), "-o", output])?.message == nil)
            let source = try sandbox.read("out.dts")
            #expect(try DeviceTreeCompiler().compile(output, source) == blob)
        }
    }

    @Test func everyCharacterOfATextIsShown() {
        for (byte, shown) in [
            (0x09, "\\t"), (0x0A, "\\n"), (0x0D, "\\r"), (0x20, " "), (0x22, "\\\""), (0x5C, "\\\\"), (0x7E, "~"),
        ] as [(UInt8, String)] {
            var root = FlatTree.Node(name: [])
            root.set("text", text: [0x61, byte, 0x62])
            #expect(FlatTree(root: root).source.contains("text = \"a\(shown)b\";"), "\(byte)")
        }
        for byte in [0x01, 0x08, 0x0B, 0x0C, 0x1F, 0x7F, 0x80, 0xFF] as [UInt8] {
            var root = FlatTree.Node(name: [])
            root.set("text", text: [0x61, byte, 0x62])
            #expect(!FlatTree(root: root).source.contains("\""), "\(byte)")
        }
    }

    /// dtc takes the first cpu's `reg`, and 0 where there is no cpu.
    @Test func theBootCPUIsToldWhereDTCWouldTakeAnother() {
        for (bootCPU, hasCPUs, isTold) in [
            (0, false, false), (5, false, true), (0, true, true), (5, true, true),
        ] as [(UInt32, Bool, Bool)] {
            var root = FlatTree.Node(name: [])
            if hasCPUs { root.children.append(FlatTree.Node(name: Array("cpus".utf8))) }
            var tree = FlatTree(root: root)
            tree.bootCPU = bootCPU
            #expect(tree.source.contains("// boot cpu: \(bootCPU)\n") == isTold, "\(bootCPU) \(hasCPUs)")
        }
    }

    @Test func textIsShownAsTextAndNumbersAsNumbers() throws {
        var root = FlatTree.Node(name: [])
        root.set("text", text: "a\"b")
        root.set("domid", cells: [0x6162_6300])
        root.set("other", cells: [0x6162_6300])
        root.set("domb,load", longs: [1, 2])
        root.set("domb,digest", bytes: [0x61, 0x00])
        root.set("odd", bytes: [1, 2, 3])
        root.set("empty", bytes: [])
        root.set("nothing", text: "")
        let lines = FlatTree(root: root).source.split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(
            lines == [
                "/dts-v1/;", "/ {", "text = \"a\\\"b\";", "domid = <0x61626300>;", "other = \"abc\";",
                "domb,load = /bits/ 64 <0x1 0x2>;", "domb,digest = [6100];", "odd = [010203];", "empty;",
                "nothing = \"\";", "};",
            ])
    }

    @Test(arguments: fixtures) func everyPrefixIsRefused(_ name: String) throws {
        let blob = try fixture(name)
        // The strings come last: a cut there may miss only what nobody refers to.
        let strings = blob[12..<16].reduce(0) { $0 << 8 | Int($1) }
        for count in 0..<strings {
            #expect(throws: FlatTree.Problem.self) { try FlatTree(parsing: Array(blob[..<count])) }
        }
    }

    @Test(arguments: fixtures) func noBitFlipTraps(_ name: String) throws {
        var blob = try fixture(name)
        for bit in 0..<(blob.count * 8) {
            blob[bit / 8] ^= 1 << UInt8(bit % 8)
            if let tree = try? FlatTree(parsing: blob) {
                _ = tree.source
                _ = BootDomain(tree)
            }
            blob[bit / 8] ^= 1 << UInt8(bit % 8)
        }
    }

    @Test func deepTreesAreRefused() throws {
        var node = FlatTree.Node("a")
        for _ in 0..<100 {
            var parent = FlatTree.Node("a")
            parent.children = [node]
            node = parent
        }
        let tree = FlatTree(root: FlatTree.Node(name: [], children: [node]))
        #expect(throws: FlatTree.Problem.self) { try FlatTree(parsing: tree.blob) }
    }

    @Test func imagesFillWhatASourceLeavesOut() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.source, to: "l.dts")
            let good = "4=\(sandbox.path("app.elf"))"
            let compile = ["compile", sandbox.path("l.dts"), "-o", sandbox.path("out"), "--image"]
            #expect(sandbox.failure(compile + [good])?.message == nil)
            // Filled once, the same image still fits, and another one does not.
            #expect(sandbox.exitCode("decompile", sandbox.path("out"), "-o", sandbox.path("l.dts")) == 0)
            let first = try sandbox.read("out")
            #expect(sandbox.failure(compile + [good])?.message == nil)
            #expect(try sandbox.read("out") == first)
            let other = sandbox.failure(compile + ["4=\(sandbox.path("tiny.elf"))"])
            #expect(other?.code == 1)
            #expect(other?.message.contains("/chosen/hypervisor/app/kernel:domb,load: not that of ") ?? false)
            #expect(sandbox.failure(compile + ["9=\(sandbox.path("tiny.elf"))"])?.code == 1)
            #expect(sandbox.failure(compile + ["4=\(sandbox.path("missing"))"])?.code == 66)
            #expect(try sandbox.read("out") == first)
        }
    }

    @Test func aBrokenSourceIsMalformed() throws {
        try Sandbox.run { sandbox in
            try sandbox.write("/dts-v1/; / { a = ; };", to: "l.dts")
            #expect(sandbox.exitCode("compile", sandbox.path("l.dts"), "-o", sandbox.path("out")) == 65)
            // Well-formed, but no LCM.
            try sandbox.write("/dts-v1/; / { a; };", to: "l.dts")
            #expect(sandbox.exitCode("compile", sandbox.path("l.dts"), "-o", sandbox.path("out")) == 65)
            #expect(sandbox.files == ["l.dts"])
        }
    }

    @Test func aMissingProgramIsToldWithItsPackage() {
        let purpose = Filter.Purpose(task: "compile the .dts", package: "device-tree-compiler")
        do throws(CommandFailure) {
            _ = try Filter.run(["domb-no-such-program"], on: [], limit: 1, to: purpose)
            Issue.record("it ran")
        } catch {
            #expect(error.exitCode.rawValue == 69)
            #expect(error.message.hasSuffix("install device-tree-compiler"))
        }
    }
}
