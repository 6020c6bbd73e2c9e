// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

@testable import domb

/// `domb check` on names that nobody knows.
@Suite struct MisspeltPropertyTests {
    /// The appliance with one property renamed.
    private func appliance(_ name: String, as other: String) throws -> [UInt8] {
        var tree = try FlatTree(
            parsing: try HostFile.read("\(Sandbox.fixtures)/appliance.dtb", limit: 1 << 20))
        func rename(_ node: inout FlatTree.Node) {
            for index in node.properties.indices where node.properties[index].name.elementsEqual(name.utf8) {
                node.properties[index].name = Array(other.utf8)
            }
            for index in node.children.indices { rename(&node.children[index]) }
        }
        rename(&tree.root)
        return tree.blob
    }

    @Test(arguments: ParseError.dombProperties) func everyPropertyIsSuggested(_ name: String) throws {
        // Without the letter after the comma: without the last, domb,pcr and domb,pci would be the same.
        let misspelt = "domb," + name.dropFirst("domb,".count + 1)
        let problems = LaunchControlFile.reading(try appliance(name, as: misspelt), from: "f").problems
        let unknown = problems.filter { $0.code == .unknownDombProperty }
        // The fixture need not have all of them.
        for problem in unknown { #expect(problem.suggestion == name) }
        let direct = ParseError(.unknownDombProperty, at: 0, place: Array("/a:\(misspelt)".utf8))
        #expect(direct.suggestion == name)
    }

    @Test func everyPropertyIsKnownToTheReader() throws {
        for name in ParseError.dombProperties {
            #expect(LaunchControlFile.reading(try appliance(name, as: name), from: "f").problems == [])
        }
    }

    @Test func theSuggestionIsInTheLine() throws {
        try Sandbox.run { sandbox in
            try sandbox.write(try appliance("domb,weight", as: "domb,wieght"), to: "l.dtb")
            let failure = sandbox.failure(["check", sandbox.path("l.dtb")])
            #expect(failure?.code == 65)
            #expect(failure?.message.contains("(did you mean domb,weight?)") ?? false)
            try sandbox.write(try appliance("domb,weight", as: "domb,frobnicate"), to: "l.dtb")
            let other = sandbox.failure(["check", sandbox.path("l.dtb")])
            #expect(other?.code == 65)
            #expect(!(other?.message.contains("did you mean") ?? true))
        }
    }

    @Test func allProblemsAreTold() throws {
        var tree = try FlatTree(parsing: try appliance("domb,weight", as: "domb,wieght"))
        tree.root.children[0].children[0].set("domb,tmp", text: "off")
        try Sandbox.run { sandbox in
            try sandbox.write(tree.blob, to: "l.dtb")
            let failure = sandbox.failure(["check", sandbox.path("l.dtb")])
            #expect(failure?.message.split(separator: "\n").count ?? 0 >= 2)
            #expect(failure?.message.contains("(did you mean domb,tpm?)") ?? false)
        }
    }

    /// Of a launch's, a domain's, a vcpu's and a module's own: with one letter left out, and with two exchanged.
    @Test(arguments: LCM.propertyNames.map { text($0.bytes) }.filter { !$0.hasPrefix("domb,") })
    func everyStandardPropertyIsSuggested(_ name: String) throws {
        guard name.count > 3, name != "compatible" else { return }
        var letters = Array(name)
        var misspelt = letters.indices.map { String(letters[..<$0] + letters[($0 + 1)...]) }
        for place in letters.indices.dropLast() {
            letters.swapAt(place, place + 1)
            misspelt.append(String(letters))
            letters.swapAt(place, place + 1)
        }
        for other in misspelt where other != name {
            var tree = try FlatTree(parsing: try appliance("none", as: "none"))
            tree.root.children[0].children[0].children[0].set(other, cells: [1])
            let unread = LaunchControlFile.reading(tree.blob, from: "f").unread.filter {
                $0.name.elementsEqual(other.utf8)
            }
            #expect(unread.map { $0.suggestion } == [name], "\(other)")
        }
    }

    @Test(
        arguments: [
            ("uuid", "domain-uuid"), ("maxmem", "mem-max"), ("max-mem", "mem-max"), ("enhanced", "xen,enhanced"),
            ("weight", "domb,weight"), ("depends-on", "domb,depends-on"), ("cmdline", "bootargs"),
            ("permission", "permissions"),
            ("module_index", "module-index"), ("phandel", nil), ("linux,phandel", nil), ("#address-cell", nil),
            ("#size-cell", nil), ("bootargs", nil), ("role", nil), ("vpl011", nil),
            ("xen,static-mem", nil),
            ("passthrough", nil), ("llc-colors", nil), ("max_grant_frames", "domb,max-grant-frames"),
            ("direct-map", nil), ("sve", nil),
            ("nr_spis", nil),
        ] as [(String, String?)]) func wordsOfOthersAreAnsweredOrLeftAlone(_ name: String, _ meant: String?) throws
    {
        var tree = try FlatTree(parsing: try appliance("none", as: "none"))
        tree.root.children[0].children[0].children[0].set(name, cells: [0])
        let unread = LaunchControlFile.reading(tree.blob, from: "f").unread.filter { $0.name.elementsEqual(name.utf8) }
        #expect(unread.map { $0.suggestion } == [meant])
    }

    /// In every node that has them, the boot domain's, too.
    @Test(arguments: [
        ("", "handof"), ("a", "vcpus"), ("a", "memry"), ("a/k", "module-indx"), ("b", "memry"), ("a/v", "hard-afinity"),
    ])
    func whatIsMisspeltIsToldInTextAndJSON(_ node: String, _ name: String) throws {
        func property(_ other: String) -> String { node == other ? "\(name) = <1>;" : "" }
        try Sandbox.run { sandbox throws in
            try sandbox.write(
                """
                /dts-v1/;
                / { chosen { hypervisor { compatible = "hypervisor,xen"; domb,handoff = "park"; \(property(""))
                    b { compatible = "xen,domain"; functions = <1>; \(property("b")) };
                    a { compatible = "xen,domain"; memory = "64M"; \(property("a"))
                        v { compatible = "xen,vcpu"; id = <0>; \(property("a/v")) };
                        k { compatible = "module,kernel"; module-index = <1>; domb,load = /bits/ 64 <0x1000000 0x100000>;
                            \(property("a/k")) }; }; }; }; };
                """, to: "l.dts")
            let text = try Program.run(["check", sandbox.path("l.dts")])
            #expect(text.code == 0)
            let note = text.diagnostics.split(separator: "\n").filter { $0.contains(":\(name): ") }
            #expect(note.count == 1 && note.first?.contains("did you mean") == true, "\(text.diagnostics)")
            let json = try Program.run(
                ["check", "--json", sandbox.path("l.dts")], output: "> \(sandbox.path("out.json"))")
            #expect(json.code == 0)
            let answer = String(decoding: try sandbox.read("out.json"), as: UTF8.self)
            let words = try #require(note.first?.split(separator: "note: ").last)
            #expect(answer.contains("\"text\": \"\(words)\"") || answer.contains("\"text\":\"\(words)\""), "\(answer)")
        }
    }

    /// A property that is missing since it is misspelt: both are told.
    @Test func whatIsMissingIsToldWithWhatIsThere() throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write(
                """
                /dts-v1/;
                / { chosen { hypervisor { compatible = "hypervisor,xen"; domb,handoff = "park";
                    a { compatible = "xen,domain"; memry = "64M";
                        k { compatible = "module,kernel"; module-index = <1>; domb,load = /bits/ 64 <0x1000000 0x100000>; };
                    }; }; }; };
                """, to: "l.dts")
            let check = try Program.run(
                ["check", "--json", sandbox.path("l.dts")], output: "> \(sandbox.path("out.json"))")
            #expect(check.code == 65)
            for text in [
                "a:memory: a property that must be there is missing",
                "a:memry: not a property that DomB reads (did you mean memory?)",
            ] {
                #expect(check.diagnostics.contains(text), "\(check.diagnostics)")
            }
            #expect(String(decoding: try sandbox.read("out.json"), as: UTF8.self).contains("did you mean memory?"))
        }
    }

    @Test func keysOfTheTextOfAnXLCMAreSuggested() {
        let error = ParseError(.unknownDombProperty, at: 0, place: Array("domain 2:ramdisk-dgest".utf8))
        #expect(error.suggestion == "ramdisk-digest")
    }
}
