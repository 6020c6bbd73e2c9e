// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// `domb check` on references to what is not there: the nearest name is told, whatever the format.
@Suite struct MeantNameTests {
    /// A tree of two domains, of which the second refers to what is given.
    private func tree(_ change: (_ first: inout FlatTree.Node, _ second: inout FlatTree.Node) -> Void) -> [UInt8] {
        var tree = FlatTree()
        var hypervisor = FlatTree.Node("hypervisor")
        hypervisor.set("compatible", text: "hypervisor,xen")
        hypervisor.set("domb,cpupools", text: "batch:credit2:1")
        func domain(_ name: String) -> FlatTree.Node {
            var domain = FlatTree.Node(name)
            domain.set("compatible", text: "xen,domain")
            domain.set("permissions", cells: [0])
            domain.set("functions", cells: [0])
            domain.set("mode", cells: [0])
            domain.set("cpus", cells: [1])
            domain.set("memory", cells: [0, 8192])
            var kernel = FlatTree.Node("kernel")
            kernel.set("compatible", text: "module,kernel")
            kernel.set("module-index", cells: [1])
            kernel.set("domb,load", longs: [0x10_0000, 0x1000])
            domain.children.append(kernel)
            return domain
        }
        var (first, second) = (domain("broker"), domain("sensor"))
        change(&first, &second)
        hypervisor.children += [first, second]
        var chosen = FlatTree.Node("chosen")
        chosen.children.append(hypervisor)
        tree.root.children.append(chosen)
        return tree.blob
    }

    private func problems(_ bytes: [UInt8]) -> [LaunchProblem] { LaunchControlFile.reading(bytes, from: "f").problems }

    @Test func thePhandleOfADomainsKernelMeansTheDomain() {
        let found = problems(
            tree { first, second in
                first.set("phandle", cells: [1])
                first.children[0].set("phandle", cells: [2])
                second.set("domb,depends-on", cells: [2])
            })
        #expect(found.map { $0.code } == [.unknownPhandle])
        #expect(found.first?.suggestion == "broker")
        #expect(found.first?.line.contains("no domain has this phandle: '2' (did you mean broker?)") ?? false)
    }

    @Test func aPhandleThatNoNodeHasMeansNothing() {
        let found = problems(tree { _, second in second.set("domb,depends-on", cells: [7]) })
        #expect(found.map { $0.code } == [.unknownPhandle])
        #expect(found.first?.suggestion == nil)
        #expect(found.first?.line.contains("'7'") ?? false)
    }

    @Test(arguments: [
        ("domb,console", "brokr", ParseError.Code.unknownBackend, "broker" as String?),
        ("domb,console", "nobody-like-it", .unknownBackend, nil),
        ("domb,cpupool", "bach", .unknownCPUPool, "batch"),
        ("domb,cpupool", "everything", .unknownCPUPool, nil),
    ])
    func aNameIsComparedWithThoseThatAreThere(
        property: String, value: String, code: ParseError.Code, meant: String?
    ) {
        let found = problems(tree { _, second in second.set(property, text: value) }).filter { $0.code == code }
        #expect(found.map { $0.suggestion } == [meant])
        #expect(found.first?.line.contains("'\(value)'") ?? false)
    }

    /// The compiler writes no such LCM: its dependency is renamed, and the checksum made right again.
    private func xlcm(_ sandbox: Sandbox, dependency: String) throws -> [UInt8] {
        try sandbox.write(Sandbox.kernel(1), to: "a.elf")
        try sandbox.write(
            """
            launch:
              handoff: park
            domains:
              - name: broker
                memory: 4M
                kernel: a.elf
              - name: sensor
                memory: 4M
                depends_on: broker
                kernel: a.elf
            """, to: "l.yaml")
        let compile = ["compile", sandbox.path("l.yaml"), "--format", "xlcm", "-o", sandbox.path("l.lcm")]
        #expect(sandbox.failure(compile)?.message == nil)
        var bytes = try sandbox.read("l.lcm")
        let old = Array("depends-on=broker".utf8)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: old) })
        bytes.replaceSubrange(place..<(place + old.count), with: Array("depends-on=\(dependency)".utf8))
        bytes.replaceSubrange(8..<72, with: [UInt8](repeating: 0, count: 64))
        bytes.replaceSubrange(8..<72, with: SwiftCryptoHash.digest(.sha512, of: bytes).bytes)
        return bytes
    }

    @Test(arguments: [("borker", "broker" as String?), ("unrel8", nil)])
    func aNameInTheTextOfAnXLCM(name: String, meant: String?) throws {
        try Sandbox.run { sandbox in
            let lcm = try xlcm(sandbox, dependency: name)
            let found = problems(lcm).filter { $0.code == .unknownPhandle }
            #expect(found.map { $0.suggestion } == [meant])
            try sandbox.write(lcm, to: "l.lcm")
            let failure = sandbox.failure(["check", sandbox.path("l.lcm")])
            #expect(failure?.code == 65)
            #expect(failure?.message.contains("'\(name)'") ?? false)
            #expect(failure?.message.contains("did you mean broker?") == (meant != nil))
        }
    }
}
