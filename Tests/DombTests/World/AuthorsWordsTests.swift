// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Sequencer
import SimulatedPlatform
import Testing

@testable import domb

/// Whoever writes a description is told of the line and the key that are at fault, and of nothing that only an LCM has.
@Suite struct AuthorsWordsTests {
    private static let store = "xenstored: \(String(repeating: "5a", count: 32))"
    private static let hidden = [
        "domb,", "xen,", "domain-uuid", "mem-max", "/chosen", "(offset", "LCM", "domain 1", "domain 2", "depends-on",
        "on-failure",
    ]

    /// What is written, where it stands, and what is said of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let key: String
        let words: String
        var launch = ["handoff: park"]
        /// Lines of domain a, and of b.
        var a: [String] = []
        var b: [String] = []
        var name = "a"
        var options: [String] = []
        var xen = "dom0=pvh console=com1"
        var code: Int32 = 1
        /// False for what only a builder or an image says.
        var isPlans = true

        var testDescription: String { "\(key): \(words)" }

        /// One key a line.
        var lines: [String] {
            func domain(_ name: String, _ more: [String]) -> [String] {
                var lines = ["name: \(name)"] + more
                for (key, value) in [("memory", "8M"), ("kernel", "tiny.elf")]
                where !more.contains(where: { $0.hasPrefix("\(key):") }) {
                    lines.append("\(key): \(value)")
                }
                return lines.enumerated().map { ($0.offset == 0 ? "  - " : "    ") + $0.element }
            }
            return ["builder: construct", "xen:", "  options: \(xen)", "launch:"] + launch.map { "  \($0)" } + [
                "domains:"
            ]
                + domain(name, a) + domain("b", b)
        }

