// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// `domb check` promises that a launch builds and starts: what is known not to is refused, all of it at once.
@Suite struct CheckRefusalTests {
    static let head = "launch: {handoff: park, xenstored: \(String(repeating: "5a", count: 32))}\nbuilder: construct\n"
    private static let ring = "enhanced: enabled"
    private static let uuid = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
    private static let disk = "vdev=xvda,target=/dev/vg/root"
    private static let mac = "mac=00:16:3e:00:00:01"

    /// tiny.elf is a real PVH kernel at 1 MiB; nonote.elf is none, true.elf no kernel at all, arm.elf of another machine.
    static func writeImages(to sandbox: Sandbox) throws {
        try sandbox.write(try HostFile.read(Sandbox.fixtures + "/tiny.elf", limit: 1 << 16), to: "tiny.elf")
        let part = TestELF.Program(address: 0x10_0000, content: [1, 2, 3])
        try sandbox.write(TestELF(programs: [part]).bytes, to: "nonote.elf")
        try sandbox.write(try HostFile.read("/bin/true", limit: 1 << 24), to: "true.elf")
        try sandbox.write(TestELF(machine: 183, programs: [part]).bytes, to: "arm.elf")
        try sandbox.write([UInt8](repeating: 7, count: 7 << 20), to: "ramdisk")
    }

    private static func domain(_ name: String, _ more: String, memory: String = "8M", kernel: String = "tiny.elf")
        -> String
    {
        "  - {name: \(name), memory: \(memory), kernel: \(kernel)\(more.isEmpty ? "" : ", \(more)")}\n"
    }

    private func check(
        _ domains: String, head: String = head, _ body: (Sandbox, (code: Int32, message: String)?) throws -> Void
    ) throws {
        try Sandbox.run { sandbox throws in
            try Self.writeImages(to: sandbox)
            try sandbox.write(head + "domains:\n" + domains, to: "l.yaml")
            try body(sandbox, sandbox.failure(["check", sandbox.path("l.yaml")]))
        }
    }

    private static let impossible: [(domains: [String], text: String)] = [
        (
            [domain("a", "", memory: "8193K")],
            "domains.a.memory: 8193 KiB of memory is not a whole number of 4 KiB pages"
        ),
        ([domain("a", "", memory: "128K")], "domains.a.memory: its kernel lies outside of its memory"),
        ([domain("a", "vcpus: 129")], "domains.a.vcpus: 129 vcpus; a PVH domain has at most 128"),
        (
            [domain("a", "ramdisk: ramdisk")],
            "domains.a.memory: refused by libxenguest: kernel, ramdisk and start info need"
        ),
        (
            [domain("a", "ramdisk: ramdisk", memory: "4M")],
            "domains.a.memory: kernel, ramdisk and start info need at least"
        ),
        ([domain("a", "", memory: "64M", kernel: "nonote.elf")], "it has no note XEN_ELFNOTE_PHYS32_ENTRY"),
        ([domain("a", "", memory: "64M", kernel: "true.elf")], "it has no note XEN_ELFNOTE_PHYS32_ENTRY"),
        (
            [domain("a", "roles: [control]")],
            "domains.a.roles: refused by domb-construct: a toolstack cannot give the control role"
        ),
        (
            [domain("a", "roles: [hardware]")],
            "domains.a.roles: refused by domb-construct: the hardware role needs a Xen with LATE_HWDOM"
        ),
        (
            [domain("a", "uuid: \(uuid)"), domain("b", "uuid: \(uuid)")],
            "domains.b.uuid: its uuid is that of domain a, too"
        ),
        (
            [
                domain("a", "uuid: 00000000-0000-0000-0000-000000000000"), domain("b", ""),
                domain("c", "uuid: 00000000-0000-0000-0000-000000000000"),
            ], "domains.c.uuid: its uuid is that of domain a, too"
        ),
        (
            [domain("a", "\(ring), disks: [\"\(disk)\"]"), domain("b", "\(ring), disks: [\"\(disk),access=ro\"]")],
            "domains.b.disks: disk /dev/vg/root is one of domain a, too"
        ),
        // The same device by its number, and the same path in other letters.
        (
            [
                domain("a", "\(ring), disks: [\"vdev=xvda,target=/x,physical-device=fd:2\"]"),
                domain("b", "\(ring), disks: [\"vdev=xvda,target=/y,physical-device=FD:02\"]"),
            ], "domains.b.disks: disk /y is one of domain a, too"
        ),
        (
            [
                domain("a", "\(ring), disks: [\"vdev=xvda,target=/dev/vg/root\"]"),
                domain("b", "\(ring), disks: [\"vdev=xvda,target=/dev//vg/./root\"]"),
            ], "domains.b.disks: disk /dev//vg/./root is one of domain a, too"
        ),
        (
            [domain("a", "\(ring), vifs: [\"\(mac)\"]"), domain("b", "\(ring), vifs: [\"\(mac)\"]")],
            "domains.b.vifs: mac 00:16:3e:00:00:01 is that of an interface of domain a, too"
        ),
        ([domain("Domain-0", ""), domain("b", "")], "domains.Domain-0.name: its name always means the boot domain"),
    ]

