// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import domb

/// `domb import`: xl's configuration files as a description.
@Suite struct XLImportTests {
    private static func file(_ text: String) throws -> XLFile { try XLFile(parsing: Array(text.utf8)) }

    private static func value(_ text: String, _ key: String = "k") throws -> XLFile.Value? {
        try file(text).settings.last { $0.key == key }?.value
    }

    @Test func xlsOwnSyntaxIsRead() throws {
        #expect(try Self.value("k = 'a\\'b'") == .single("a'b"))
        #expect(try Self.value("k=\"a\\\\ \\\"b\\\"\\n\"") == .single("a\\ \"b\"\n"))
        #expect(try Self.value("# k = 1\n\n k = 0x10 ; m = 2 # more") == .single("0x10"))
        #expect(try Self.value("k = 0x10 ; m = 2 # more", "m") == .single("2"))
        #expect(try Self.value("k = 1\r\n") == .single("1"))
        #expect(try Self.value("k = \"1\"\nk += '2'") == .single("12"))
        let list = try Self.value("k = [\n  'a', # one\n  2,\n]\n")
        #expect(list == .list([XLFile.Item(text: "a", line: 2), XLFile.Item(text: "2", line: 3)]))
        #expect(try Self.value("k = [ ['a'], 'b' ]") == .list(["a", "b"].map { XLFile.Item(text: $0, line: 1) }))
        #expect(try Self.value("k = []") == .list([]))
        #expect(try Self.file("").settings.isEmpty)
    }

    @Test func whatXLRefusesIsRefusedByItsLine() throws {
        for (text, line, words) in [
            ("a = 1\nb = yes", 2, "'yes' has to stand in quotes"), ("a 1", 1, "= is missing"),
            ("a =\nb = 1", 1, "the value is missing"), ("\n\na = 'x", 3, "without its closing quote"),
            ("a = [ 1, 2", 1, "a list without its ]"), ("a = '\\x41'", 1, "an escape"),
            ("A = 1", 1, "'A' has no meaning"), ("'a' = 1", 1, "a line is KEY = VALUE"),
            ("a = 1 2", 1, "something stands behind the value"), ("import os.path", 1, "= is missing"),
        ] {
            do {
                _ = try Self.file(text)
                Issue.record("\(text) is taken")
            } catch let problem as XLFile.Problem {
                #expect(problem.line == line && problem.text.contains(words), "\(text): \(problem)")
            }
        }
        #expect(throws: XLFile.Problem.self) { try XLFile(parsing: [0x61, 0xFF]) }
    }

