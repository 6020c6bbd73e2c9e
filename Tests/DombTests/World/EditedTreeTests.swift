// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import SimulatedPlatform
import Testing

@testable import domb

/// Trees that libfdt edited: what it leaves of a longer value between two tokens is nobody's matter.
@Suite struct EditedTreeTests {
    static let trees = [
        "appliance", "appliance-boot", "appliance-console", "dom0less", "hyperlaunch-2022", "hyperlaunch-2025",
        "world/base", "world/base2",
    ]

    private func lcm(_ bytes: [UInt8]) throws -> LCM {
        var lcm = try LCM(parsing: bytes, hashing: SwiftCryptoHash.self)
        // Places in the file, and the property that the test adds.
        lcm.unknownProperties = []
        return lcm
    }

    private func edited(_ sandbox: Sandbox, _ arguments: [String]) throws -> [UInt8] {
        try Tool.run(arguments, in: sandbox.folder)
        return try sandbox.read("tree.dtb")
    }

    /// The text that the padding gets has every length, so that each count of bytes is left there.
    @Test(arguments: trees) func aShorterValueChangesNothingElse(tree: String) throws {
        try Sandbox.run { sandbox throws in
            let bytes = try HostFile.read(Sandbox.fixtures + "/\(tree).dtb", limit: 1 << 20)
            let before = try lcm(bytes)
            for length in 1...8 {
                try sandbox.write(bytes, to: "tree.dtb")
                let long = String(repeating: "\u{7F}x", count: 8)
                for value in [long, String(repeating: "y", count: length)] {
                    let after = try edited(sandbox, ["fdtput", "-t", "s", "tree.dtb", "/", "owner", value])
                    #expect(try lcm(after) == before, "\(tree), \(length)")
                    #expect(sandbox.exitCode("show", sandbox.path("tree.dtb")) == 0)
                }
            }
        }
    }

