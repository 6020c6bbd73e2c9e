// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// "good" is about no more than the log's own records allow: what they leave open has a line of its own.
@Suite struct ConditionTests {
    private struct Launch {
        var commandLine = "quiet"
        var xenCommandLine = "console=com1"
        var securityMode = SecurityMode.enforcing
        var policy = TPMPolicy.require
        var coverage = Coverage.all
        var roles: DomainRoles = []
        var lcm = SwiftCryptoHash.digest(.sha256, of: [7])

        func log() throws -> QuotedLog {
            var recorder = Recorder<SwiftCryptoHash>(pcr: .standard, banks: [.sha256])
            let domid = try #require(DomainID(rawValue: 2))
            _ = recorder.record(
                .identity(
                    LaunchEvent.Identity(
                        buildID: [1], commandLine: Array(commandLine.utf8), xenVersion: Array("4.20".utf8),
                        xenBuildID: [5], xenCommandLine: Array(xenCommandLine.utf8), securityMode: securityMode)))
            _ = recorder.record(.lcm(byteCount: 9, digest: lcm))
            let kernel = MeasuredRegion(
                role: .kernel, segments: [Segment(address: 0x10_0000, byteCount: 4096)], digest: lcm)
            _ = recorder.record(
                .domain(
                    LaunchEvent.DomainRecord(
                        domid: domid, name: Array("app".utf8), handle: DomainHandle(high: 1, low: 2), roles: roles,
                        coverage: coverage, vcpus: 1, entry: 0, registers: lcm, commandLine: [],
                        regions: [kernel], pageCount: coverage == .all ? 2048 : 0)))
            _ = recorder.record(
                .configuration(
                    LaunchEvent.Configuration(
                        tpmPolicy: policy, coverage: coverage, handoff: .shutdown, handoffTarget: [],
                        domains: [
                            LaunchEvent.Configuration.Domain(domid: domid, memory: 8192, dependencies: [], items: [])
                        ])))
            _ = recorder.recordCap(launchFailed: false)
            return try QuotedLog(recorder.log.bytes)
        }

        func verified(
            _ expected: [ExpectedLaunch] = []
        ) throws -> LaunchVerifier<SwiftCryptoHash> {
            let log = try log()
            var evidence = Evidence()
            evidence.withoutLauncher = true
            evidence.pcrs = try PCRValues(parsing: Array(log.pcrText(records: log.records.count).utf8))
            evidence.expected = expected
            return LaunchVerifier(try EventLogReader(parsing: log.bytes), evidence, hashing: SwiftCryptoHash.self)
        }

        /// As `domb predict --json` would have it.
        func expected(_ source: String = "x.json") throws -> ExpectedLaunch {
            let reader = try EventLogReader(parsing: try log().bytes)
            let record = reader.records[2].data
            return ExpectedLaunch(
                source: source, pcr: 11, values: LogReplay(reader, hashing: SwiftCryptoHash.self).values,
                domains: [
                    ExpectedLaunch.Domain(
                        domid: 2, name: "app", record: SwiftCryptoHash.digest(.sha256, of: record))
                ], lcm: lcm,
                identity: ExpectedLaunch.Identity(
                    buildID: "01", commandLine: commandLine, xenVersion: "4.20", xenBuildID: "05",
                    xenCommandLine: xenCommandLine, xsm: "\(securityMode.name)"))
        }
    }

    private func status(_ code: Check.Code, _ change: (inout Launch) -> Void) throws -> Check.Status? {
        var launch = Launch()
        change(&launch)
        return try launch.verified().checks.first { $0.code == code }?.status
    }

    @Test func aStrictLaunchHasNoneOfThese() throws {
        let verifier = try Launch().verified()
        #expect(verifier.isGood)
        for code in [.coverage, .tpmPolicy, .xsm, .dma, .pin, .commandLineWords] as [Check.Code] {
            #expect(!verifier.checks.contains { $0.code == code }, "\(code)")
        }
    }

