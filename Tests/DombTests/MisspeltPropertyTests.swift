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
        let (_, problems) = LaunchControlFile.reading(try appliance(name, as: misspelt), from: "f")
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

    @Test func keysOfTheTextOfAnXLCMAreSuggested() {
        let error = ParseError(.unknownDombProperty, at: 0, place: Array("domain 2:ramdisk-dgest".utf8))
        #expect(error.suggestion == "ramdisk-digest")
    }
}
