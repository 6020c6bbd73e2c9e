// SPDX-License-Identifier: Apache-2.0

import Foundation
import LaunchControl
import Platform
import Testing

@testable import domb

/// Trees that a hypervisor's own reader takes as DomB does. rig/tests/test_dialects.py reads the same goldens by that
/// reader's rules.
@Suite struct HypervisorDialectTests {
    private static let dialects: [TreeDialect] = [.xen2024, .xen2025]

    private static func description(_ dialect: TreeDialect, _ change: (String) -> String = { $0 }) throws -> String {
        let content = try HostFile.read("\(Sandbox.fixtures)/dialects/launch.yaml", limit: 1 << 16)
        return change(
            String(decoding: content, as: UTF8.self).replacing(
                "builder: xen-2024", with: "builder: \(dialect.rawValue)"))
    }

    /// What compile says, and l.dtb, grub.cfg where it succeeds.
    private func compile(
        _ dialect: TreeDialect, _ change: (String) -> String = { $0 },
        _ body: (Sandbox, (code: Int32, message: String)?) throws -> Void
    ) throws {
        try Sandbox.run { sandbox in
            try sandbox.write(Self.description(dialect, change), to: "l.yaml")
            let failure = sandbox.failure([
                "compile", sandbox.path("l.yaml"), "--images", Sandbox.fixtures, "-o", sandbox.path("l.dtb"), "--grub",
                sandbox.path("grub.cfg"),
            ])
            try body(sandbox, failure)
        }
    }

    private func compiled(_ dialect: TreeDialect) throws -> FlatTree {
        try FlatTree(parsing: HostFile.read("\(Sandbox.fixtures)/dialects/\(dialect.rawValue).dtb", limit: 1 << 16))
    }