        /// The line of the key, in the section that its path begins with.
        var line: Int {
            let parts = key.split(separator: ".").map(String.init)
            guard parts.count > 1 else { return (lines.firstIndex { $0.hasPrefix("\(key):") } ?? -2) + 1 }
            let section =
                parts[0] == "domains"
                ? lines.firstIndex { $0.hasSuffix("name: \(parts[1])") } : lines.firstIndex { $0 == "\(parts[0]):" }
            let rest = lines[(section ?? 0)...]
            return (rest.firstIndex { $0.drop { " -".contains($0) }.hasPrefix("\(parts.last ?? ""):") } ?? -2) + 1
        }
    }

    private static let uuid = "uuid: 7d444840-9dc0-11d1-b245-5ffdce74fad2"
    private static let ring = "enhanced: enabled"
    private static let disk = "disks: [\"vdev=xvda,target=/dev/vg/root,backend=b\"]"
    private static let stored = ["handoff: park", store]

    static let cases = [
        Case(key: "domains.a.memory", words: "8193 KiB of memory is not a whole number", a: ["memory: 8193K"]),
        Case(key: "domains.a.memory", words: "its kernel lies outside of its memory", a: ["memory: 128K"]),
        Case(
            key: "domains.a.memory", words: "kernel, ramdisk and start info need",
            a: ["memory: 4M", "ramdisk: ramdisk"]),
        Case(
            key: "domains.a.memory", words: "refused by libxenguest: kernel, ramdisk", a: ["ramdisk: ramdisk"],
            isPlans: false),
        Case(key: "domains.b.vcpus", words: "129 vcpus", b: ["vcpus: 129"]),
        Case(key: "domains.a.cap", words: "a cap of 500%", a: ["cap: 500"]),
        Case(
            key: "domains.a.depends_on", words: "dependency cycle: a -> b -> a", a: ["depends_on: b"],
            b: ["depends_on: a"]),
        Case(key: "domains.b.uuid", words: "its uuid is that of domain a, too", a: [uuid], b: [uuid]),
        Case(key: "domains.a.enhanced", words: "names no xenstored", a: [ring]),
        Case(
            key: "domains.a.disks", words: "a device is served by b, which is not enhanced", launch: stored,
            a: [ring, disk]),
        Case(
            key: "domains.a.disks", words: "needs enhanced: enabled", launch: stored, a: [disk], b: [ring], code: 65),
        Case(key: "domains.a.console", words: "needs enhanced: enabled", a: ["console: Domain-0"], code: 65),
        Case(
            key: "domains.a.vifs", words: "needs enhanced: enabled", a: ["vifs: [\"mac=00:16:3e:00:00:01\"]"], code: 65),
        Case(
            key: "domains.b.vifs", words: "mac 00:16:3e:00:00:01 is that of an interface of domain a", launch: stored,
            a: [ring, "vifs: [\"mac=00:16:3e:00:00:01\"]"], b: [ring, "vifs: [\"mac=00:16:3e:00:00:01\"]"]),
        Case(
            key: "domains.b.disks", words: "disk /dev/vg/root is one of domain a", launch: stored,
            a: [ring, "disks: [\"vdev=xvda,target=/dev/vg/root\"]"],
            b: [ring, "disks: [\"vdev=xvda,target=/dev/vg/root\"]"]),
        Case(
            key: "domains.a.ready_node", words: "has no launch.xenstored", a: ["ready: node", "ready_node: data/up"]),
        Case(
            key: "domains.a.ready_node", words: "no ring to xenstore (enhanced)", launch: stored,
            a: ["ready: node", "ready_node: data/up"]),
        Case(key: "domains.a.on_failure", words: "no Recovery Domain", a: ["on_failure: recover"]),
        Case(
            key: "domains.b.roles", words: "a second Recovery Domain", a: ["roles: [recovery]"],
            b: ["roles: [recovery]"]),
        Case(key: "domains.a.depends_on", words: "runs after a failure", a: ["roles: [recovery]", "depends_on: b"]),
        Case(
            key: "domains.b.depends_on", words: "on the Recovery Domain", a: ["roles: [recovery]"], b: ["depends_on: a"]
        ),
        Case(key: "domains.a.mode", words: "mode HVM with a device model cannot", a: ["mode: hvm"]),
        Case(key: "domains.a.kernel", words: "no 64-bit PV kernel", a: ["mode: pv"], isPlans: false),
        Case(
            key: "domains.a.mode", words: "a PV domain has no HVM parameters",
            a: ["mode: pv", "hvm_params: \"timer-mode:2\""]),
        Case(key: "domains.a.mode", words: "the rings of a PV domain", launch: stored, a: ["mode: pv", ring]),
        Case(
            key: "domains.a.mode", words: "a command line of 1024 bytes",
            a: ["mode: pv", "cmdline: \(String(repeating: "x", count: 1024))"]),
        Case(
            key: "domains.b.ioports", words: "port 0x3f8 is a's too", a: ["ioports: 0x3f8+8"], b: ["ioports: 0x3f8+1"]),
        Case(key: "domains.b.irqs", words: "interrupt 4 is a's too", a: ["irqs: 4"], b: ["irqs: 4"]),
        Case(key: "domains.a.iomem", words: "iomem at guest frame 0x100", a: ["iomem: 0xd0000+1@0x100"]),
        Case(
            key: "domains.a.affinity", words: "affinity to cpu 5", a: ["affinity: [{vcpu: 0, hard: 5}]"],
            options: ["--cpus", "2"]),
        Case(
            key: "domains.a.node_affinity", words: "affinity to node 3", a: ["node_affinity: 3"],
            options: ["--nodes", "2"]),
        Case(
            key: "domains.a.rtds_period", words: "rtds_period and rtds_budget are RTDS's",
            a: ["rtds_period: 10000", "rtds_budget: 5000"], options: ["--scheduler", "credit2"]),
        Case(
            key: "domains.a.weight", words: "weight and cap are credit's", a: ["weight: 5"],
            options: ["--scheduler", "null"]),
        Case(key: "domains.a.label", words: "without FLASK", a: ["label: a:b:c"], options: ["--xsm", "none"]),
        Case(key: "domains.a.pci", words: "no IOMMU", a: ["pci: 0000:03:00.0"], options: ["--no-iommu"]),
        Case(key: "domains", words: "mem_max", a: ["mem_max: 1G"], options: ["--free-memory", "1M"]),
        Case(key: "domains.a.log_region", words: "lies over its kernel", a: ["log_region: 0x100000+0x1000"]),
        Case(
            key: "domains.a.log_region", words: "lies over its ramdisk, 0x104000+0x700000",
            a: ["memory: 64M", "ramdisk: ramdisk", "log_region: 0x200000+0x1000"], isPlans: false),
        Case(
            key: "domains.a.log_region", words: "lies outside of its memory", a: ["log_region: 0x800000+0x1000"],
            isPlans: false),
        Case(
            key: "domains.a.event_channels", words: "port 1, and Xen gives port 2", launch: stored,
            a: [ring, "event_channels: \"1:Domain-0\""], isPlans: false),
        Case(
            key: "domains.a.event_channels", words: "port 3, and Xen gives port 2",
            a: ["event_channels: [\"1:b\", \"3:b\"]"], isPlans: false),
        Case(key: "launch.handoff", words: "xenstored is a process", launch: ["handoff: shutdown", store]),
        Case(key: "launch.handoff", words: "would halt the host", launch: ["handoff: shutdown"]),
        Case(
            key: "launch.tpm", words: "no TPM answers", launch: ["handoff: park", "tpm: require"], options: ["--no-tpm"]
        ),
        Case(
            key: "launch.cpupools", words: "cpupool p: cpu 0",
            launch: ["handoff: park", "cpupools: [{name: p, scheduler: credit, cpus: 0}]"],
            a: ["cpupool: p"]),
        Case(
            key: "launch.cpupools", words: "cpupool p: no domain is in it",
            launch: ["handoff: park", "cpupools: [{name: p, scheduler: credit, cpus: 1}]"]),
        Case(key: "domains.Domain-0.name", words: "always means the boot domain", name: "Domain-0"),
        Case(key: "domains.a.kernel", words: "no PVH kernel", a: ["kernel: nonote.elf"], isPlans: false),
        Case(key: "domains.a.kernel", words: "not for x86", a: ["kernel: arm.elf"], code: 65),
        Case(key: "domains.b.kernel", words: "cannot open", b: ["kernel: gone"], code: 66),
        Case(key: "domains.b.ramdisk", words: "cannot open", b: ["ramdisk: gone"], code: 66),
        Case(
            key: "domains.a.kernel", words: "does not say where its kernel lies", a: ["kernel: {index: 7}"],
            isPlans: false),
        Case(
            key: "domains.a.kernel", words: "has the digest",
            a: ["kernel: {path: tiny.elf, digest: \(String(repeating: "ab", count: 32))}"]),
        Case(key: "domains.a.roles", words: "cannot give the control role", a: ["roles: [control]"], isPlans: false),
        Case(key: "domains.a.roles", words: "needs a Xen with LATE_HWDOM", a: ["roles: [hardware]"], isPlans: false),
        Case(
            key: "xen.options", words: "gives it the hardware role", xen: "dom0=pvh console=com1 hardware_dom=1",
            isPlans: false),
        Case(key: "domains.my vm.name", words: "a device tree takes letters", name: "my vm"),
    ]

    private func withFiles(_ yaml: String, _ body: (Sandbox) throws -> Void) throws {
        try Sandbox.run { sandbox throws in
            try CheckRefusalTests.writeImages(to: sandbox)
            try sandbox.write(yaml, to: "l.yaml")
            try body(sandbox)
        }
    }

    @Test(arguments: cases) func whatIsRefusedIsToldByLineAndKey(_ one: Case) throws {
        try withFiles(one.lines.joined(separator: "\n") + "\n") { sandbox in
            let path = sandbox.path("l.yaml")
            let place = "\(path):\(one.line): \(one.key): "
            for command in ["check"] + (one.isPlans ? ["plan"] : []) {
                let failure = sandbox.failure([command, path] + one.options)
                let lines =
                    failure?.message.split(separator: "\n").map { $0.hasPrefix("domb: ") ? $0.dropFirst(6) : $0 } ?? []
                #expect(failure?.code == one.code, "\(command): \(failure?.message ?? "ok")")
                #expect(
                    lines.contains { $0.hasPrefix(place) && $0.contains(one.words) },
                    "\(command): \(place)\(one.words): \(lines)")
                for word in Self.hidden {
                    #expect(
                        !lines.contains { $0.replacing(path, with: "").contains(word) }, "\(command), \(word): \(lines)"
                    )
                }
            }
        }
    }

    /// What nobody wrote has no line of its own: its section has one.
    @Test func whatTheLaunchLacksIsToldAtItsSection() throws {
        let one = Case(key: "", words: "")
        try withFiles(one.lines.joined(separator: "\n") + "\n") { sandbox in
            let path = sandbox.path("l.yaml")
            let line = try #require(one.lines.firstIndex(of: "launch:")) + 1
            let pin = "domb.lcm=sha256:" + String(repeating: "5a", count: 32)
            for (options, place) in [
                (["--no-tpm"], "\(line): launch.tpm"),
                // Nobody wrote that section either.
                (["--arguments", pin], "1: boot_domain.cmdline"),
            ] {
                let message = sandbox.failure(["plan", path] + options)?.message ?? "planned"
                #expect(message.contains("\(path):\(place): "), "\(message)")
            }
        }
    }

    /// The first of all is what the plan itself refuses, and where it refuses nothing there is none.
    @Test(arguments: cases) func thePlanThrowsTheFirstOfAll(_ one: Case) throws {
        try withFiles(one.lines.joined(separator: "\n") + "\n") { sandbox in
            let description = try? LaunchDescription(parsing: try sandbox.read("l.yaml"), from: sandbox.path("l.yaml"))
            guard let description, let launch = try? CheckedLaunch(description, images: nil) else { return }
            let host = try AssumedHost.parse(one.options)
            let (received, facts) = (launch.file.received(launch.file.lcm), host.facts(for: launch.file.lcm))
            let arguments = try host.parsedArguments(for: launch.file.lcm)
            let all = LaunchPlan.refusals(of: received, facts: facts, arguments: arguments)
            var thrown: PlanRefusal?
            do throws(PlanRefusal) {
                _ = try LaunchPlan(received, facts: facts, arguments: arguments)
            } catch {
                thrown = error
            }
            #expect(all.first == thrown)
        }
    }

    @Test func allPlanRefusalsAreToldAtOnce() throws {
        let one = Case(
            key: "", words: "", launch: ["handoff: shutdown", Self.store],
            a: ["cap: 500", "mode: hvm", "depends_on: b", "ioports: 0x3f8+8", "on_failure: recover", Self.uuid],
            b: ["depends_on: a", "ioports: 0x3f8+8", "vcpus: 200", Self.uuid, "weight: 7"])
        try withFiles(one.lines.joined(separator: "\n") + "\n") { sandbox in
            for command in ["check", "plan"] {
                let failure = sandbox.failure([command, sandbox.path("l.yaml"), "--scheduler", "null"])
                for words in [
                    "launch.handoff: handoff shutdown: the boot domain", "launch.handoff: handoff shutdown: xenstored",
                    "domains.a.depends_on: dependency cycle", "domains.a.cap: a cap of 500%",
                    "domains.a.mode: mode HVM",
                    "domains.b.ioports: port 0x3f8 is a's too", "domains.a.on_failure: ", "domains.b.vcpus: 200 vcpus",
                    "domains.b.uuid: its uuid", "domains.b.weight: weight and cap",
                ] {
                    #expect(
                        failure?.message.contains(words) == true, "\(command), \(words): \(failure?.message ?? "ok")")
                }
            }
        }
    }

    /// Every image that cannot be read, not only the first.
    @Test func allImagesThatAreNotThereAreToldAtOnce() throws {
        let one = Case(key: "", words: "", a: ["kernel: gone"], b: ["kernel: other", "ramdisk: third"])
        try withFiles(one.lines.joined(separator: "\n") + "\n") { sandbox in
            let failure = sandbox.failure(["compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")])
            #expect(failure?.code == 66)
            for key in ["a.kernel", "b.kernel", "b.ramdisk"] {
                #expect(failure?.message.contains("domains.\(key): ") == true, "\(failure?.message ?? "ok")")
            }
        }
    }

    private func problems(_ yaml: String) -> [String] {
        do throws(CommandFailure) {
            _ = try LaunchDescription(parsing: Array(yaml.utf8), from: "f")
            return []
        } catch {
            return error.message.split(separator: "\n").map(String.init)
        }
    }

    private static let top = "launch: {handoff: park}\ndomains:\n  - name: a\n    memory: 8M\n    kernel: k\n"

    @Test(arguments: [
        ("maxmem: 64M", "maxmem: unknown key (here it is mem_max)"), ("maxvcpus: 2", "(here it is vcpus)"),
        ("extra: console=hvc0", "(here it is cmdline)"), ("root: /dev/xvda", "(here it is cmdline)"),
        ("initrd: r", "(here it is ramdisk)"), ("disk: [x]", "(here it is disks)"), ("vif: [x]", "(here it is vifs)"),
        ("type: pvh", "(here it is mode)"), ("builder: hvm", "(here it is mode)"),
        ("cpus: 0-3", "(here it is affinity)"),
        ("pool: p", "(here it is cpupool)"), ("cpu_weight: 5", "(here it is weight)"),
        ("seclabel: x", "(here it is label)"),
        ("on_crash: restart", "(xl's; DomB has nothing of that kind)"), ("vfb: [x]", "nothing of that kind"),
        ("device_model_version: x", "nothing of that kind"), ("nomigrate: 1", "nothing of that kind"),
        ("wieght: 5", "(did you mean weight?)"),
    ]) func wordsOfXLAreAnsweredWithDomBs(_ line: String, _ answer: String) {
        let found = problems(Self.top + "    \(line)\n")
        #expect(found.count == 1 && found.first?.hasPrefix("f:6: domains.a.") == true, "\(found)")
        #expect(found.first?.contains(answer) == true, "\(found)")
    }

    @Test func theBootDomainsWordsAreAnsweredToo() {
        let found = problems("boot_domain: {kernel: k, ramdisk: r, extra: x, maxmem: 5M}\n" + Self.top)
        for words in [
            "ramdisk: unknown key (here it is initramfs)", "extra: unknown key (here it is cmdline)",
            "maxmem: unknown key",
        ] {
            #expect(found.contains { $0.contains("boot_domain.\(words)") }, "\(found)")
        }
    }

    @Test(arguments: [
        ("launch:\n\thandoff: park\n", 2), ("launch: {handoff: park}\ndomains:\n\t- name: a\n", 3),
        ("launch: {handoff: park}\ndomains:\n  - name: a\n  \tmemory: 8M\n", 4),
    ]) func aTabIsTold(_ yaml: String, _ line: Int) {
        let found = problems(yaml)
        #expect(found == ["f:\(line): a tab before the first word: YAML indents by spaces alone"], "\(found)")
    }

    /// A tab elsewhere is none of YAML's indentation.
    @Test func aTabBehindAWordIsTaken() {
        #expect(
            problems("launch: {handoff: park}\ndomains:\n  - name:\ta\n    memory: 8M\t# much\n    kernel: k\n") == [])
    }

    @Test(arguments: [
        ("disks", "vdev=xvda,target=/x,script=y", "'script' is no key of a disk", "xl's"),
        ("disks", "vdev=xvda,traget=/x", "'traget' is no key", "did you mean target"),
        ("disks", "phy:/dev/vg/x,xvda,w", "'phy:/dev/vg/x' is no KEY=VALUE", "vdev, target, access"),
        ("disks", "vdev=hda,target=/x", "vdev: 'hda'", "xvda to xvdp"), ("disks", "vdev=xvda", "target is missing", ""),
        ("disks", "target=/x", "vdev is missing", "xvda to xvdp"),
        ("disks", "vdev=xvda,target=/x,access=w", "access: 'w'", "ro, rw or w!"),
        ("disks", "vdev=xvda,target=", "target: empty", ""),
        ("disks", "vdev=xvda,vdev=xvdb,target=x", "'vdev' a second time", ""),
        ("disks", "vdev=xvda,target=/x,mode=r", "'mode' is no key", "here it is access"),
        ("vifs", "mac=00:16:3E:00:00:01", "mac: '00:16:3E:00:00:01'", "lower case"),
        ("vifs", "bridge=x", "mac is missing", ""),
        ("vifs", "mac=01:16:3e:00:00:01", "mac: '01:16:3e:00:00:01'", ""),
        ("vifs", "mac=00:16:3e:00:00:01,model=e1000", "'model' is no key of an interface", "xl's"),
        ("vifs", "mac=00:16:3e:00:00:01,brigde=x", "'brigde' is no key", "did you mean bridge"),
    ]) func whatIsWrongWithADeviceIsTold(_ key: String, _ text: String, _ what: String, _ hint: String) {
        let good = key == "disks" ? "vdev=xvdp,target=/good" : "mac=00:16:3e:00:00:09"
        let found = problems(
            Self.top + "    enhanced: enabled\n    \(key):\n      - \"\(good)\"\n      - \"\(text)\"\n")
        #expect(found.count == 1 && found.first?.hasPrefix("f:9: domains.a.\(key)[1]: ") == true, "\(found)")
        #expect(
            found.first?.contains(what) == true && (hint.isEmpty || found.first?.contains(hint) == true), "\(found)")
    }

    /// Every word of xl-disk-configuration(5) and xl-network-configuration(5) that is not DomB's.
    @Test(arguments: [
        ("here it is vdev", ["dev"]), ("here it is target", ["file", "path", "phy"]), ("here it is access", ["mode"]),
        ("here it is bridge", ["br"]), ("here it is backend", ["domain"]),
        (
            "xl's; DomB has nothing of that kind",
            [
                "format", "script", "devtype", "backendtype", "backend-type", "discard", "direct-io-safe", "model",
                "ip",
                "vifname", "rate", "type", "gatewaydev", "accel", "devid", "mtu", "id", "trusted",
            ]
        ),
    ]) func everyWordOfXLsDevicesIsAnswered(_ hint: String, _ words: [String]) {
        for word in words {
            for (key, rest) in [("disks", "vdev=xvda,target=/x"), ("vifs", "mac=00:16:3e:00:00:01")] {
                let found = problems(
                    Self.top + "    enhanced: enabled\n    \(key):\n      - \"\(word)=x,\(rest)\"\n")
                #expect(
                    found.count == 1 && found[0].contains("'\(word)' is no key of a") && found[0].contains("(\(hint))"),
                    "\(key): \(found)")
            }
        }
    }

    /// By chance: there is something to tell of exactly those devices that are none.
    @Test func everyDeviceThatIsNoneHasAProblem() {
        let seed = UInt64.random(in: .min ... .max)
        print("devices: let seed: UInt64 = \(seed)")
        var random = SeededGenerator(seed: seed)
        let parts = [
            "vdev=xvda", "vdev=xvdb15", "vdev=xvdb16", "vdev=xvda01", "vdev=sda", "target=/dev/x", "target=",
            "target=a=b",
            "access=ro", "access=w!", "access=r", "backend=b", "backend=Domain-0", "physical-device=fd:2",
            "physical-device=fd",
            "mac=00:16:3e:00:00:01", "mac=00:16:3e:00:00", "mac=03:16:3e:00:00:01", "bridge=x", "bridge=ü",
            "format=raw", "x", "", "a b=c", "=x",
            "target=\(String(repeating: "t", count: 70))", "vdev=xvdq", "vdev=xvd", "target=a;b",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...5, using: &random)).map { _ in parts.randomElement(using: &random) ?? ""
            }
            .joined(separator: ",")
            let bytes = Array(text.utf8)[...]
            #expect((DeviceProblem.ofDisk(text) == nil) == (VirtualDisk(text: bytes) != nil), "\(text), seed \(seed)")
            #expect(
                (DeviceProblem.ofInterface(text) == nil) == (VirtualInterface(text: bytes) != nil),
                "\(text), seed \(seed)")
        }
    }
}