    @Test func whatALaunchLeavesOpenHasALine() throws {
        #expect(try status(.coverage) { $0.coverage = .images } == .warning)
        #expect(try status(.tpmPolicy) { $0.policy = .warn } == .warning)
        #expect(try status(.tpmPolicy) { $0.policy = .off } == .warning)
        #expect(try status(.xsm) { $0.securityMode = .permissive } == .warning)
        #expect(try status(.xsm) { $0.securityMode = .none } == .note)
        #expect(
            try status(.dma) {
                $0.roles = .hardware
                $0.xenCommandLine = "console=com1 dom0-iommu=none"
            } == .warning)
        #expect(try status(.dma) { $0.xenCommandLine = "console=com1 dom0-iommu=none" } == nil)
        #expect(try status(.commandLineWords) { $0.commandLine = "domb.nonsense=1" } == .warning)
    }

    /// DomB refuses an LCM that is not the pinned one: a log that says otherwise is none of DomB's.
    @Test func aPinOfAnotherLCMIsNoLaunchOfDomB() throws {
        let pinned = { (digest: Digest) in "quiet domb.lcm=sha256:\(hexadecimal(digest.bytes))" }
        #expect(try status(.pin) { $0.commandLine = pinned($0.lcm) } == nil)
        let other = SwiftCryptoHash.digest(.sha256, of: [8])
        #expect(try status(.pin) { $0.commandLine = pinned(other) } == .failed)
    }

    @Test func aLaunchMayBeAnyOfThoseThatAreExpected() throws {
        let launch = Launch()
        var other = Launch()
        other.commandLine = "quiet new"
        #expect(try launch.verified([launch.expected()]).isGood)
        #expect(try launch.verified([other.expected(), launch.expected()]).isGood)
        #expect(try launch.verified([launch.expected(), other.expected()]).isGood)
        #expect(try !launch.verified([other.expected()]).isGood)
        #expect(try !launch.verified([other.expected("a"), other.expected("b")]).isGood)
    }

    private func differences(_ change: (inout Launch) -> Void) throws -> [String] {
        var other = Launch()
        change(&other)
        return try other.verified([Launch().expected()]).checks.filter { $0.code == .expectedRecord }.map(\.text)
    }

    @Test func whatDiffersIsSaidInWords() throws {
        for (part, change) in [
            ("the boot domain's command line: expected \"quiet\", the log has \"loud\"", { $0.commandLine = "loud" }),
            ("Xen's command line: expected \"console=com1\"", { $0.xenCommandLine = "x" }),
            ("XSM: expected \"flask enforcing\", the log has \"none\"", { $0.securityMode = .none }),
            ("domain 2 (app): its record is not the expected one", { $0.coverage = .images }),
            ("the settings do, or the order", { $0.policy = .warn }),
            ("another LCM: expected", { $0.lcm = SwiftCryptoHash.digest(.sha256, of: [9]) }),
        ] as [(String, (inout Launch) -> Void)] {
            let texts = try differences(change)
            #expect(texts.contains { $0.contains(part) }, "\(part): \(texts)")
        }
    }

    @Test func aDomainThatWasNotExpectedIsNamed() throws {
        let whole = try Launch().expected()
        let more = ExpectedLaunch.Domain(domid: 7, name: "more", record: SwiftCryptoHash.digest(.sha256, of: [9]))
        for (domains, isTold) in [([more], true), ([], false)] {
            let expected = ExpectedLaunch(
                source: "x", pcr: 11, values: whole.values, domains: domains, lcm: whole.lcm,
                identity: whole.identity)
            var other = Launch()
            other.commandLine = "loud"
            let texts = try other.verified([expected]).checks.filter { $0.code == .expectedRecord }.map(\.text)
            #expect(texts.contains { $0.contains("domain 2 (app) was not expected") } == isTold, "\(texts)")
            #expect(texts.contains { $0.contains("domain 7 (more) is missing") } == isTold, "\(texts)")
        }
    }

    /// The values are the log's, and the rest of the file is not: one of the two was changed.
    @Test func aPredictionThatContradictsItselfIsNone() throws {
        let whole = try Launch().expected()
        let identity = try #require(whole.identity)
        let digest = SwiftCryptoHash.digest(.sha256, of: [9])
        let domain = ExpectedLaunch.Domain(domid: 2, name: "app", record: digest)
        let more = ExpectedLaunch.Domain(domid: 7, name: "more", record: digest)
        let other = ExpectedLaunch.Identity(
            buildID: identity.buildID, commandLine: "x", xenVersion: identity.xenVersion,
            xenBuildID: identity.xenBuildID,
            xenCommandLine: identity.xenCommandLine, xsm: identity.xsm)
        func verified(
            _ domains: [ExpectedLaunch.Domain], _ lcm: Digest?, _ identity: ExpectedLaunch.Identity?
        ) throws -> LaunchVerifier<SwiftCryptoHash> {
            try Launch().verified([
                ExpectedLaunch(
                    source: "x", pcr: 11, values: whole.values, domains: domains, lcm: lcm, identity: identity)
            ])
        }
        #expect(try verified(whole.domains, whole.lcm, identity).isGood)
        for verifier in [
            try verified([domain], whole.lcm, identity),
            try verified(whole.domains + [more], whole.lcm, identity),
            try verified(whole.domains, digest, identity), try verified(whole.domains, whole.lcm, other),
        ] {
            let failed = verifier.checks.filter { $0.status == .failed }
            #expect(failed.count == 1 && failed.allSatisfy { $0.text.contains("contradicts its own values") })
        }
    }

    @Test func aRecordWithoutAnExpectedDigestHasALine() throws {
        let whole = try Launch().expected()
        let without = ExpectedLaunch(source: "x", pcr: 11, values: whole.values)
        let verifier = try Launch().verified([without])
        #expect(
            verifier.checks.contains {
                $0.code == .expectedRecord && $0.status == .warning && $0.text.contains("domain 2 (app)")
            })
        let none = try Launch().verified()
        #expect(none.checks.contains { $0.code == .expectedValue && $0.status == .note })
    }

    /// For programs, which read no texts.
    @Test func everyCheckOfAPCRNamesIt() throws {
        for check in try Launch().verified().checks where [.pcrValue, .firmwarePCR].contains(check.code) {
            #expect(check.pcr != nil && check.bank != nil)
        }
    }
}
