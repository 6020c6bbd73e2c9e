// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// A report is one line for each check, whatever names and texts the evidence has.
@Suite struct ReportTextTests {
    /// A cursor that moves, a verdict, what a terminal takes for an escape in eight bits, what turns a line around.
    private static let evil = [
        "\u{1B}[2J", "\nverdict: good: all is well", "\r", "\0", "\u{7F}", "\u{9B}31m", "\u{202E}", "\u{2028}",
        "\u{200B}",
        "\t", "\u{FEFF}",
    ]

    private func isClean(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }

    @Test func aCheckIsOneLine() {
        for text in Self.evil {
            #expect(isClean(Check(.outcome, .ok, "a\(text)b").text))
        }
        #expect(Check(.outcome, .ok, "a\u{1B}b\nc\u{9B}").text == "a\\x1bb\\x0ac\\xc2\\x9b")
        // What can be seen stays as it is.
        #expect(Check(.outcome, .ok, "Größe \\ \"x\" 鍵").text == "Größe \\ \"x\" 鍵")
    }

    /// Every name and text that a verifier reads, each with something else of this kind in it.
    @Test func nothingOfTheEvidenceEndsALine() throws {
        let boot = try GoldenBoot.shared.get()
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the texts: \(seed)")
        var generator = SeededGenerator(seed: seed)
        func evil() -> String { Self.evil[Int.random(in: 0..<Self.evil.count, using: &generator)] }
        var told = 0
        for _ in 0..<150 {
            var evidence = Evidence()
            let names = boot.files.map { $0.name + evil() }
            evidence.launcherFiles = zip(boot.files, names).map { file, name in
                LauncherFile(
                    name: Bool.random(using: &generator) ? name : file.name, content: [1], hashing: SwiftCryptoHash.self
                )
            }
            evidence.launcherFiles += boot.files
            let module = Array("module\(evil())".utf8)
            evidence.launcherModules = [
                LauncherFile(name: "memrw.mod\(evil())", content: module, hashing: SwiftCryptoHash.self),
                LauncherFile(name: "\(evil())/memrw.mod", content: module + [1], hashing: SwiftCryptoHash.self),
            ]
            var events = boot.events
            for _ in 0..<6 {
                let text =
                    ["set a=", "multiboot2 /", "acpi /", "write_byte ", "chainloader /", ""][
                        Int.random(in: 0..<6, using: &generator)] + evil()
                let event = [
                    ForgeryTests.command(text), GoldenBoot.Event(4, 1, measured: [1], data: Array(text.utf8)),
                    GoldenBoot.Event(9, 1, measured: module, data: Array(text.utf8)),
                    GoldenBoot.Event(9, 1, measured: module + [1], data: Array(text.utf8)),
                    GoldenBoot.Event(2, 1, measured: [2], data: Array(text.utf8)),
                ][Int.random(in: 0..<5, using: &generator)]
                events.insert(event, at: Int.random(in: 0...events.count, using: &generator))
            }
            evidence.pcrs = try boot.values(events)
            evidence.firmwareLog = try FirmwareLog(parsing: GoldenBoot.written(events))
            evidence.expected = [
                ExpectedLaunch(
                    source: "x\(evil())", pcr: 11, values: [],
                    domains: [
                        ExpectedLaunch.Domain(domid: 9, name: evil(), record: SwiftCryptoHash.digest(.sha256, of: []))
                    ],
                    identity: ExpectedLaunch.Identity(
                        buildID: evil(), commandLine: evil(), xenVersion: evil(), xenBuildID: evil(),
                        xenCommandLine: evil(),
                        xsm: evil()))
            ]
            let log = try launch { evil() }
            let verifier = LaunchVerifier(log, evidence, hashing: SwiftCryptoHash.self)
            #expect(!verifier.isGood)
            for check in verifier.checks {
                #expect(isClean(check.text), "\(check.code): \(Array(check.text.utf8))")
                told += 1
            }
        }
        print("lines with texts from outside: \(told)")
    }

    private func launch(_ evil: () -> String) throws -> EventLogReader {
        var recorder = Recorder<SwiftCryptoHash>(pcr: .standard, banks: [.sha1, .sha256])
        func text() -> [UInt8] { Array("x\(evil())".utf8) }
        _ = recorder.record(
            .identity(
                LaunchEvent.Identity(
                    launcher: .bootDomain, buildID: [1], commandLine: text() + Array(" root=".utf8) + text(),
                    xenVersion: text(), xenBuildID: [5], xenCommandLine: text(), securityMode: .permissive)))
        let digest = SwiftCryptoHash.digest(.sha256, of: [7])
        _ = recorder.record(.lcm(byteCount: 9, digest: digest))
        let domid = try #require(DomainID(rawValue: 1))
        _ = recorder.record(
            .domain(
                LaunchEvent.DomainRecord(
                    domid: domid, name: text(), handle: DomainHandle(high: 1, low: 2), roles: [.hardware],
                    coverage: .images,
                    vcpus: 1, entry: 0x10_0000, registers: digest, commandLine: text(), regions: [], pageCount: 2048)))
        _ = recorder.recordCap(launchFailed: true)
        return try EventLogReader(parsing: recorder.log.bytes)
    }

    /// A text as long as a log is told by its beginning.
    @Test func noTextMakesALongLine() throws {
        let long = [UInt8](repeating: 0x1B, count: 1 << 20)
        var recorder = Recorder<SwiftCryptoHash>(pcr: .standard, banks: [.sha256])
        _ = recorder.record(
            .identity(
                LaunchEvent.Identity(
                    launcher: .bootDomain, buildID: [1], commandLine: Array("root=".utf8) + long, xenVersion: long,
                    xenBuildID: [5], xenCommandLine: long, securityMode: .enforcing)))
        _ = recorder.recordCap(launchFailed: true)
        let boot = try GoldenBoot.shared.get()
        let verifier = try boot.verified(boot.events, happened: boot.values(boot.events)) { evidence in
            evidence.expected = [
                ExpectedLaunch(
                    source: "x", pcr: 11, values: [],
                    identity: ExpectedLaunch.Identity(
                        buildID: "", commandLine: "", xenVersion: "", xenBuildID: "",
                        xenCommandLine: String(repeating: "x", count: 1 << 20), xsm: ""))
            ]
        }
        let other = LaunchVerifier(
            try EventLogReader(parsing: recorder.log.bytes), verifier.evidence, hashing: SwiftCryptoHash.self)
        #expect(other.checks.contains { $0.code == .commandLineWords && $0.status == .failed })
        #expect(other.checks.allSatisfy { $0.text.utf8.count < 4096 })
    }
}