    @Test(arguments: impossible) func whatCannotBeIsRefused(_ domains: [String], _ text: String) throws {
        try check(domains.joined()) { sandbox, failure in
            #expect(failure?.code == 1 && failure?.message.contains(text) == true, "\(failure?.message ?? "ok")")
            let compile = sandbox.failure(["compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")])
            let isRole = domains.contains { $0.contains("roles") }
            #expect(
                compile?.code == 1 && compile?.message.contains(text) == true || isRole, "\(compile?.message ?? "ok")")
        }
    }

    @Test func aKernelOfAnotherMachineIsRefused() throws {
        try check(Self.domain("a", "", kernel: "arm.elf")) { _, failure in
            #expect(failure?.code == 65 && failure?.message.contains("not for x86") == true)
        }
    }

    /// Readers of one disk, writers that all say that they know, one address in two networks, no uuid twice.
    private static let possible: [[String]] = [
        [
            domain("a", "\(ring), disks: [\"\(disk),access=ro\"]"),
            domain("b", "\(ring), disks: [\"\(disk),access=ro\"]"),
        ],
        [
            domain("a", "\(ring), disks: [\"\(disk),access=w!\"]"),
            domain("b", "\(ring), disks: [\"\(disk),access=w!\"]"),
        ],
        // Two servers, each with a disk of its own: the names and the paths end to end are the same.
        [
            domain("a", "\(ring)"), domain("ab", "\(ring)"),
            domain("c", "\(ring), disks: [\"vdev=xvda,target=bc,backend=a\"]"),
            domain("d", "\(ring), disks: [\"vdev=xvda,target=c,backend=ab\"]"),
        ],
        [
            domain("a", "\(ring), vifs: [\"\(mac),bridge=x\"]"), domain("b", "\(ring), vifs: [\"\(mac),bridge=y\"]"),
            domain("c", ""), domain("d", ""),
        ],
        [
            domain("a", "\(ring), disks: [\"vdev=xvda,target=/x,physical-device=fd:2\"]"),
            domain("b", "\(ring), disks: [\"vdev=xvda,target=/y,physical-device=fd:20\", \"vdev=xvdb,target=x\"]"),
        ],
        [domain("a", "vcpus: 128"), domain("b", "uuid: 00000000-0000-0000-0000-000000000000")],
    ]

    @Test(arguments: possible) func whatCanBeIsNotRefused(_ domains: [String]) throws {
        try check(domains.joined()) { sandbox, failure in
            #expect(failure == nil, "\(failure?.message ?? "")")
            #expect(sandbox.exitCode("compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")) == 0)
            #expect(sandbox.exitCode("replay", sandbox.path("l.dtb"), "--image", "1=\(sandbox.path("tiny.elf"))") == 0)
        }
    }

    /// `compile` looks into the images that a .dts is given, those of its domains.
    @Test func aTreesImagesAreLookedInto() throws {
        try Sandbox.run { sandbox throws in
            try Self.writeImages(to: sandbox)
            try sandbox.write(
                """
                /dts-v1/;
                / { chosen { hypervisor { compatible = "hypervisor,xen"; domb,handoff = "park";
                    b { compatible = "xen,domain"; functions = <1>; k { compatible = "module,kernel"; module-index = <1>; }; };
                    a { compatible = "xen,domain"; memory = "64M"; k { compatible = "module,kernel"; module-index = <2>; }; };
                }; }; };
                """, to: "l.dts")
            func compile(_ boot: String, _ kernel: String) -> (code: Int32, message: String)? {
                sandbox.failure([
                    "compile", sandbox.path("l.dts"), "-o", sandbox.path("l.dtb"), "--image", "1=\(sandbox.path(boot))",
                    "--image", "2=\(sandbox.path(kernel))",
                ])
            }
            #expect(compile("tiny.elf", "tiny.elf")?.message == nil)
            for (kernel, words) in [
                ("nonote.elf", "no PVH kernel"), ("true.elf", "no PVH kernel"), ("arm.elf", "not for x86"),
            ] {
                #expect(compile("tiny.elf", kernel)?.message.contains(words) == true, "\(kernel)")
            }
            // Who builds the boot domain knows what starts there.
            #expect(compile("nonote.elf", "tiny.elf")?.message == nil)
        }
    }

    @Test func everyRefusalIsToldAtOnce() throws {
        let domains = [
            Self.domain("a", "uuid: \(Self.uuid)", memory: "8193K"), Self.domain("b", "uuid: \(Self.uuid), vcpus: 200"),
            Self.domain("Domain-0", "depends_on: d"), Self.domain("d", "depends_on: Domain-0, roles: [control]"),
            Self.domain("e", "", memory: "64M", kernel: "nonote.elf"),
        ]
        try check(domains.joined()) { _, failure in
            for text in [
                "8193 KiB", "200 vcpus", "always means", "that of domain a", "dependency cycle", "control role",
                "no note",
            ] {
                #expect(failure?.message.contains(text) == true, "\(text): \(failure?.message ?? "ok")")
            }
        }
    }

    /// A program of which no file can have the digest: the launch would wait for it for ever.
    @Test(arguments: [
        (String(repeating: "0", count: 64), "zeros"),
        (hexadecimal(SwiftCryptoHash.digest(.sha256, of: []).bytes), "empty file"),
    ])
    func aDigestOfNothingIsRefused(_ digits: String, _ words: String) throws {
        let head = "launch:\n  handoff: park\n  xenstored: \(digits)\nbuilder: construct\n"
        try check(Self.domain("a", ""), head: head) { sandbox, failure in
            let path = sandbox.path("l.yaml")
            let commands = [["plan", path], ["compile", path, "-o", sandbox.path("l.dtb")]]
            for failure in [failure] + commands.map({ sandbox.failure($0) }) {
                #expect(failure?.code == 1 && failure?.message.contains(":3: launch.xenstored: ") == true)
                #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "ok")")
            }
        }
        try check(Self.domain("a", "", kernel: "{index: 1, digest: \(digits), load: [0x100000+0x1000]}")) {
            _, failure in
            #expect(failure?.code == 1 && failure?.message.contains(".kernel: the digest") == true)
        }
        func tree(_ launch: String, _ kernel: String, _ ramdisk: String) -> String {
            """
            /dts-v1/;
            / { chosen { hypervisor { compatible = "hypervisor,xen"; domb,handoff = "park"; \(launch)
                a { compatible = "xen,domain"; memory = "64M";
                    k { compatible = "module,kernel"; module-index = <1>; domb,load = /bits/ 64 <0x1000000 0x100000>; \(kernel) };
                    r { compatible = "module,ramdisk"; module-index = <2>; \(ramdisk) }; }; }; }; };
            """
        }
        let digest = "domb,digest = [\(digits)];"
        try Sandbox.run { sandbox throws in
            for (source, what) in [
                (tree("domb,xenstored = [\(digits)];", "", ""), "xenstored's digest is"),
                (tree("", digest, ""), "of its kernel is"),
                (tree("", "", digest), "of its ramdisk is"),
            ] {
                try sandbox.write(source, to: "l.dts")
                let failure = sandbox.failure(["check", sandbox.path("l.dts")])
                #expect(failure?.code == 1 && failure?.message.contains(what) == true, "\(failure?.message ?? "ok")")
                #expect(failure?.message.contains(words) == true)
            }
            try sandbox.write(tree("", "", ""), to: "l.dts")
            #expect(sandbox.failure(["check", sandbox.path("l.dts")])?.message == nil)
        }
    }

    /// By chance: what `check` passes, a replay with the same images never refuses before the launch begins.
    @Test func whatCheckPassesReplayLaunches() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("what check passes: let seed: UInt64 = \(seed)")
        var random = SeededGenerator(seed: seed)
        var passed = 0
        for round in 0..<60 {
            let count = Int.random(in: 1...3, using: &random)
            let domains = (0..<count).map { number -> String in
                let memory =
                    [
                        "\(Int.random(in: 1...9000, using: &random))K", "\(Int.random(in: 1...16, using: &random))M",
                        "8M",
                        "3G", "5G",
                    ].randomElement(using: &random) ?? "8M"
                let kernel =
                    ["tiny.elf", "tiny.elf", "tiny.elf", "nonote.elf"].randomElement(using: &random) ?? "tiny.elf"
                var more: [String] = []
                if random.isOneIn(3) { more.append("vcpus: \(Int.random(in: 1...140, using: &random))") }
                if random.isOneIn(3) { more.append("ramdisk: ramdisk") }
                if random.isOneIn(4) {
                    more.append("uuid: 7d444840-9dc0-11d1-b245-5ffdce74fad\(Int.random(in: 0...2, using: &random))")
                }
                if random.isOneIn(4) {
                    more.append("cmdline: \(String(repeating: "x", count: Int.random(in: 1...2000, using: &random)))")
                }
                if random.isOneIn(4) { more.append("enhanced: enabled, disks: [\"\(Self.disk)\"]") }
                if random.isOneIn(8) {
                    more.append(
                        "roles: [\(["hardware", "console", "control", "recovery"].randomElement(using: &random) ?? "")]"
                    )
                }
                let others = [
                    "depends_on: d\((number + Int.random(in: 1...3, using: &random)) % 4 % max(count, 2))",
                    "cap: \(Int.random(in: 0...200, using: &random))", "weight: 300", "mem_max: 6G",
                    "ioports: 0x\(String(Int.random(in: 0x300...0x310, using: &random), radix: 16))+4",
                    "irqs: \(Int.random(in: 3...6, using: &random))",
                    "pci: 0000:03:00.\(Int.random(in: 0...2, using: &random))",
                    "iomem: 0xd0000+1@0x\(String(Int.random(in: 0...0x2000, using: &random), radix: 16))",
                    "on_failure: \(["skip", "recover", "halt"].randomElement(using: &random) ?? "")",
                    "affinity: [{vcpu: 0, hard: \(Int.random(in: 0...9, using: &random))}]", "node_affinity: 1",
                    "log_region: 0x\(String(Int.random(in: 0xFE...0x300, using: &random), radix: 16))000+0x2000",
                    "event_channels: 3:Domain-0", "tsc_mode: never-emulate", "label: a:b:c", "mode: pv",
                    "rtds_period: 10000, rtds_budget: 5000",
                ]
                for other in others where random.isOneIn(30) { more.append(other) }
                return Self.domain("d\(number)", more.joined(separator: ", "), memory: memory, kernel: kernel)
            }
            try check(domains.joined()) { sandbox, failure in
                guard failure == nil else { return }
                passed += 1
                #expect(sandbox.exitCode("compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")) == 0)
                let kernel = sandbox.path("tiny.elf")
                let lcm = try LaunchControlFile(reading: sandbox.path("l.dtb")).lcm
                var replay = ["replay", sandbox.path("l.dtb")]
                var indices: Set<UInt32> = []
                for domain in lcm.domains {
                    for (image, path) in [(domain.kernel, kernel), (domain.ramdisk, sandbox.path("ramdisk"))] {
                        guard let index = image?.moduleIndex, indices.insert(index).inserted else { continue }
                        replay += ["--image", "\(index)=\(path)"]
                    }
                }
                let run = sandbox.failure(replay)
                #expect(run == nil, "seed \(seed), round \(round): \(run?.message ?? "")\n\(domains.joined())")
            }
        }
        #expect(passed > 3, "seed \(seed)")
    }
}
