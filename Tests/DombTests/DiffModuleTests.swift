// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import domb

/// LCMs beside each other and beside logs.
@Suite struct DiffModuleTests {
    private static let console = Sandbox.fixtures + "/appliance-console.log"
    private static let lcm = Sandbox.fixtures + "/appliance-console.dtb"

    private func input(_ lcm: LCM) -> DiffInput {
        DiffInput(path: "lcm", content: .lcm(lcm, compiled: nil))
    }

    private func realLog() throws -> DiffInput {
        DiffInput(path: "log", content: .log(try LogInput(reading: Self.console)))
    }

    private func real() throws -> LCM { try LaunchControlFile(reading: Self.lcm).lcm }

    private func lines(_ a: DiffInput, _ b: DiffInput) -> [String] {
        LaunchDiff(a, b).changes.flatMap { $0.lines }
    }

    /// A log and an LCM of one real boot say the same, whichever comes first.
    @Test func logOfARealBootSaysWhatItsLCMSays() throws {
        try Sandbox.run { sandbox in
            #expect(sandbox.exitCode("diff", Self.console, Self.lcm) == 0)
            #expect(sandbox.exitCode("diff", "--json", Self.lcm, Self.console) == 0)
            #expect(sandbox.exitCode("diff", Self.lcm, Self.lcm) == 0)
            let (log, lcm) = ("/appliance-measurements.bin", "/appliance-boot.dtb")
            #expect(sandbox.exitCode("diff", Sandbox.fixtures + log, Sandbox.fixtures + lcm) == 0)
            // An older one, of another launch.
            #expect(sandbox.exitCode("diff", Self.console, Sandbox.fixtures + "/appliance.dtb") == 1)
        }
        let log = try realLog()
        let lcm = DiffInput(path: "lcm", content: .lcm(try real(), compiled: nil))
        let text = DiffReport(a: log, b: lcm, diff: LaunchDiff(log, lcm)).description
        #expect(text.contains("not compared, since only A says it: identity, "))
        #expect(!text.contains("kernel content"))
        #expect(!text.contains("PCR 11"))
    }

    @Test func whatAnLCMLeavesOpenIsNotCompared() throws {
        var lcm = try real()
        lcm.domains[1].kernel.expectedDigest = nil
        let log = try realLog()
        let side = input(lcm)
        let diff = LaunchDiff(log, side)
        #expect(lines(log, side) == [])
        #expect(DiffReport(a: log, b: side, diff: diff).description.contains("domain 2 broker: kernel content"))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let expected: [String]
        let mutate: @Sendable (inout LCM) -> Void

        init(_ expected: String..., mutate: @escaping @Sendable (inout LCM) -> Void) {
            self.expected = expected
            self.mutate = mutate
        }

        var testDescription: String { expected.first ?? "" }
    }

    private static let other = TestLog.digest(1)
    private static let cases: [Case] = [
        Case("domain 2 broker: name: broker -> relay") { $0.domains[1].name = Array("relay".utf8) },
        Case("domain 2 broker: memory: 8192 KiB -> 4096 KiB") { $0.domains[1].memory = 4096 },
        Case("domain 2 broker: vcpus: 1 -> 2") { $0.domains[1].vcpus = 2 },
        Case("domain 2 broker: roles: none -> xenstore") { $0.domains[1].roles = .xenstore },
        Case("domain 2 broker: weight: 512 -> 1024") { $0.domains[1].weight = 1024 },
        Case("domain 3 sensor: cap: 50 -> none") { $0.domains[2].cap = nil },
        Case("domain 2 broker: mem-max: 16384 -> none") { $0.domains[1].maxMemory = nil },
        Case("domain 2 broker: soft-affinity of vcpu 0: 0 -> none") { $0.domains[1].affinities[0].soft = nil },
        Case("domain 3 sensor: depends on: 2 -> none") { $0.domains[2].dependencies = [] },
        Case("domain 2 broker: command line: only in B: debug") {
            $0.domains[1].commandLine = Array("broker debug".utf8)
        },
        Case("domain 2 broker: handle: 7d444840-9dc0-11d1-b245-5ffdce74fa02 -> none") { $0.domains[1].handle = nil },
        Case("settings: TPM policy: require -> warn") { $0.settings.tpmPolicy = .warn },
        Case("settings: coverage: all -> images") { $0.settings.coverage = .images },
        Case("PCR: 11 -> 12") { lcm in
            if let pcr = PCRIndex(rawValue: 12) { lcm.settings.pcr = pcr }
        },
        Case("domain 4 app: log region: 65536 bytes at 0x9000000 -> none") { $0.domains[3].logRegion = nil },
        Case("domain 4 app: ramdisk: only in A") { $0.domains[3].ramdisk = nil },
        Case(
            "domain 1 hw: kernel place:",
            "  A 524 bytes at 0x100000, 12288 bytes at 0x101000",
            "  B 524 bytes at 0x200000, 12288 bytes at 0x300000"
        ) { lcm in
            lcm.domains[0].kernel.segments[0].address = 0x20_0000
            lcm.domains[0].kernel.segments[1].address = 0x30_0000
        },
        Case("domain 4 app: only in A") { lcm in
            lcm.domains.remove(at: 3)
        },
        Case("order of the domains: 1 hw, 2 broker, 3 sensor, 4 app -> 2 broker, 1 hw, 3 sensor, 4 app") { lcm in
            lcm.domains.swapAt(0, 1)
            lcm.domains[2].dependencies = [0]
        },
    ]

