// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

@testable import domb

/// The human description's reader: what it refuses, where and why.
@Suite struct DescriptionTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        /// "LINE: KEY: start of the text".
        let problem: String

        init(_ text: String, _ problem: String) {
            self.text = text
            self.problem = problem
        }

        var testDescription: String { problem }
    }

    private static let top = "launch: {handoff: park}\n"

    /// A domain whose other lines are good; `more` begins on line 6.
    private static func domain(_ more: String) -> String {
        top + "domains:\n  - name: a\n    memory: 8M\n    kernel: k\n    " + more + "\n"
    }

    static let launchCases = [
        Case("", "1: empty"),
        Case("a: [", "2: did not find expected node content"),
        Case("a: b\na: c\n", "1: a: given twice in one section"),
        Case("a: b\n--- \nc: d\n", "2: but found another document (expected a single document"),
        Case("- a", "1: a section is wanted"),
        Case("domains: []\n", "1: launch: missing"),
        Case(top, "1: domains: missing"),
        Case(top + "domains: []\n", "2: domains: empty: a launch has a domain"),
        Case(top + "domains: x\n", "2: domains: a list is wanted"),
        Case(top + "domain: []\n", "2: domain: unknown key (did you mean domains?)"),
        Case(top + "frobnicate: 1\ndomains: []\n", "2: frobnicate: unknown key"),
        Case(top + "[a, b]: 1\n", "2: ?: unknown key"),
        Case(top + "builder: toolstack\n", "2: builder: 'toolstack' is none of xen, xen-2024, xen-2025, construct"),
        Case(
            top + "builder: constructor\n",
            "2: builder: 'constructor' is none of xen, xen-2024, xen-2025, construct (did you mean"),
        Case(top + "xen: {option: x}\n", "2: xen.option: unknown key (did you mean options?)"),
        Case(top + "xen: {options: \"a\\nb\"}\n", "2: xen.options: more than one line"),
        Case(top + "grub: {title: \"a\\nb\"}\n", "2: grub.title: more than one line"),
        Case(top + "grub: {folder: boot}\n", "2: grub.folder: not an absolute path"),
        Case(top + "boot_domain: {initramfs: [x]}\n", "2: boot_domain.initramfs: a section is wanted"),
        Case(
            top + "builder: construct\nboot_domain: {mode: pv}\n",
            "3: boot_domain.mode: only where the hypervisor builds the boot domain"),
        Case(top + "boot_domain: {mode: hvm}\n", "2: boot_domain.mode: 'hvm' is none of pvh, pv"),
        Case(top + "boot_domain: {vcpus: 0}\n", "2: boot_domain.vcpus: 0 is out of range: 1 to 512"),
        Case(
            top + "builder: construct\nboot_domain: {kernel: {index: 1}}\n",
            "3: boot_domain.kernel: has no index"),
        Case("launch: {pcr: 24, handoff: park}\n", "1: launch.pcr: 24 is out of range: 0 to 23"),
        Case("launch: {pcr: eleven, handoff: park}\n", "1: launch.pcr: 'eleven' is no number"),
        Case("launch: {pcr: 0x+1, handoff: park}\n", "1: launch.pcr: '0x+1' is no number"),
        Case(
            "launch: {tpm: required, handoff: park}\n", "1: launch.tpm: 'required' is none of require, warn, off (did"),
        Case("launch: {coverage: some, handoff: park}\n", "1: launch.coverage: 'some' is none of images, all"),
        Case("launch: {tpm: off}\n", "1: launch.handoff: missing"),
        Case("launch: {handoff: }\n", "1: launch.handoff: empty"),
        Case("launch: {handoff: [park]}\n", "1: launch.handoff: a single value is wanted"),
        Case("launch: {handoff: exec}\n", "1: launch.handoff_target: missing: handoff exec needs it"),
        Case("launch: {handoff: park, handoff_target: /i}\n", "1: launch.handoff_target: only with handoff exec"),
        Case("launch: {handoff: exec, handoff_target: i}\n", "1: launch.handoff_target: not an absolute path"),
        Case(
            "launch: {handoff: exec, handoff_target: /\(String(repeating: "x", count: 4096))}\n",
            "1: launch.handoff_target: longer than 4096 bytes"),
        Case("launch: {handoff: exec, handoff_target: \"/a\\0b\"}\n", "1: launch.handoff_target: has a zero byte"),
    ]

    static let domainCases = [
        Case(top + "domains:\n  - memory: 8M\n    kernel: k\n", "3: domains[0].name: missing"),
        Case(top + "domains:\n  - name: a\n    kernel: k\n", "3: domains.a.memory: missing"),
        Case(top + "domains:\n  - name: a\n    memory: 8M\n", "3: domains.a.kernel: missing"),
        Case(top + "domains:\n  - name: \"a\\n\"\n", "3: domains[0].name: at most 63 printable characters"),
        Case(top + "domains:\n  - x\n", "3: domains[0]: a section is wanted"),
        Case(domain("wieght: 1"), "6: domains.a.wieght: unknown key (did you mean weight?)"),
        Case(domain("weight: 0"), "6: domains.a.weight: 0 is out of range: 1 to 65535"),
        Case(domain("cap: 65536"), "6: domains.a.cap: 65536 is out of range"),
        Case(domain("cap: -1"), "6: domains.a.cap: '-1' is no number"),
        Case(domain("domid: 0"), "6: domains.a.domid: 0 is out of range: 1 to 32751"),
        Case(domain("domid: 32752"), "6: domains.a.domid: 32752 is out of range"),
        Case(domain("uuid: 12"), "6: domains.a.uuid: '12' is no uuid"),
        Case(domain("uuid: 7d-444840-9dc0-11d1-b245-5ffdce74fa02"), "6: domains.a.uuid: "),
        Case(domain("roles: hardware"), "6: domains.a.roles: a list is wanted"),
        Case(domain("roles: [hardwar]"), "6: domains.a.roles[0]: 'hardwar' is none of control, hardware, "),
        Case(domain("roles: [boot]"), "6: domains.a.roles[0]: 'boot' is none of "),
        Case(domain("mode: pvhvm"), "6: domains.a.mode: 'pvhvm' is none of pvh, pv, hvm"),
        Case(domain("mem_max: 4M"), "6: domains.a.mem_max: less than memory"),
        Case(domain("mem_max: 64"), "6: domains.a.mem_max: '64' is no size"),
        Case(domain("mem_max: 0M"), "6: domains.a.mem_max: 0M is out of range"),
        Case(domain("mem_max: 16385G"), "6: domains.a.mem_max: 16385G is out of range: 1K to 16384G"),
        Case(domain("mem_max: 18446744073709551615G"), "6: domains.a.mem_max: '18446744073709551615G' is no size"),
        Case(domain("vcpus: 513"), "6: domains.a.vcpus: 513 is out of range: 1 to 512"),
        Case(domain("affinity: [{hard: 0}]"), "6: domains.a.affinity[0].vcpu: missing"),
        Case(domain("affinity: [{vcpu: 1, hard: 0}]"), "6: domains.a.affinity[0].vcpu: 1 is out of range: 0 to 0"),
        Case(domain("affinity: [{vcpu: 0}]"), "6: domains.a.affinity[0]: neither hard nor soft"),
        Case(
            domain("affinity: [{vcpu: 0, hard: 0}, {vcpu: 0, soft: 0}]"),
            "6: domains.a.affinity[1].vcpu: vcpu 0 a second time"),
        Case(domain("affinity: [{vcpu: 0, hard: 3-1}]"), "6: domains.a.affinity[0].hard: '3-1' is no list of cpus"),
        Case(domain("affinity: [{vcpu: 0, soft: \"16384\"}]"), "6: domains.a.affinity[0].soft: '16384' is no list"),
        Case(domain("depends_on: [b]"), "6: domains.a.depends_on[0]: no domain 'b'"),
        Case(domain("depends_on: a"), "6: domains.a.depends_on: a domain cannot wait for itself"),
        Case(domain("depends_on: {a: b}"), "6: domains.a.depends_on: a list is wanted"),
        Case(domain("cmdline: \(String(repeating: "x", count: 2049))"), "6: domains.a.cmdline: longer than 2048 bytes"),
        Case(domain("digest: \(String(repeating: "0", count: 64))"), "6: domains.a.digest: '0"),
        Case(domain("- x"), "6: did not find expected key"),
    ]

    static let imageCases = [
        Case(domain("ramdisk: {load: []}"), "6: domains.a.ramdisk.load: unknown key"),
        Case(domain("ramdisk: {digest: auto}"), "6: domains.a.ramdisk: neither path nor index"),
        Case(domain("ramdisk: {index: 0}"), "6: domains.a.ramdisk.index: 0 is out of range: 1 to 4294967295"),
        Case(domain("ramdisk: {path: r, size: 0}"), "6: domains.a.ramdisk.size: 0 is out of range"),
        Case(domain("ramdisk: {path: r, digest: abc}"), "6: domains.a.ramdisk.digest: 'abc' is neither auto nor none"),
        Case(domain("ramdisk: {pth: r, index: 1}"), "6: domains.a.ramdisk.pth: unknown key (did you mean path?)"),
        Case(domain("ramdisk: []"), "6: domains.a.ramdisk: a section is wanted"),
        Case(
            domain("").replacing("kernel: k", with: "kernel: {index: 1, load: [0x1000]}"),
            "5: domains.a.kernel.load[0]: '0x1000' is not ADDRESS+SIZE"),
        Case(
            domain("").replacing("kernel: k", with: "kernel: {index: 1, load: [0x1000+0]}"),
            "5: domains.a.kernel.load[0]: '0x1000+0' is not ADDRESS+SIZE"),
        Case(
            domain("").replacing("kernel: k", with: "kernel: {index: 1, load: [4096+2, 4097+1]}"),
            "5: domains.a.kernel.load[1]: overlaps or precedes"),
        Case(
            domain("").replacing("kernel: k", with: "kernel: {index: 1, load: [0xffffffffffffffff+2]}"),
            "5: domains.a.kernel.load[0]: lies too high"),
        Case(
            domain("ramdisk: {path: r, index: 1}").replacing("kernel: k", with: "kernel: {path: k, index: 1}"),
            "6: domains.a.ramdisk: index 1 is that of k already"),
    ]

    private func problems(_ text: String) -> [String] {
        do throws(CommandFailure) {
            let description = try LaunchDescription(parsing: Array(text.utf8), from: "f")
            _ = try description.modules()
            return []
        } catch {
            #expect(error.exitCode.rawValue == 65)
            return error.message.replacing("\ndomb: ", with: "\n").split(separator: "\n").map(String.init)
        }
    }

    @Test(arguments: launchCases + domainCases + imageCases) func isToldWithFileLineAndKey(_ example: Case) {
        let found = problems(example.text)
        #expect(found.contains { $0.hasPrefix("f:\(example.problem)") }, "\(found)")
    }

    @Test func everythingWrongIsToldInTheOrderOfTheFile() {
        let found = problems(Self.domain("cap: x\n    vcpus: 0\n    wieght: 3"))
        #expect(found.map { $0.prefix(4) } == ["f:6:", "f:7:", "f:8:"])
    }

    @Test func textThatIsNoUTF8IsRefused() {
        #expect(throws: CommandFailure.self) { try LaunchDescription(parsing: [0x61, 0xFF], from: "f") }
    }

    /// Neither is a module of a launch that domb-construct begins.
    @Test(arguments: ["kernel", "initramfs"]) func whatAStockXenStartsHasNoIndex(key: String) {
        let images = ["kernel", "initramfs"].map { $0 == key ? "\($0): {path: x, index: 4}" : "\($0): x" }
        let text =
            "builder: construct\nlaunch: {handoff: park}\nboot_domain: {\(images.joined(separator: ", "))}\n"
            + "domains:\n  - {name: a, memory: 8M, kernel: k}\n"
        #expect(problems(text).contains { $0.contains("boot_domain.\(key)") && $0.contains("has no index") })
    }

    @Test func namesAreGivenOnce() {
        let text = Self.domain("cap: 1") + "  - {name: a, memory: 8M, kernel: k}\n"
        #expect(problems(text) == ["f:7: domains.a.name: 'a' has been given on line 3 already"])
    }

    @Test func domidsAreGivenOnce() throws {
        let text =
            Self.top + "domains:\n  - {name: a, domid: 2, memory: 8M, kernel: {index: 1}}\n"
            + "  - {name: b, domid: 2, memory: 8M, kernel: {index: 1}}\n"
        let description = try LaunchDescription(parsing: Array(text.utf8), from: "f")
        var folder = ImageFolder(root: nil, besides: "f")
        #expect(throws: CommandFailure.self) { try description.launch(try description.modules(), &folder) }
    }

    @Test func scalarsAreTextWhateverYAMLTakesThemFor() throws {
        let text = "launch: {handoff: park, tpm: off, pcr: 0xb}\ndomains:\n  - {name: no, memory: 8M, kernel: 010}\n"
        let description = try LaunchDescription(parsing: Array(text.utf8), from: "f")
        #expect(description.settings.tpmPolicy == .off)
        #expect(description.settings.pcr?.rawValue == 11)
        #expect(description.domains.map { $0.description.name } == [Array("no".utf8)])
        #expect(description.domains.first?.kernel.path == "010")
    }

    @Test func indicesFollowTheOrder() throws {
        let text = """
            launch: {handoff: park}
            boot_domain: {kernel: k, initramfs: i}
            domains:
              - {name: a, memory: 8M, kernel: {path: x, index: 3}}
              - {name: b, memory: 8M, kernel: y, ramdisk: x}
              - {name: c, memory: 8M, kernel: x, ramdisk: z}
              - {name: d, memory: 8M, kernel: {index: 9}}
            """
        let modules = try LaunchDescription(parsing: Array(text.utf8), from: "f").modules()
        #expect([modules.bootKernel, modules.bootInitramfs] == [1, 2])
        #expect(modules.kernels == [3, 4, 3, 9])
        #expect(modules.ramdisks == [nil, 3, 5, nil])
        #expect(modules.paths == [1: "k", 2: "i", 3: "x", 4: "y", 5: "z"])
    }

    @Test(arguments: [
        ("wieght", "weight"), ("memroy", "memory"), ("dependson", "depends_on"), ("kernell", "kernel"),
    ]) func nearNamesAreSuggested(_ name: String, _ meant: String) {
        let names = ["memory", "weight", "cap", "depends_on", "kernel"]
        #expect(NearName.suggestion(for: name, among: names) == meant)
        #expect(NearName.suggestion(for: "frobnicate", among: names) == nil)
        #expect(NearName.suggestion(for: "x", among: names) == nil)
    }
}
