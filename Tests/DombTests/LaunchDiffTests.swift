// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import Testing

@testable import domb

/// One thing is changed in a log: it is named, and nothing else is.
@Suite struct LaunchDiffTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let expected: [String]
        let mutate: @Sendable (inout TestLog) -> Void

        init(_ expected: String..., mutate: @escaping @Sendable (inout TestLog) -> Void) {
            self.expected = expected
            self.mutate = mutate
        }

        var testDescription: String { expected.first ?? "" }
    }

    private static func region(_ region: MeasuredRegion, digest: UInt8) -> MeasuredRegion {
        MeasuredRegion(role: region.role, segments: region.segments, digest: TestLog.digest(digest))
    }

    private static func hex(_ number: UInt8) -> String { hexadecimal(TestLog.digest(number).bytes) }

    private static let launch: [Case] = [
        Case("identity: launched by: boot domain -> command") { $0.identity.launcher = .command },
        Case("identity: DomB's build id: abcd -> 01") { $0.identity.buildID = [1] },
        Case("identity: command line: console=hvc0 -> console=ttyS0") {
            $0.identity.commandLine = Array("console=ttyS0 quiet".utf8)
        },
        Case("identity: command line: only in A: quiet") { $0.identity.commandLine = Array("console=hvc0".utf8) },
        Case("identity: command line: only in B: panic=5") { $0.identity.commandLine += Array(" panic=5".utf8) },
        Case(
            "identity: command line, the same words in another order: console=hvc0 quiet -> quiet console=hvc0"
        ) { $0.identity.commandLine = Array("quiet console=hvc0".utf8) },
        Case("identity: command line, the same words with other spaces: console=hvc0 quiet -> console=hvc0 quiet ") {
            $0.identity.commandLine += [0x20]
        },
        Case("identity: Xen's command line: loglvl=all -> loglvl=info") {
            $0.identity.xenCommandLine = Array("dom0=pvh loglvl=info".utf8)
        },
        Case("identity: Xen's version: 4.20 -> 4.21") { $0.identity.xenVersion = Array("4.21".utf8) },
        Case("identity: Xen's build id: 12 -> 13") { $0.identity.xenBuildID = [0x13] },
        Case("identity: XSM: none -> flask enforcing") { $0.identity.securityMode = .enforcing },
        Case("only in B: no TPM answered; the policy was warn") { $0.policyWithoutTPM = .warn },
        Case("LCM: size: 2217 bytes -> 2218 bytes") { $0.moduleByteCount += 1 },
        Case("LCM: content:", "  A sha256 \(hex(200))", "  B sha256 \(hex(201))") {
            $0.moduleDigest = TestLog.digest(201)
        },
        Case("next init: only in B") { $0.nextInit = (Array("/sbin/init".utf8), 5, TestLog.digest(1)) },
        Case("PCR: 11 -> 12") { log in
            if let pcr = PCRIndex(rawValue: 12) { log.pcr = pcr }
        },
        Case("settings: TPM policy: require -> warn") { $0.configuration.tpmPolicy = .warn },
        Case("settings: coverage: all -> images") { log in
            log.configuration.coverage = .images
            for index in log.domains.indices { log.domains[index].coverage = .images }
        },
        Case("settings: handoff: shutdown -> park") { $0.configuration.handoff = .park },
        Case("settings: next init: none -> /init") { $0.configuration.handoffTarget = Array("/init".utf8) },
        Case("B is the log of a launch that failed: unpause: domain 3: no answer") { log in
            log.error = LaunchEvent.ErrorRecord(
                stage: 8, domid: DomainID(rawValue: 3), text: Array("no answer".utf8))
        },
        Case("outcome: closed -> open") { $0.isCapped = false },
    ]

    private static let domain: [Case] = [
        Case("domain 2 broker: name: broker -> relay") { $0.domains[0].name = Array("relay".utf8) },
        Case("domain 4 app: domid: 4 -> 9") { log in
            guard let domid = DomainID(rawValue: 9) else { return }
            log.domains[2].domid = domid
            log.configuration.domains[2].domid = domid
        },
        Case("domain 2 broker: domid: 2 -> 9") { log in
            guard let domid = DomainID(rawValue: 9) else { return }
            log.domains[0].domid = domid
            log.configuration.domains[0].domid = domid
            log.configuration.domains[1].dependencies = [domid]
        },
        Case(
            "domain 2 broker: handle: 00000000-0000-0007-0000-000000000002 -> none"
        ) { log in
            log.domains[0].handle = .unset
            log.configuration.domains[0].items.remove(at: 1)
        },
        Case("domain 2 broker: roles: none -> control, xenstore") { $0.domains[0].roles = [.control, .xenstore] },
        Case("domain 2 broker: coverage: all -> images") { $0.domains[0].coverage = .images },
        Case("domain 2 broker: vcpus: 1 -> 2") { log in
            log.domains[0].vcpus = 2
            log.configuration.domains[0].items[0] = ConfigurationItem(.vcpus, [2])
        },
        Case("domain 2 broker: entry: 0x100000 -> 0x100010") { $0.domains[0].entry = 0x10_0010 },
        Case("domain 2 broker: registers:", "  A sha256 \(hex(2))", "  B sha256 \(hex(99))") {
            $0.domains[0].registers = TestLog.digest(99)
        },
        Case("domain 2 broker: pages: 2057 -> 2058") { $0.domains[0].pageCount += 1 },
        Case("domain 2 broker: command line: only in A: quiet", "domain 2 broker: command line: only in B: debug") {
            $0.domains[0].commandLine = Array("broker debug".utf8)
        },
        Case("domain 2 broker: kernel content:", "  A sha256 \(hex(12))", "  B sha256 \(hex(99))") {
            $0.domains[0].regions[0] = region($0.domains[0].regions[0], digest: 99)
        },
        Case("domain 2 broker: kernel size: 502 bytes -> 503 bytes") { log in
            let kernel = log.domains[0].regions[0]
            log.domains[0].regions[0] = MeasuredRegion(
                role: .kernel, segments: [Segment(address: 0x10_0000, byteCount: 503)], digest: kernel.digest)
        },
        Case("domain 2 broker: kernel place: 502 bytes at 0x100000 -> 502 bytes at 0x200000") { log in
            let kernel = log.domains[0].regions[0]
            log.domains[0].regions[0] = MeasuredRegion(
                role: .kernel, segments: [Segment(address: 0x20_0000, byteCount: 502)], digest: kernel.digest)
        },
        Case("domain 2 broker: ramdisk: only in A") { $0.domains[0].regions.remove(at: 1) },
        Case("domain 2 broker: acpi: only in B") {
            $0.domains[0].regions.append(
                MeasuredRegion(
                    role: .acpi, segments: [Segment(address: 0, byteCount: 1)], digest: TestLog.digest(1)))
        },
        Case("domain 2 broker: order of the regions: kernel, ramdisk, start-info -> ramdisk, kernel, start-info") {
            $0.domains[0].regions.swapAt(0, 1)
        },
        Case("domain 2 broker: log region: none -> 4096 bytes at 0x1000") {
            $0.domains[0].logRegion = Segment(address: 4096, byteCount: 4096)
        },
        Case("domain 2 broker: swapped with domain 3 sensor: kernel") { log in
            let kernel = log.domains[0].regions[0]
            log.domains[0].regions[0] = log.domains[1].regions[0]
            log.domains[1].regions[0] = kernel
        },
        Case("domain 2 broker: swapped with domain 4 app: kernel, ramdisk") { log in
            let other = log.domains[2]
            log.domains[2].regions = log.domains[0].regions
            log.domains[2].registers = log.domains[0].registers
            log.domains[0].regions = other.regions
            log.domains[0].registers = other.registers
        },
        Case("domain 2 broker: swapped with domain 3 sensor: ramdisk") { log in
            let (first, second) = (log.domains[0].regions[1], log.domains[1].regions[1])
            log.domains[0].regions[1] = MeasuredRegion(
                role: .ramdisk, segments: second.segments, digest: second.digest)
            log.domains[1].regions[1] = MeasuredRegion(
                role: .ramdisk, segments: first.segments, digest: first.digest)
        },
        Case("domain 4 app: only in A") { log in
            log.domains.removeLast()
            log.configuration.domains.removeLast()
        },
        Case("domain 5 extra: only in B") { $0.add(domid: 5, "extra") },
        Case("order of the domains: 2 broker, 3 sensor, 4 app -> 3 sensor, 2 broker, 4 app") { log in
            log.domains.swapAt(0, 1)
            log.configuration.domains.swapAt(0, 1)
        },
    ]

    private static let configuration: [Case] = [
        Case("domain 2 broker: memory: 8192 KiB -> 16384 KiB") { $0.configuration.domains[0].memory = 16384 },
        Case("domain 3 sensor: depends on: 2 -> none") { $0.configuration.domains[1].dependencies = [] },
        Case("domain 2 broker: weight: 512 -> 1024") {
            $0.configuration.domains[0].items[2] = ConfigurationItem(.weight, [1024])
        },
        Case("domain 2 broker: cpus: 1 -> 2") {
            $0.configuration.domains[0].items[0] = ConfigurationItem(.vcpus, [2])
        },
        Case("domain 2 broker: cap: none -> 50") {
            $0.configuration.domains[0].items.append(ConfigurationItem(.cap, [50]))
        },
        Case("domain 2 broker: mem-max: none -> 16384") {
            $0.configuration.domains[0].items.append(ConfigurationItem(.maxMemory, [16384]))
        },
        Case("domain 2 broker: hard-affinity of vcpu 1: none -> 0-1") {
            $0.configuration.domains[0].items.append(ConfigurationItem(.hardAffinity, [1, 3]))
        },
        Case("domain 2 broker: soft-affinity of vcpu 0: none -> 1") {
            $0.configuration.domains[0].items.append(ConfigurationItem(.softAffinity, [0, 2]))
        },
        Case(
            "domain 2 broker: order of the settings:",
            "  A cpus 1, domain-uuid 00000000-0000-0007-0000-000000000002, weight 512",
            "  B cpus 1, weight 512, domain-uuid 00000000-0000-0007-0000-000000000002"
        ) { $0.configuration.domains[0].items.swapAt(1, 2) },
    ]

    @Test(arguments: launch + domain + configuration) func whatChangedIsNamedAndNothingElse(_ change: Case) throws {
        let original = TestLog()
        var changed = original
        change.mutate(&changed)
        let diff = LaunchDiff(try original.input("a"), try changed.input("b"))
        #expect(diff.changes.flatMap { $0.lines } == change.expected)
        #expect(!diff.isSame)
        // And the other way round there are as many.
        #expect(LaunchDiff(try changed.input("b"), try original.input("a")).changes.count == diff.changes.count)
    }

    @Test func severalWordsAreOneChangeEach() throws {
        var changed = TestLog()
        changed.identity.commandLine = Array("console=ttyS0 debug".utf8)
        #expect(
            try TestLog.lines(TestLog(), changed) == [
                "identity: command line: console=hvc0 -> console=ttyS0", "identity: command line: only in A: quiet",
                "identity: command line: only in B: debug",
            ])
    }

    /// A ramdisk lies where its domain has room, so that a swapped one may lie elsewhere, too.
    @Test func swappedImageThatLiesElsewhereIsStillASwap() throws {
        var b = TestLog()
        let (first, second) = (b.domains[0].regions[1], b.domains[1].regions[1])
        b.domains[0].regions[1] = MeasuredRegion(
            role: .ramdisk, segments: [Segment(address: 0x70_0000, byteCount: 903)], digest: second.digest)
        b.domains[1].regions[1] = MeasuredRegion(role: .ramdisk, segments: first.segments, digest: first.digest)
        #expect(
            try TestLog.lines(TestLog(), b) == [
                "domain 2 broker: swapped with domain 3 sensor: ramdisk",
                "domain 2 broker: ramdisk place: 902 bytes at 0x800000 -> 903 bytes at 0x700000",
            ])
    }

    @Test func nextInitIsComparedWhereBothHaveOne() throws {
        var a = TestLog()
        a.nextInit = (Array("/a".utf8), 5, TestLog.digest(1))
        a.configuration.handoff = .execute
        a.configuration.handoffTarget = Array("/a".utf8)
        var b = a
        b.nextInit = (Array("/b".utf8), 5, TestLog.digest(1))
        b.configuration.handoffTarget = Array("/b".utf8)
        #expect(try TestLog.lines(a, b) == ["next init: path: /a -> /b"])
        b = a
        b.nextInit?.byteCount = 6
        #expect(try TestLog.lines(a, b) == ["next init: size: 5 bytes -> 6 bytes"])
        b = a
        b.nextInit?.digest = TestLog.digest(2)
        #expect(try TestLog.lines(a, b).first == "next init: content:")
    }

    @Test func renumberedDomainsThatKeepTheirNamesAreTheSameDomains() throws {
        var b = TestLog()
        let (first, second) = (b.domains[0].domid, b.domains[2].domid)
        b.domains[0].domid = second
        b.domains[2].domid = first
        b.configuration.domains[0].domid = second
        b.configuration.domains[2].domid = first
        b.configuration.domains[1].dependencies = [second]
        #expect(
            try TestLog.lines(TestLog(), b) == ["domain 2 broker: domid: 2 -> 4", "domain 4 app: domid: 4 -> 2"])
    }

    @Test func swapNamesTheOtherDomainInJSON() throws {
        var b = TestLog()
        let kernel = b.domains[0].regions[0]
        b.domains[0].regions[0] = b.domains[1].regions[0]
        b.domains[1].regions[0] = kernel
        let json = LaunchDiff(try TestLog().input("a"), try b.input("b")).changes.map { $0.json.written() }.joined()
        #expect(json.contains("\"what\": \"swapped\",\n  \"with\": {\n    \"domid\": 3,\n    \"name\": \"sensor\""))
    }

    /// What a launch that failed did not come to is told, and not as a cause.
    @Test func failedLaunchDiffersByItsErrorAlone() throws {
        var failed = TestLog()
        failed.errorAtDomain = 1
        failed.error = LaunchEvent.ErrorRecord(
            stage: 6, domid: DomainID(rawValue: 3), text: Array("kernel is not the expected one".utf8))
        let diff = LaunchDiff(try TestLog().input("a"), try failed.input("b"))
        #expect(
            diff.changes.flatMap { $0.lines } == [
                "B is the log of a launch that failed: measure: domain 3: kernel is not the expected one"
            ])
        let report = DiffReport(a: try TestLog().input("a"), b: try failed.input("b"), diff: diff)
        #expect(report.description.contains("B ended before: domain 3 sensor, domain 4 app, settings"))
        #expect(report.description.contains("they part at record 4: domain 3 sensor of A, error of B"))
    }

    @Test func sameErrorBeforeAndAfterTheMeasurementIsADifference() throws {
        var early = TestLog()
        early.error = LaunchEvent.ErrorRecord(stage: 8, domid: nil, text: Array("x".utf8))
        let late = early
        early.errorAtDomain = 1
        #expect(try TestLog.lines(late, early) == ["measured: whole -> in part"])
    }

    @Test func otherErrorIsToldOfBoth() throws {
        var a = TestLog()
        a.error = LaunchEvent.ErrorRecord(stage: 8, domid: nil, text: Array("x".utf8))
        var b = a
        b.error?.text = Array("y".utf8)
        #expect(try TestLog.lines(a, b) == ["error: unpause: x -> unpause: y"])
    }
}