    @Test(arguments: cases) func logBesideAnotherLCMTellsWhatTheLCMSaysDifferently(_ change: Case) throws {
        var lcm = try real()
        change.mutate(&lcm)
        let log = try realLog()
        #expect(lines(log, input(lcm)) == change.expected)
        #expect(!LaunchDiff(log, input(lcm)).isSame)
        // Two LCMs tell the same.
        #expect(lines(input(try real()), input(lcm)) == change.expected)
    }

    @Test func measuredDigestsAreHeldAgainstTheExpectedOnes() throws {
        var lcm = try real()
        let expected = [lcm.domains[1].kernel.expectedDigest, lcm.domains[3].ramdisk?.expectedDigest]
            .map { $0.map { hexadecimal($0.bytes) } ?? "" }
        lcm.domains[1].kernel.expectedDigest = Self.other
        lcm.domains[3].ramdisk?.expectedDigest = Self.other
        let log = try realLog()
        let other = hexadecimal(Self.other.bytes)
        #expect(
            lines(log, input(lcm)) == [
                "domain 2 broker: kernel content:", "  A sha256 \(expected[0])", "  B sha256 \(other)",
                "domain 4 app: ramdisk content:", "  A sha256 \(expected[1])", "  B sha256 \(other)",
            ])
    }

    @Test func imagesSwappedInTheLCMAreASwap() throws {
        var lcm = try real()
        let kernel = lcm.domains[0].kernel
        lcm.domains[0].kernel = lcm.domains[3].kernel
        lcm.domains[3].kernel = kernel
        // The log does not know where the boot loader has an image.
        let log = try realLog()
        #expect(lines(input(try real()), input(lcm)) == ["domain 1 hw: swapped with domain 4 app: kernel"])
        #expect(lines(log, input(lcm)) == ["domain 1 hw: swapped with domain 4 app: kernel"])
    }

    @Test func moduleIndexIsComparedBetweenLCMs() throws {
        var lcm = try real()
        lcm.domains[3].kernel.moduleIndex = 9
        #expect(
            lines(input(try real()), input(lcm)) == ["domain 4 app: kernel source: module 3 -> module 9"])
    }

    @Test func failedLaunchIsHeldAgainstItsLCMAsFarAsItCame() throws {
        var log = TestLog()
        log.errorAtDomain = 1
        log.error = LaunchEvent.ErrorRecord(stage: 6, domid: nil, text: Array("x".utf8))
        var lcm = LCM(domains: [], settings: LaunchSettings())
        for record in TestLog().domains {
            lcm.domains.append(
                DomainDescription(
                    domid: record.domid, name: record.name, handle: record.handle, memory: 8192,
                    kernel: ImageReference(moduleIndex: 1),
                    ramdisk: ImageReference(moduleIndex: 2), commandLine: record.commandLine))
        }
        let diff = LaunchDiff(
            DiffInput(path: "lcm", content: .lcm(lcm, compiled: nil)), try log.input("log"))
        #expect(diff.changes.flatMap { $0.lines } == ["B is the log of a launch that failed: measure: x"])
        #expect(diff.unreached?.places.map { $0.words } == ["domain 3 sensor", "domain 4 app", "settings"])
    }

    @Test func everyFormOfAnLCMIsRead() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.description, to: "l.yaml")
            #expect(sandbox.exitCode("compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")) == 0)
            #expect(
                sandbox.exitCode(
                    "convert", sandbox.path("l.dtb"), "--format", "xlcm", "-o", sandbox.path("l.lcm")) == 0)
            #expect(sandbox.exitCode("diff", sandbox.path("l.yaml"), sandbox.path("l.dtb")) == 0)
            // The same launch, but other bytes and so another digest.
            #expect(sandbox.exitCode("diff", sandbox.path("l.lcm"), sandbox.path("l.dtb")) == 1)
            #expect(sandbox.exitCode("diff", sandbox.path("l.lcm"), sandbox.path("l.yaml")) == 0)
        }
    }

    /// Whatever changes in an LCM, the LCM as a whole is another one.
    @Test func otherBytesAreAnotherLCM() throws {
        let lcm = try real()
        let a = DiffInput(
            path: "a", content: .lcm(lcm, compiled: LaunchStatement.Module(byteCount: 5, digest: TestLog.digest(1))))
        let b = DiffInput(
            path: "b", content: .lcm(lcm, compiled: LaunchStatement.Module(byteCount: 5, digest: TestLog.digest(2))))
        #expect(lines(a, b).first == "LCM: content:")
        #expect(lines(try realLog(), b).first?.hasPrefix("LCM: size: ") == true)
    }
}