    /// Whatever the bytes, the answer is a value or an error.
    @Test func noFileIsATrap() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "a", " ", "=", "+=", "[", "]", ",", "'", "\"", "\\", "\n", "#", ";", "0x", "disk", "é", "9", "cpus", "^",
        ]
        for _ in 0..<3000 {
            let count = Int.random(in: 0..<20, using: &random)
            let text = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
            do {
                let domain = XLDomain(try Self.file(text), from: "x")
                _ = try ImportedLaunch([domain], boot: nil).written()
            } catch is XLFile.Problem {
            } catch is CommandFailure {
            } catch { Issue.record("seed \(seed): \(text): \(error)") }
        }
    }

    private func imported(_ text: String) throws -> (domain: DomainDescription, text: String, unsaid: [String]) {
        let launch = ImportedLaunch([XLDomain(try Self.file(text), from: "x.cfg")], boot: nil)
        let content = try launch.written()
        let description = try LaunchDescription(parsing: content, from: "x.yaml")
        let domain = try #require(description.domains.first)
        return (domain.description, String(decoding: content, as: UTF8.self), launch.unsaid)
    }

    private static let smallest = "name = 'a'\ntype = 'pvh'\nmemory = 64\nkernel = '/boot/k'\n"

    @Test func everyKeyWithACounterpartIsCarriedOver() throws {
        let (domain, text, unsaid) = try imported(
            Self.smallest
                + """
                uuid = "7d444840-9dc0-11d1-b245-5ffdce74fa02"
                maxmem = 128
                vcpus = 2
                maxvcpus = 2
                cpus = ["0-3,^2", "all"]
                cpus_soft = "1"
                cpu_weight = 512
                cap = 50
                ramdisk = "/boot/r"
                root = "/dev/xvda ro"
                extra = "quiet say=\\"x\\""
                disk = ["phy:/dev/vg/root,xvda,w", "/dev/vg/b,raw,xvdb,r", "format=raw, vdev=xvdc, backend=store, target=/dev/c"]
                vif = ['mac=00:16:3E:00:00:01, bridge=xenbr0']
                pci = ["03:00.0", "0000:04:00.1"]
                ioports = ["2f8-2ff", "80"]
                iomem = ["d0000,10@e0000", "f0000,1"]
                irqs = [4, 9]
                cpuid = "host,rtm=0,avx512f=0"
                tsc_mode = "native"
                timer_mode = "no_missed_ticks_pending"
                seclabel = "system_u:system_r:domU_t"
                """.replacing("backend=store, ", with: ""))
        #expect(unsaid.isEmpty, "\(unsaid)")
        #expect(domain.handle == DomainHandle(high: 0x7d44_4840_9dc0_11d1, low: 0xb245_5ffd_ce74_fa02))
        #expect(domain.memory == 64 << 10 && domain.maxMemory == 128 << 10 && domain.vcpus == 2)
        #expect(
            domain.affinities == [
                VCPUAffinity(vcpu: 0, hard: CPUSet(words: [0b1011]), soft: CPUSet(words: [2])),
                VCPUAffinity(vcpu: 1, hard: nil, soft: CPUSet(words: [2])),
            ])
        #expect(String(decoding: domain.commandLine, as: UTF8.self) == "root=/dev/xvda ro quiet say=\"x\"")
        #expect(text.contains("    kernel: \"/boot/k\"\n    ramdisk: \"/boot/r\"\n"))
        let words = domain.settings.words(but: []).map { "\($0.key.yaml): \(domb.text($0.value))" }
        for expected in [
            "ioports: 0x80+1;0x2f8+8", "cpuid_clear: avx512f;rtm", "tsc_mode: never-emulate",
            "hvm_params: timer-mode:2",
            "label: system_u:system_r:domU_t",
        ] {
            #expect(
                words.contains { $0 == expected || $0 == expected.replacing(";", with: ",") }, "\(expected): \(words)")
        }
        #expect(domain.settings.items(.disks).count == 3 && domain.settings.items(.vifs).count == 1)
        #expect(domain.settings.items(.pci).count == 2 && domain.settings.items(.iomem).count == 2)
        #expect(domain.settings.usesXenstore)
    }

    @Test func whatHasNoCounterpartIsToldByItsLine() throws {
        for (line, words) in [
            ("vnc = 1", "vnc: DomB has nothing of that kind"), ("on_crash = 'restart'", "on_crash: nobody watches"),
            ("nestedhvm = 1", "nestedhvm: DomB has nothing"), ("pool = 'cpus'", "pool: launch.cpupools"),
            ("maxvcpus = 4", "maxvcpus: all vcpus"), ("bootloader = 'pygrub'", "bootloader: DomB loads a kernel"),
            ("vfb = ['type=vnc']", "vfb: DomB has nothing"), ("quirk = 1", "quirk: no setting of xl.cfg(5)"),
            ("cpus = 'node:0'", "cpus: 'node:0': only cpus"), ("vif = ['bridge=b']", "vif: 'bridge=b' has no mac"),
            ("vif = ['mac=00:16:3e:00:00:01,model=e1000']", "vif: its model"),
            ("disk = ['/x,qcow2,xvda,w']", "disk: '/x,qcow2,xvda,w': DomB has raw"),
            ("disk = ['/x,raw,hda,w']", "disk: '/x,raw,hda,w': vdev"),
            ("disk = ['/x,raw,xvda,w', '/y,raw,hdc:cdrom,r']", "disk: '/y,raw,hdc:cdrom,r'"),
            ("disk = ['vdev=xvda,target=/x,access=rw']", "target= takes all behind it"),
            ("pci = ['03:00.0,permissive=1']", "pci: the options"), ("cpuid = 'host,x=1'", "cpuid: 'x=1'"),
            ("cpuid = ['0x1:ecx=1']", "cpuid: only what"),
            ("tsc_mode = 'native_paravirt'", "tsc_mode: 'native_paravirt'"),
            ("ioports = ['8-2']", "ioports: '8-2'"), ("iomem = ['d0000']", "iomem: 'd0000'"),
            ("cmdline = 'a'\nextra = 'b'", "extra: cmdline is given"),
            ("memory = 64", "memory: it is given again on line 5"),
        ] {
            let (_, text, unsaid) = try imported(Self.smallest + line)
            #expect(unsaid.count == 1, "\(line): \(unsaid)")
            #expect(
                unsaid.first?.hasPrefix("x.cfg:") == true && unsaid.first?.contains(words) == true, "\(line): \(unsaid)"
            )
            #expect(text.contains("    # not carried over: \(unsaid.first ?? "?")"), "\(line)")
        }
    }

    /// Errors of the description are those of xl's file.
    @Test func whatADescriptionRefusesIsToldByXLsLines() throws {
        func failure(_ text: String) -> String? {
            do {
                _ = try imported(text)
                return nil
            } catch let failure as CommandFailure {
                return failure.message
            } catch {
                return "\(error)"
            }
        }
        #expect(
            failure("name = 'a'\nmemory = 0\nkernel = 'k'")?.hasPrefix("x.cfg:2: domains.a.memory: 0M is out of range")
                == true)
        #expect(failure("name = 'a'\nmemory = 8\n")?.contains("domains.a.kernel: missing") == true)
        #expect(failure(Self.smallest + "uuid = 'x'")?.hasPrefix("x.cfg:5: domains.a.uuid: 'x' is no uuid") == true)
    }

    @Test func severalFilesAreOneLaunch() throws {
        try Sandbox.run { sandbox in
            try sandbox.write(TestLaunchFiles.tiny, to: "k")
            try sandbox.write("name = 'a'\ntype = 'pvh'\nmemory = 64\nkernel = 'k'\nvnc = 1\n", to: "a.cfg")
            try sandbox.write("name = 'b'\ntype = 'pvh'\nmemory = 64\nkernel = 'k'\n", to: "b.cfg")
            let command = ["import", sandbox.path("a.cfg"), sandbox.path("b.cfg"), "-o", sandbox.path("l.yaml")]
            #expect(sandbox.failure(command + ["--xen", "xen.gz", "--kernel", "vmlinuz"])?.message == nil)
            #expect(sandbox.failure(["check", sandbox.path("l.yaml")])?.message == nil)
            let file = try CompiledLaunch(reading: sandbox.path("l.yaml"), images: nil).file
            #expect(file.lcm.domains.map { text($0.name) } == ["a", "b"])
            #expect(sandbox.exitCode("import", sandbox.path("a.cfg"), "--xen", "x") == 64)
            #expect(sandbox.exitCode("import") == 64)
            try sandbox.write("name = a", to: "a.cfg")
            #expect(
                sandbox.failure(["import", sandbox.path("a.cfg")])?.message
                    == "\(sandbox.path("a.cfg")):1: name: 'a' has to stand in quotes")
        }
    }

    private static func randomDomain(_ random: inout some RandomNumberGenerator) throws -> DomainDescription {
        func number(_ range: Range<UInt64>) -> UInt64 { UInt64.random(in: range, using: &random) }
        let domid = try #require(DomainID(rawValue: 1))
        let memory = number(1..<64) << 10
        var settings: [Setting?] = [
            .tscMode(TSCMode.allCases[Int(number(0..<3))]), .enhanced, .cpuidClear(.avx2), .cpuidClear(.rtm),
            IOMemoryRange(host: number(1..<99), count: number(1..<9), guest: number(1..<99)).map { .iomem($0) },
            .pci(PCIAddress(rawValue: UInt32(number(0..<0xFFFF)))), .number(.maxGrantFrames, UInt32(number(1..<999))),
            .weight(UInt16(number(1..<65536))), .cap(UInt16(number(0..<65536))),
            IOPortRange(first: number(1..<99), count: number(1..<9)).map { .ioports($0) },
            .number(.irqs, UInt32(number(1..<99))),
            HVMSetting(.timerMode, number(0..<4)).map { .hvmParam($0) }, .label(Array("u:r\(number(0..<9)):t".utf8)),
            VirtualDisk(
                text: Array("vdev=xvda\(number(1..<9)),target=/dev/x,access=\(number(0..<2) == 0 ? "ro" : "rw")".utf8)[
                    ...]
            )
            .map { .disk($0) },
            VirtualInterface(text: Array("mac=00:16:3e:00:00:0\(number(0..<9)),bridge=b".utf8)[...]).map { .vif($0) },
        ]
        if number(0..<2) == 0 { settings.removeAll { $0 == .enhanced || $0?.key == .disks || $0?.key == .vifs } }
        let chosen = settings.compactMap { $0 }.filter { setting in
            [.enhanced, .disks].contains(setting.key) || number(0..<2) == 0
        }
        let affinities = (0..<2).map {
            VCPUAffinity(vcpu: $0, hard: CPUSet(words: [number(1..<99)]), soft: CPUSet(words: [1]))
        }
        let texts = ["a b=\"c\"", "\\", "'", "root=/dev/xvda # no comment", "\t"]
        return DomainDescription(
            domid: domid, name: Array("guest".utf8),
            handle: number(0..<2) == 0 ? nil : DomainHandle(high: number(1..<99), low: number(0..<99)), mode: .pvh,
            memory: memory, maxMemory: number(0..<2) == 0 ? nil : memory + number(0..<9) << 10,
            vcpus: 2, affinities: number(0..<2) == 0 ? [] : affinities, settings: chosen,
            kernel: ImageReference(moduleIndex: 1),
            ramdisk: number(0..<2) == 0 ? nil : ImageReference(moduleIndex: 2),
            commandLine: Array((texts.randomElement(using: &random) ?? "").utf8))
    }

    /// What `domb export --xl` writes `domb import` reads as the same domain.
    @Test func exportAndImportAreEachOthersInverse() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var images = ModuleFiles()
        images.add("/boot/k \"1\"", as: 1)
        images.add("/boot/r", as: 2)
        for _ in 0..<300 {
            let domain = try Self.randomDomain(&random)
            let lcm = LCM(domains: [domain], settings: LaunchSettings(handoff: .park))
            let lines = XLConfiguration(domain, in: lcm, images: images).lines
            let (read, text, unsaid) = try imported(lines.joined(separator: "\n"))
            #expect(unsaid.isEmpty, "seed \(seed): \(unsaid)")
            var expected = domain
            expected.domid = read.domid
            // Images are the description's own matter.
            expected.kernel = read.kernel
            expected.ramdisk = nil
            #expect(read == expected, "seed \(seed): \(text)")
            #expect(text.contains("kernel: \"/boot/k \\\"1\\\"\""))
            #expect(text.contains("ramdisk: \"/boot/r\"") == (domain.ramdisk != nil))
        }
    }
}
