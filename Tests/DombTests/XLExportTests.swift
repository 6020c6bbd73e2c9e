// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import TestSupport
import Testing

@testable import domb

/// `domb export --xl`. rig/tests/test_xl.py has the same read by xl's own parser.
@Suite struct XLExportTests {
    private func lines(_ change: (inout DomainDescription) throws -> Void) throws -> [String] {
        var lcm = try TestLaunchFiles.extendedModule()
        try change(&lcm.domains[1])
        var images = ModuleFiles()
        images.add("/boot/app \"1\"", as: 4)
        return XLConfiguration(lcm.domains[1], in: lcm, images: images).lines
    }

    @Test func everySettingIsInItsPlace() throws {
        let lines = try lines {
            $0.handle = DomainHandle(high: 0x7d44_4840_9dc0_11d1, low: 0xb245_5ffd_ce74_fa02)
            $0.vcpus = 2
            $0.maxMemory = (1 << 20) + 1
            $0.affinities = [VCPUAffinity(vcpu: 1, hard: CPUSet(words: [0b1011]), soft: nil)]
            $0.weight = 512
            $0.cap = 50
            $0.settings.set(.maxGrantFrames, [.number(.maxGrantFrames, 128)])
            $0.commandLine = Array("say=\"a \\ b\"".utf8)
        }
        for line in [
            "name = \"app\"", "uuid = \"7d444840-9dc0-11d1-b245-5ffdce74fa02\"", "type = \"pvh\"", "memory = 1024",
            "maxmem = 1025", "vcpus = 2", "maxvcpus = 2", "cpus = [ \"all\", \"0-1,3\" ]", "cpu_weight = 512",
            "cap = 50", "max_grant_frames = 128", "pool = \"1\"", "kernel = \"/boot/app \\\"1\\\"\"",
            "cmdline = \"say=\\\"a \\\\ b\\\"\"",
            "ioports = [ \"3f8-3ff\", \"2f80-2f8f\" ]", "iomem = [ \"d0000,10@e0000\" ]", "irqs = [ 4, 9 ]",
            "pci = [ \"0000:03:00.0\", \"0000:03:1f.7\" ]", "tsc_mode = \"native\"", "timer_mode = 2",
            "cpuid = \"host,avx512f=0,rtm=0\"", "seclabel = \"system_u:system_r:domU_t\"",
            "# xl has no word for: maxmem of 1048577 KiB: rounded up to MiB",
            "# xl has no word for: making cpupool 1 (rt): scheduler rtds, cpus 8-9",
            "# xl has no word for: RTDS parameters: xl sched-rtds -d app -p 10000 -b 4000",
            "# xl has no word for: node affinity 0-1,3", "# xl has no word for: domid 2",
            "# xl has no word for: HVM parameter x87-pointer-width of 8", "# xl has no word for: it waits for broker",
            "# xl has no word for: event channel 1 that broker may bind to",
            "# xl has no word for: ramdisk: boot module 5, whose file is not given (--image)",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test func aPlainDomainSaysWhatItHas() throws {
        let lines = try lines {
            $0.settings = []
            $0.ramdisk = nil
            $0.dependencies = []
        }
        #expect(
            lines == [
                "name = \"app\"", "type = \"pvh\"", "memory = 1024", "vcpus = 1", "maxvcpus = 1",
                "kernel = \"/boot/app \\\"1\\\"\"", "# xl has no word for: domid 2",
            ])
    }

    /// No name and no command line can add a setting.
    @Test func nothingBreaksOutOfItsLine() throws {
        let lines = try lines { $0.commandLine = Array("a\"\nname = \"b".utf8) }
        #expect(lines.contains("cmdline = \"a\\\"\\nname = \\\"b\""))
        #expect(lines.filter { $0.hasPrefix("name") }.count == 1)
        #expect(!lines.contains { $0.contains("\n") })
        let escape = try self.lines { $0.commandLine = [0x1B, 0x5B] }
        #expect(escape.contains("# xl has no word for: cmdline: \\x1b[ (a character that its files cannot hold)"))
    }

    @Test func everyDomainGetsAFile() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.extendedDescription, to: "l.yaml")
            #expect(sandbox.failure(["compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")])?.message == nil)
            #expect(
                sandbox.failure(["export", "--xl", "-o", sandbox.path("."), "--image", "3=/k", sandbox.path("l.dtb")])?
                    .message == nil)
            for name in ["broker", "app", "spare"] {
                let text = String(decoding: try sandbox.read("\(name).cfg"), as: UTF8.self)
                #expect(text.hasPrefix("# domain \(name) of "))
                #expect(text.contains("\nname = \"\(name)\"\n"))
                #expect(text.contains("\nkernel = \"/k\"\n") == (name != "app"))
            }
            let one = ["export", "--xl", "--domain", "spare", "-o", sandbox.path("one"), sandbox.path("l.dtb")]
            #expect(sandbox.failure(one)?.message == nil)
            #expect(String(decoding: try sandbox.read("one"), as: UTF8.self).contains("\nname = \"spare\"\n"))
            let none = ["export", "--xl", "--domain", "spair", sandbox.path("l.dtb")]
            #expect(sandbox.failure(none)?.message.contains("no domain 'spair' (did you mean spare?)") == true)
        }
    }

    @Test func whatContradictsItselfIsRefused() throws {
        try Sandbox.run { sandbox in
            #expect(sandbox.exitCode("export", "log") == 64)
            #expect(sandbox.exitCode("export", "--xl", "--to", "tcg", "x") == 64)
            #expect(sandbox.exitCode("export", "--to", "tcg", "--domain", "a", "x") == 64)
            #expect(sandbox.exitCode("export", "--xl", "--image", "0=x", "x") == 64)
            #expect(sandbox.exitCode("export", "--xl", "--recnum", "global", "x") == 64)
        }
    }
}
