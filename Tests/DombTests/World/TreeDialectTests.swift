// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import SimulatedPlatform
import Testing

@testable import domb

/// Trees of other bindings, other years and other hands.
@Suite struct TreeDialectTests {
    private static let kernel =
        "k { compatible = \"multiboot,kernel\"; module-index = <1>; domb,load = /bits/ 64 <0x1000000 0x100000>; };"

    private static func tree(_ domains: String) -> String {
        "/dts-v1/; / { chosen { hypervisor { compatible = \"hypervisor,xen\"; domb,handoff = \"park\"; \(domains) }; }; };"
    }

    private func check(_ domains: String) throws -> (code: Int32, message: String)? {
        var failure: (code: Int32, message: String)?
        try Sandbox.run { sandbox throws in
            try sandbox.write(Self.tree(domains), to: "l.dts")
            failure = sandbox.failure(["check", sandbox.path("l.dts")])
        }
        return failure
    }

    private static func domain(_ name: String, _ more: String = "", compatible: String = "xen,domain") -> String {
        "\(name) { compatible = \"\(compatible)\"; memory = \"64M\"; \(more) \(kernel) };"
    }

    /// A node that has what only a domain has, and is none that is known, must not vanish with a note.
    @Test(arguments: [
        domain("b", compatible: "xen,domian"), "b { memory = \"64M\"; };",
        "b { compatible = \"xen,dom\"; cpus = <1>; };",
        "b { \(kernel) };", "b { compatible = \"x\"; r { compatible = \"module,ramdisk\"; }; };",
    ]) func aNodeThatLooksLikeADomainIsOneOrAnError(node: String) throws {
        let failure = try check(Self.domain("a") + node)
        #expect(failure?.code == 65)
        #expect(
            failure?.message.contains("hypervisor/b:compatible") == true
                && failure?.message.contains("did you mean compatible = \"xen,domain\"?") == true,
            "\(failure?.message ?? "ok")")
    }

    @Test func nodesOfOthersAreLeftToThem() throws {
        #expect(try check(Self.domain("a") + "shm { compatible = \"xen,shared\"; };")?.message == nil)
        let config =
            "config { compatible = \"xen,config\"; m { compatible = \"module,microcode\"; module-index = <9>; }; };"
        #expect(try check(Self.domain("a") + config)?.message == nil)
    }

    /// Hyperlaunch's other binding: what is not zero may be a privilege or a label.
    @Test(arguments: ["role", "capability", "security-id"]) func privilegesOfAnotherBindingAreRefused(name: String)
        throws
    {
        for value in ["<1>", "<9>", "<0x80000000>", "\"unbounded\""] {
            let failure = try check(Self.domain("a", "\(name) = \(value);"))
            #expect(failure?.code == 65 && failure?.message.contains("/a:\(name): unknown bits") == true)
        }
        #expect(try check(Self.domain("a", "\(name) = <0>;"))?.message == nil)
        #expect(Sandbox.fixtures.isEmpty == false)
    }

    @Test func theOtherBindingsTreeIsRefused() throws {
        try Sandbox.run { sandbox throws in
            for command in ["check", "show"] {
                let failure = sandbox.failure([command, Sandbox.fixtures + "/world/d3.dtb"])
                #expect(failure?.code == 65 && failure?.message.contains("dom0:role") == true)
            }
        }
    }

    /// Xen 4.21's word: a ring whose page the builder gives.
    @Test func legacyIsEnhanced() throws {
        let bytes = try HostFile.read(Sandbox.fixtures + "/world/enh-legacy.dtb", limit: 4096)
        let lcm = try LCM(parsing: bytes, hashing: SwiftCryptoHash.self)
        #expect(lcm.domains.first?.settings.usesXenstore == true)
    }

    /// A tree's names are unique with their unit address.
    @Test(arguments: [
        (["domain@1", "domain@2"], ["domain@1", "domain@2"]), (["domain", "domain@0"], ["domain", "domain@0"]),
        (["a@1", "b@1"], ["a", "b"]), (["a@1", "b", "a@2", "a"], ["a@1", "b", "a@2", "a"]),
    ]) func aNameKeepsItsAddressWhereItNeedsIt(_ nodes: [String], _ names: [String]) throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write(Self.tree(nodes.map { Self.domain($0) }.joined()), to: "l.dts")
            #expect(sandbox.failure(["check", sandbox.path("l.dts")])?.message == nil)
            #expect(sandbox.exitCode("compile", sandbox.path("l.dts"), "-o", sandbox.path("l.dtb")) == 0)
            let lcm = try LaunchControlFile(reading: sandbox.path("l.dtb")).lcm
            #expect(lcm.domains.map { text($0.name) } == names)
            // A name with an address can be said in every format.
            let convert = ["convert", sandbox.path("l.dtb"), "--format", "yaml", "-o", sandbox.path("l.yaml")]
            #expect(sandbox.failure(convert)?.message == nil)
        }
    }

    /// PVH or PV (1); 4 says that its kernel has 64 bits, and 8 who starts it: every format leaves that to a dialect.
    @Test func everyModeOfABootDomainIsReadOrTold() throws {
        for mode in Array(0...16) + [32, 0x8000_0000] as [UInt32] {
            var boot = FlatTree.Node("boot")
            boot.set("compatible", text: "xen,domain")
            boot.set("functions", cells: [1])
            boot.set("mode", cells: [mode])
            var launch = FlatTree.Node(name: Array("hypervisor".utf8), children: [boot])
            launch.set("compatible", text: "hypervisor,xen")
            let chosen = FlatTree.Node(name: Array("chosen".utf8), children: [launch])
            let read = try #require(BootDomain(FlatTree(root: FlatTree.Node(name: [], children: [chosen]))))
            let isKnown = mode < 16 && mode & 2 == 0
            #expect(read.foreign == (isKnown ? [] : ["property mode"]), "mode \(mode)")
            if isKnown { #expect(read.mode == (mode & 1 == 1 ? .pv : .pvh), "mode \(mode)") }
        }
    }

    /// A domain with a role is launched like any other; only the boot domain starts as whoever builds it likes.
    @Test(arguments: [
        ("<0>", true), ("<1>", false), ("<2>", true), ("<3>", false), ("<4>", true), ("<6>", true), ("<7>", false),
        ("<0x40000000>", true), ("<0x40000004>", true),
    ]) func aKernelIsLookedIntoWhateverTheRole(functions: String, isLaunched: Bool) throws {
        try Sandbox.run { sandbox throws in
            try CheckRefusalTests.writeImages(to: sandbox)
            let other = isLaunched ? 1 : 0
            try sandbox.write(
                """
                /dts-v1/;
                / { chosen { hypervisor { compatible = "hypervisor,xen"; domb,handoff = "park";
                    b { compatible = "xen,domain"; functions = <\(other)>; memory = "64M";
                        k { compatible = "module,kernel"; module-index = <1>; }; };
                    a { compatible = "xen,domain"; functions = \(functions); memory = "64M";
                        k { compatible = "module,kernel"; module-index = <2>; }; };
                }; }; };
                """, to: "l.dts")
            let failure = sandbox.failure([
                "compile", sandbox.path("l.dts"), "-o", sandbox.path("l.dtb"), "--image",
                "1=\(sandbox.path("tiny.elf"))", "--image", "2=\(sandbox.path("nonote.elf"))",
            ])
            #expect((failure?.message.contains("no PVH kernel") == true) == isLaunched, "\(failure?.message ?? "ok")")
        }
    }
}