    /// The same with a property that a domain has.
    @Test func aShorterCommandLineIsTheNewOne() throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write(try HostFile.read(Sandbox.fixtures + "/world/base.dtb", limit: 4096), to: "tree.dtb")
            for length in (0...40).reversed() {
                let line = String(repeating: "c", count: length)
                let after = try edited(
                    sandbox, ["fdtput", "-t", "s", "tree.dtb", "/chosen/hypervisor/a/k", "bootargs", line])
                #expect(try lcm(after).domains.first?.commandLine == Array(line.utf8))
            }
        }
    }

    /// Every property of every node, shortened by fdtput, as if it had been written so: the same launch, or the same
    /// problems.
    @Test(arguments: trees) func everyShorterValueIsReadAsIfItHadBeenWritten(tree: String) throws {
        try Sandbox.run { sandbox throws in
            let bytes = try HostFile.read(Sandbox.fixtures + "/\(tree).dtb", limit: 1 << 20)
            let original = try FlatTree(parsing: bytes)
            func walk(_ node: FlatTree.Node, _ path: String, _ place: [Int]) throws {
                for (index, property) in node.properties.enumerated() where property.value.count > 1 {
                    for count in Set([property.value.count - 1, property.value.count / 2]) where count > 0 {
                        let value = [UInt8](property.value.prefix(count))
                        try sandbox.write(bytes, to: "tree.dtb")
                        let name = String(decoding: property.name, as: UTF8.self)
                        let after = try edited(
                            sandbox,
                            ["fdtput", "-t", "bx", "tree.dtb", path.isEmpty ? "/" : path, name]
                                + value.map { String($0, radix: 16) })
                        var written = original
                        func set(_ node: inout FlatTree.Node, _ rest: ArraySlice<Int>) {
                            guard let first = rest.first else { return node.properties[index].value = value }
                            set(&node.children[first], rest.dropFirst())
                        }
                        set(&written.root, place[...])
                        let what = "\(tree), \(path):\(name), \(count)"
                        #expect(told(after) == told(written.blob), "\(what)")
                    }
                }
                for (index, child) in node.children.enumerated() {
                    try walk(child, path + "/" + String(decoding: child.name, as: UTF8.self), place + [index])
                }
            }
            try walk(original.root, "", [])
        }
    }

    /// What a reader makes of it, without places in the file.
    private func told(_ bytes: [UInt8]) -> [String] {
        let reading = LCM.read(bytes, hashing: SwiftCryptoHash.self)
        var lcm = reading.lcm
        lcm?.unknownProperties = []
        return reading.problems.map { "\($0.code) \(text($0.place)) \(text($0.reference))" } + [
            "\(String(describing: lcm))"
        ]
    }

    @Test(arguments: trees) func anOverlayIsReadLikeItsTree(tree: String) throws {
        try Sandbox.run { sandbox throws in
            let bytes = try HostFile.read(Sandbox.fixtures + "/\(tree).dtb", limit: 1 << 20)
            try sandbox.write(bytes, to: "base.dtb")
            try sandbox.write(
                """
                /dts-v1/;
                / { fragment@0 { target-path = "/"; __overlay__ { owner = "somebody"; board { rev = <1>; }; }; }; };
                """, to: "overlay.dts")
            try Tool.run(["dtc", "-q", "-@", "-O", "dtb", "-o", "overlay.dtb", "overlay.dts"], in: sandbox.folder)
            let after = try edited(sandbox, ["fdtoverlay", "-i", "base.dtb", "-o", "tree.dtb", "overlay.dtb"])
            #expect(try lcm(after) == lcm(bytes))
        }
    }

    @Test(arguments: [("world/edited", "world/base"), ("world/shorter", "world/base2")]) func treesOfOthersAreRead(
        edited: String, base: String
    ) throws {
        func read(_ name: String) throws -> LCM {
            try lcm(try HostFile.read(Sandbox.fixtures + "/\(name).dtb", limit: 4096))
        }
        #expect(try read(edited) == read(base))
        try Sandbox.run { sandbox throws in
            #expect(sandbox.exitCode("check", Sandbox.fixtures + "/\(edited).dtb") == 0)
            #expect(sandbox.exitCode("decompile", Sandbox.fixtures + "/\(edited).dtb") == 0)
        }
    }

    /// Names that DomB does not read may be as long as they are; a domain's may not.
    @Test func longNamesOfOthersAreRead() throws {
        try Sandbox.run { sandbox throws in
            func exitCode(_ other: String, domain: String) throws -> Int32 {
                try sandbox.write(
                    """
                    /dts-v1/;
                    / { \(other) { \(other) = <1>; }; chosen { hypervisor {
                      compatible = "hypervisor,xen"; domb,handoff = "park";
                      \(domain) { compatible = "xen,domain"; memory = "64M"; k { compatible = "multiboot,kernel";
                        module-index = <1>; domb,load = /bits/ 64 <0x1000000 0x100000>; }; }; }; }; };
                    """, to: "tree.dts")
                return sandbox.exitCode("check", sandbox.path("tree.dts"))
            }
            let long = String(repeating: "n", count: 200)
            #expect(try exitCode(long, domain: "a") == 0)
            #expect(try exitCode("b", domain: String(long.prefix(63))) == 0)
            #expect(try exitCode("b", domain: String(long.prefix(64))) == 65)
        }
    }

    /// `dtc -H both` writes the old name too, `-H legacy` it alone.
    @Test(arguments: ["epapr", "legacy", "both"]) func aPhandleHasTwoNames(form: String) throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write(
                """
                /dts-v1/;
                / { chosen { hypervisor {
                  compatible = "hypervisor,xen"; domb,handoff = "park";
                  first: a { compatible = "xen,domain"; memory = "64M"; k { compatible = "multiboot,kernel";
                    module-index = <1>; domb,load = /bits/ 64 <0x1000000 0x100000>; }; };
                  b { compatible = "xen,domain"; memory = "64M"; domb,depends-on = <&first>; k {
                    compatible = "multiboot,kernel"; module-index = <1>; domb,load = /bits/ 64 <0x1000000 0x100000>; }; };
                }; }; };
                """, to: "tree.dts")
            try Tool.run(
                ["dtc", "-q", "-H", form, "-O", "dtb", "-o", "tree.dtb", "tree.dts"], in: sandbox.folder)
            #expect(try lcm(try sandbox.read("tree.dtb")).domains.map(\.dependencies) == [[], [0]])
        }
    }
}