    @Test(arguments: dialects) func aDescriptionIsTheGoldenTree(dialect: TreeDialect) throws {
        try compile(dialect) { sandbox, failure in
            #expect(failure?.message == nil)
            let golden = try HostFile.read("\(Sandbox.fixtures)/dialects/\(dialect.rawValue).dtb", limit: 1 << 16)
            let written = try sandbox.read("l.dtb")
            #expect(written == golden)
            #expect(sandbox.failure(["check", sandbox.path("l.dtb"), "--cpus", "2"])?.message == nil)
            #expect(
                sandbox.failure(["check", sandbox.path("l.dtb"), "--cpus", "2", "--builder", dialect.rawValue])?.message
                    == nil)
        }
    }

    /// Whatever the words, the launch is one; and a tree becomes a description of its own dialect.
    @Test(arguments: dialects) func everyDialectIsTheSameLaunch(dialect: TreeDialect) throws {
        try compile(dialect) { sandbox, _ in
            var launch = try Launch(compiled: try sandbox.read("l.dtb"), "l.dtb")
            #expect(launch.dialect == dialect && launch.lcm.settings.builder == .hypervisor)
            #expect(launch.bootDomain?.mode == .pv && launch.bootDomain?.foreign == [])
            #expect(launch.lcm.domains.map { $0.kernel.moduleIndex } == [3, 4, 6])
            let convert = ["convert", sandbox.path("l.dtb"), "--format", "yaml", "-o", sandbox.path("2.yaml")]
            #expect(sandbox.failure(convert)?.message == nil)
            let again = ["compile", sandbox.path("2.yaml"), "-o", sandbox.path("2.dtb")]
            #expect(sandbox.failure(again)?.message == nil)
            let (first, second) = (try sandbox.read("l.dtb"), try sandbox.read("2.dtb"))
            #expect(first == second)
            let other = try Launch(
                compiled: HostFile.read("\(Sandbox.fixtures)/dialects/xen-2024.dtb", limit: 1 << 16), "golden")
            launch.dialect = .xen2024
            #expect(launch.lcm == other.lcm && launch.bootDomain == other.bootDomain)
        }
    }

    /// A description names a dialect where the tree has one.
    @Test(arguments: TreeDialect.allCases) func aDescriptionNamesTheDialectOfATree(dialect: TreeDialect) throws {
        try Sandbox.run { sandbox in
            let tree = dialect == .document ? "appliance.dtb" : "dialects/\(dialect.rawValue).dtb"
            let output = sandbox.path("l.yaml")
            let convert = ["convert", "\(Sandbox.fixtures)/\(tree)", "--format", "yaml", "-o", output]
            #expect(sandbox.failure(convert)?.message == nil)
            let lines = String(decoding: try sandbox.read("l.yaml"), as: UTF8.self).split(separator: "\n")
            let named = lines.filter { $0.hasPrefix("builder:") }
            #expect(named == (dialect == .document ? [] : ["builder: \(dialect.rawValue)"]))
        }
    }

    /// A hypervisor takes a module's own words before `bootargs`.
    @Test func theMenuEntryHasTheCommandLines() throws {
        try compile(.xen2024) { sandbox, _ in
            let entry = String(decoding: try sandbox.read("grub.cfg"), as: UTF8.self)
            let lines = entry.split(separator: "\n").filter { $0.contains("module2") }
            #expect(
                lines.map { String($0.drop { $0 == " " }) } == [
                    "module2 /boot/l.dtb", "module2 /boot/boot.elf console=hvc0 quiet",
                    "module2 --nounzip /boot/boot.cpio", "module2 --nounzip /boot/tiny.elf first",
                    "module2 --nounzip /boot/tiny.elf second and last", "module2 --nounzip /boot/tiny.elf",
                    "module2 --nounzip /boot/tiny.elf",
                ])
            let check = [
                "check", sandbox.path("l.yaml"), "--images", Sandbox.fixtures, "--cpus", "2", "--grub",
                sandbox.path("grub.cfg"),
            ]
            #expect(sandbox.failure(check)?.message == nil)
            try sandbox.write(entry.replacing("tiny.elf first", with: "tiny.elf second"), to: "grub.cfg")
            #expect(sandbox.failure(check)?.message.contains("the entry lacks first; the entry has second") == true)
        }
    }

    /// Each change makes a reader take the tree otherwise: the page's five ways to crash one, and the others.
    @Test func whatWouldBeMisreadIsTold() throws {
        typealias Change = (inout FlatTree.Node) -> Void
        func first(_ change: @escaping Change) -> Change { { change(&$0.children[1]) } }
        func kernel(_ change: @escaping Change) -> Change { first { change(&$0.children[0]) } }
        let changes: [(TreeDialect, String, Change)] = [
            (.xen2024, "\"xen,x86\"", { $0.put("compatible", Array("hypervisor,xen".utf8) + [0]) }),
            (.xen2024, "its reader ends", { $0.children.insert(FlatTree.Node("note"), at: 1) }),
            (.xen2024, "crashes its reader", kernel { $0.put("compatible", Array("module,kernel".utf8) + [0]) }),
            (.xen2024, "crashes its reader", kernel { $0.put("module-index", [0, 0, 0, 0]) }),
            (.xen2024, "crashes its reader", first { $0.children.append(FlatTree.Node("vcpu0")) }),
            (.xen2024, "memory has to be a text", first { $0.put("memory", [0, 0, 0, 0, 0, 0, 0x20, 0]) }),
            (.xen2024, "is that of", kernel { $0.put("module-index", [0, 0, 0, 4]) }),
            (.xen2024, "no domain would be started", { $0.children[0].put("functions", [0, 0, 0, 1]) }),
            (.xen2024, "beside the boot domain", first { $0.put("mode", [0, 0, 0, 8]) }),
            (.xen2024, "lowest domid", first { $0.put("domid", [0, 0, 0, 0]) }),
            (.xen2024, "capabilities is not read", first { $0.put("capabilities", [0, 0, 0, 1]) }),
            (.xen2024, "GRUB cannot", kernel { $0.put("bootargs", Array("a  b".utf8) + [0]) }),
            (.xen2024, "GRUB cannot", kernel { $0.put("bootargs", Array("a=\"b\"".utf8) + [0]) }),
            (.xen2024, "no module,kernel", first { $0.children = [] }),
            (.xen2025, "wants multiboot,", kernel { $0.put("compatible", Array("module,kernel".utf8) + [0]) }),
            (.xen2025, "multiboot,module", kernel { $0.put("compatible", Array("multiboot,kernel".utf8) + [0]) }),
            (.xen2025, "from 1 to 62", kernel { $0.put("module-index", [0, 0, 0, 63]) }),
            (.xen2025, "two cells", first { $0.put("memory", Array("8M".utf8) + [0]) }),
            (.xen2025, "below 0x7ff0", { $0.children[0].put("domid", [0, 0, 0x7F, 0xF5]) }),
            (.xen2025, "permissions is not read", first { $0.put("permissions", [0, 0, 0, 1]) }),
            (.xen2025, "beside the boot domain", first { $0.put("capabilities", [0, 0, 0, 2]) }),
        ]
        for (dialect, words, change) in changes {
            var tree = try compiled(dialect)
            #expect(DialectCheck(tree, as: dialect).misreadings == [])
            change(&tree.root.children[0].children[0])
            let found = DialectCheck(tree, as: dialect).misreadings
            #expect(found.contains { $0.contains(words) }, "\(dialect) \(words): \(found)")
        }
    }

    /// The document's words are no hypervisor's, and each hypervisor's are not the other's.
    @Test func aTreeOfAnotherDialectIsRefusedByName() throws {
        try Sandbox.run { sandbox in
            for (tree, builder) in [("xen-2024", "xen-2025"), ("xen-2025", "xen-2024")] {
                let path = "\(Sandbox.fixtures)/dialects/\(tree).dtb"
                let failure = sandbox.failure(["check", path, "--cpus", "2", "--builder", builder])
                #expect(failure?.code == 1 && failure?.message.contains(": \(builder): ") == true)
            }
        }
    }

    /// The document's words with the word for the hypervisor's habits are no hypervisor's dialect.
    @Test func theWordOfTheBuilderAloneIsNoDialect() throws {
        try Sandbox.run { sandbox in
            let yaml =
                "launch: {handoff: park, builder: hypervisor}\ndomains:\n  - {name: a, memory: 8M, kernel: tiny.elf}\n"
            try sandbox.write(yaml, to: "l.yaml")
            let compile = [
                "compile", sandbox.path("l.yaml"), "--images", Sandbox.fixtures, "-o", sandbox.path("l.dtb"),
            ]
            #expect(sandbox.failure(compile)?.message == nil)
            #expect(sandbox.failure(["check", sandbox.path("l.dtb")])?.message == nil)
        }
    }

    /// Before Xen 4.20 a PVH boot domain sees the LCM under this signature alone.
    @Test(arguments: [
        ("mode: pv", "l.dtb --output /boot/l", "OEM1"), ("mode: pvh", "/boot/l --signature MSDM", "MSDM"),
    ])
    func theTablesAreThoseThatTheBootDomainSees(mode: String, words: String, signature: String) throws {
        try compile(.xen2024) {
            $0.replacing("mode: pv\n", with: "\(mode)\n")
        } _: { sandbox, failure in
            #expect(failure?.message == nil)
            let entry = String(decoding: try sandbox.read("grub.cfg"), as: UTF8.self)
            #expect(entry.split(separator: "\n").first?.hasSuffix(words) == true)
            let description = try LaunchDescription(parsing: try sandbox.read("l.yaml"), from: "l.yaml")
            #expect(description.tableSignature == signature)
        }
    }

    @Test func aBootDomainIsNeeded() throws {
        try compile(.xen2024) { text in
            let start = text.range(of: "boot_domain:"), end = text.range(of: "domains:\n  - name")
            guard let start, let end else { return text }
            return text.replacingCharacters(in: start.lowerBound..<end.lowerBound, with: "")
        } _: { _, failure in
            #expect(failure?.code == 1 && failure?.message.contains("no domain would be started") == true)
        }
    }

    @Test func aTableMayHaveAnotherSignature() throws {
        try Sandbox.run { sandbox in
            let lcm = "\(Sandbox.fixtures)/dialects/xen-2024.dtb"
            #expect(sandbox.exitCode("table", lcm, "--output", sandbox.path("t"), "--signature", "MSDM") == 0)
            let table = try sandbox.read("t1.aml")
            #expect(table.starts(with: Array("MSDM".utf8)) && table.reduce(0, &+) == 0)
            for wrong in ["msdm", "MSD", "MSDMX", "OEM_"] {
                #expect(sandbox.exitCode("table", lcm, "--output", sandbox.path("t"), "--signature", wrong) == 64)
            }
            #expect(
                sandbox.exitCode("table", lcm, "--output", sandbox.path("t"), "--signature", "MSDM", "--initramfs")
                    == 64)
        }
    }
}

extension FlatTree.Node {
    fileprivate mutating func put(_ name: String, _ value: [UInt8]) {
        properties.removeAll { $0.name.elementsEqual(name.utf8) }
        properties.append(FlatTree.Property(name: Array(name.utf8), value: value))
    }
}
