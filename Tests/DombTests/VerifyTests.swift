// SPDX-License-Identifier: Apache-2.0

import LogReading
import Platform
import SimulatedPlatform
import Testing
import Verification

@testable import domb

/// `domb verify` as it is run, without a TPM.
@Suite struct VerifyTests {
    private static let fixture = Sandbox.fixtures + "/appliance-measurements.bin"

    private static func predicted(_ change: (inout [String: String]) -> Void = { _ in }) throws -> String {
        let log = try EventLogReader(parsing: try HostFile.read(fixture, limit: EventLogReader.limit))
        let replay = LogReplay(log, hashing: SwiftCryptoHash.self)
        var values: [String: String] = [:]
        for value in replay.values { values["\(value.algorithm.name)"] = hexadecimal(value.bytes) }
        change(&values)
        let members = values.map { "\"\($0)\": \"\($1)\"" }.joined(separator: ",\n    ")
        return
            "{\n  \"format\": \"domb-predict\",\n  \"version\": 1,\n  \"pcr\": 11,\n  \"values\": {\n    \(members)\n  }\n}\n"
    }

    @Test func exitCodesTellWhatIsWrong() throws {
        try Sandbox.run { sandbox in
            let log = try HostFile.read(Self.fixture, limit: EventLogReader.limit)
            try sandbox.write([UInt8](log.dropLast()), to: "cut")
            try sandbox.write("no PCR values\n", to: "text")
            #expect(sandbox.exitCode("verify", "--log-only", Self.fixture) == 0)
            #expect(sandbox.exitCode("verify", Self.fixture) == 1)
            #expect(sandbox.exitCode("verify", "--log-only", sandbox.path("cut")) == 65)
            #expect(sandbox.exitCode("verify", "--log-only", sandbox.path("none")) == 66)
            for option in ["--pcrs", "--firmware-log", "--expect"] {
                #expect(sandbox.exitCode("verify", option, sandbox.path("text"), Self.fixture) == 65)
                #expect(sandbox.exitCode("verify", option, sandbox.path("none"), Self.fixture) == 66)
            }
            let quote = ["--quote", "text", "--sig", "text", "--ak", "text"].map {
                $0 == "text" ? sandbox.path($0) : $0
            }
            #expect(sandbox.failure(["verify"] + quote + ["--nonce", "00", Self.fixture])?.code == 65)
        }
    }

    @Test func recordInWhichReadingStoppedIsNamed() throws {
        try Sandbox.run { sandbox in
            let log = try HostFile.read(Self.fixture, limit: EventLogReader.limit)
            let records = try EventLogReader(parsing: log).records
            try sandbox.write([UInt8](log[..<(records[4].offset + 5)]), to: "cut")
            let failure = sandbox.failure(["verify", "--log-only", sandbox.path("cut")])
            #expect(failure?.message.contains("record 5: the log ends too early (offset") == true)
        }
    }

    @Test func optionsThatDoNotGoTogetherAreAUsageError() throws {
        try Sandbox.run { sandbox in
            #expect(sandbox.exitCode("verify", "--quote", "q", Self.fixture) == 64)
            #expect(sandbox.exitCode("verify", "--log-only", "--pcrs", "p", Self.fixture) == 64)
            #expect(sandbox.exitCode("verify", "--launcher-file", "x", Self.fixture) == 64)
            for pcr in ["0", "9", "16", "23", "24", "x"] {
                #expect(sandbox.exitCode("verify", "--log-only", "--pcr", pcr, Self.fixture) == 64)
            }
            #expect(sandbox.exitCode("verify", "--log-only", "--pcr", "12", Self.fixture) == 1)
            for nonce in ["", "0", "xy", String(repeating: "00", count: 65)] {
                let arguments = ["verify", "--quote", "q", "--sig", "s", "--ak", "a", "--nonce", nonce, Self.fixture]
                #expect(sandbox.failure(arguments)?.code == 64)
            }
        }
    }

    @Test func expectedValuesAreCompared() throws {
        try Sandbox.run { sandbox in
            try sandbox.write(try Self.predicted(), to: "good")
            try sandbox.write(try Self.predicted { $0["sha256"] = String(repeating: "0", count: 64) }, to: "other")
            try sandbox.write(try Self.predicted { $0["sha256"] = nil }, to: "fewer")
            try sandbox.write(try Self.predicted { $0["sha256"] = "00" }, to: "short")
            try sandbox.write("{\"format\": \"domb-plan\", \"version\": 1}", to: "plan")
            for (name, code) in [("good", 0), ("other", 1), ("fewer", 1), ("short", 65), ("plan", 65)]
                as [(String, Int32)]
            {
                #expect(sandbox.exitCode("verify", "--log-only", "--expect", sandbox.path(name), Self.fixture) == code)
            }
        }
    }

    /// JSON alone is read: YAML's anchors can make a small file take for ever.
    @Test func aPredictionIsJSONAndItsFaultIsNamed() throws {
        let good = try Self.predicted()
        for (text, part) in [
            ("x: &a [1]\n? *a : 1\n", "not what domb predict --json prints"),
            (good.replacing("\"version\": 1", with: "\"version\": 2"), "not what domb predict --json prints"),
            (good.replacing("\"pcr\": 11", with: "\"pcr\": 24"), "pcr: a number from 0 to 23 is wanted"),
            (good.replacing("\"pcr\": 11", with: "\"pcr\": \"x\""), "pcr: of another type"),
            (good.replacing("\"pcr\": 11,", with: ""), "without pcr"),
            (good.replacing("\"pcr\": 11", with: "\"pcr\": 12, \"pcr\" : 11"), "pcr: a name that is there twice"),
            (
                good.replacing("\"sha256\":", with: "\"sha256\": \"00\", \"sha256\":"),
                "sha256: a name that is there twice"
            ),
            (
                good.replacing("\"pcr\": 11", with: "\"pcr\": 12, \"p\\u0063r\": 11"),
                "p\\x5cu0063r: a name that is there twice"
            ),
            (
                good.replacing("\"pcr\": 11", with: "\"domains\": [{\"domid\": 1, \"name\": \"a\"}], \"pcr\": 11"),
                "domains: item 1: without recordSha256"
            ),
            (
                good.replacing("\"pcr\": 11", with: "\"lcm\": {\"sha256\": \"00\"}, \"pcr\": 11"),
                "lcm: 64 hexadecimal digits are wanted"
            ),
        ] {
            try Sandbox.run { sandbox in
                try sandbox.write(text, to: "x.json")
                let failure = sandbox.failure([
                    "verify", "--log-only", "--expect", sandbox.path("x.json"), Self.fixture,
                ])
                #expect(failure?.code == 65 && failure?.message.contains(part) == true, "\(failure?.message ?? "none")")
            }
        }
    }

    @Test func reportHasALineForEachCheckAndOneVerdict() throws {
        let log = try EventLogReader(parsing: try HostFile.read(Self.fixture, limit: EventLogReader.limit))
        let verifier = LaunchVerifier(log, Evidence(), hashing: SwiftCryptoHash.self)
        let report = VerifyReport(path: "x", verifier: verifier)
        let lines = report.description.split(separator: "\n")
        #expect(lines.count == verifier.checks.count + 2)
        #expect(lines.last?.hasPrefix("verdict: refused, 2 of ") == true)
        #expect(report.description.contains("FAIL evidence nothing proves this log"))
        let json = report.json.written()
        for member in ["\"format\": \"domb-verify\"", "\"version\": 1", "\"good\": false", "\"firstWrong\": null"] {
            #expect(json.contains(member))
        }
    }
}
