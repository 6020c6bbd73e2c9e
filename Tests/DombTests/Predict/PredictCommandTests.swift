// SPDX-License-Identifier: Apache-2.0

import Foundation
import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// `domb predict` as it is run.
@Suite struct PredictCommandTests {
    private func arguments(_ sandbox: Sandbox, _ more: String...) -> [String] {
        ["predict", sandbox.path("lcm.dtb")] + sandbox.images + Sandbox.identity + more
    }

    private func output(_ sandbox: Sandbox, _ format: String, _ more: String...) throws -> [UInt8] {
        let run = ["predict", sandbox.path("lcm.dtb")] + sandbox.images + Sandbox.identity + more
        let result = sandbox.failure(run + ["--format", format, "--output", sandbox.path("out")])
        #expect(result?.message == nil)
        return try sandbox.read("out")
    }

    private func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test func threeRunsWriteTheSameBytes() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            for format in PredictionFormat.allCases {
                let first = try output(sandbox, format.rawValue)
                #expect(!first.isEmpty)
                for _ in 0..<2 { #expect(try output(sandbox, format.rawValue) == first) }
            }
        }
    }

    /// The launch by a command differs in who launched, and needs no next init.
    @Test func aCommandsLogSaysThatItIsOne() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch(launch: "handoff: exec\n  handoff_target: /sbin/init", roles: "[]")
            let words = Sandbox.identity.map { $0.replacingOccurrences(of: " hardware_dom=1", with: "") }
            let run = ["predict", sandbox.path("lcm.dtb"), "--as-command"] + sandbox.images + words
            #expect(sandbox.failure(run + ["--format", "log", "--output", sandbox.path("out")])?.message == nil)
            let log = try EventLogReader(parsing: try sandbox.read("out"))
            guard case .event(.identity(let identity), _) = log.records[0].content else {
                Issue.record("no identity")
                return
            }
            #expect(identity.launcher == .command)
            #expect(!log.records.contains { if case .event(.nextInit, _) = $0.content { true } else { false } })
            #expect(LogReplay(log, hashing: SwiftCryptoHash.self).outcome == .closed)
            try sandbox.write("init", to: "init")
            #expect(sandbox.failure(run + ["--next-init", sandbox.path("init")])?.code == 1)
        }
    }

    @Test func tableAndJSONSayWhatTheLogLeadsTo() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let log = try EventLogReader(parsing: try output(sandbox, "log"))
            let replay = LogReplay(log, hashing: SwiftCryptoHash.self)
            #expect(replay.outcome == .closed && replay.findings.isEmpty)
            let table = String(decoding: try output(sandbox, "table"), as: UTF8.self)
            let json = try object(try output(sandbox, "json"))
            #expect(json["format"] as? String == "domb-predict")
            #expect(json["version"] as? Int == 1)
            #expect(json["pcr"] as? Int == 11)
            let values = try #require(json["values"] as? [String: String])
            #expect(values.count == 4)
            for value in replay.values {
                let digits = hexadecimal(value.bytes)
                #expect(values[value.algorithm.name.description] == digits)
                #expect(table.contains("PCR 11 \(value.algorithm.name)") && table.contains(digits))
            }
            let domains = try #require(json["domains"] as? [[String: Any]])
            #expect(domains.map { $0["name"] as? String } == ["hw", "app"])
            for (domain, record) in zip(domains, log.records.dropFirst(2)) {
                let digits = hexadecimal(SwiftCryptoHash.digest(.sha256, of: record.data).bytes)
                #expect(domain["recordSha256"] as? String == digits)
                #expect(table.contains(digits))
            }
        }
    }

    /// systemd.pcrlock(5): an object with `records`, each with `pcr` and `digests` of `hashAlg` and `digest`.
    @Test func pcrlockHasOneRecordForEachOfTheLog() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let log = try EventLogReader(parsing: try output(sandbox, "log"))
            let file = try object(try output(sandbox, "pcrlock"))
            let records = try #require(file["records"] as? [[String: Any]])
            #expect(records.count == log.records.count)
            for (record, golden) in zip(records, log.records) {
                #expect(record["pcr"] as? Int == 11)
                let digests = try #require(record["digests"] as? [[String: String]])
                #expect(digests.map { $0["hashAlg"] } == ["sha1", "sha256", "sha384", "sha512"])
                #expect(digests.map { $0["digest"] } == golden.digests.map { hexadecimal($0.bytes) })
            }
        }
    }

    /// Keylime: tpm_policy has the values that each PCR may have.
    @Test func keylimePolicyHasTheValuesOfThePCR() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let policy = try object(try output(sandbox, "keylime"))
            #expect(Array(policy.keys) == ["11"])
            let values = try sandbox.prediction().values.map { hexadecimal($0.bytes) }
            #expect(policy["11"] as? [String] == values)
            let two = try object(try output(sandbox, "keylime", "--bank", "sha256", "--bank", "sha1"))
            #expect(two["11"] as? [String] == Array(values.prefix(2)))
        }
    }

    @Test func foldersAndSingleFilesAreTheSameImages() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let golden = try output(sandbox, "log")
            for (index, name) in [(1, "a.elf"), (2, "b.elf"), (3, "c.cpio")] {
                try sandbox.write(try sandbox.read(name), to: "\(index)")
            }
            let run = ["predict", sandbox.path("lcm.dtb"), "--images", sandbox.folder] + Sandbox.identity
            #expect(sandbox.failure(run + ["--format", "log", "--output", sandbox.path("log")])?.message == nil)
            #expect(try sandbox.read("log") == golden)
            // --image takes the place of one of the folder's.
            let other = run + ["--image", "2=\(sandbox.path("a.elf"))", "--format", "log"]
            #expect(sandbox.failure(other + ["--output", sandbox.path("log")])?.message == nil)
            #expect(try sandbox.read("log") != golden)
        }
    }

    @Test func packedKernelIsTheKernelThatIsInIt() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let golden = try output(sandbox, "log")
            let packed = try Filter.run(["gzip", "-nc"], on: Sandbox.kernel(2)[...], limit: 1 << 20, to: .unpack)
            try sandbox.write(packed, to: "b.elf")
            #expect(try output(sandbox, "log") == golden)
        }
    }

    @Test func identityOfAnEarlierLogIsTaken() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            try sandbox.write(try output(sandbox, "log"), to: "golden")
            let run = ["predict", sandbox.path("lcm.dtb"), "--format", "log", "--output", sandbox.path("out")]
            let taken = run + sandbox.images + ["--identity-from", sandbox.path("golden")]
            #expect(sandbox.failure(taken)?.message == nil)
            #expect(try sandbox.read("out") == sandbox.read("golden"))
            for option in [
                ["--build-id", "0103"], ["--command-line", "console=hvc0 quiet"], ["--xen-version", "4.20.2"],
                ["--xen-build-id", ""], ["--xen-command-line", "hardware_dom=1 dom0=pvh"], ["--xsm", "enforcing"],
            ] {
                #expect(sandbox.failure(taken + option)?.message == nil)
                #expect(try sandbox.read("out") != sandbox.read("golden"), "\(option)")
                // The option by itself is the option in place of the log's.
                let changed = try EventLogReader(parsing: sandbox.read("out"))
                let golden = try EventLogReader(parsing: sandbox.read("golden"))
                #expect(
                    changed.records.dropFirst().dropLast(2).map { $0.data }
                        == golden.records.dropFirst().dropLast(2).map { $0.data })
            }
        }
    }

    @Test func buildIDIsReadFromTheProgram() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let note: [UInt8] = [4, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0] + Array("GNU".utf8) + [0, 1, 2, 0, 0]
            try sandbox.write(
                TestELF(programs: [TestELF.Program(type: 4, address: 0, content: note)]).bytes, to: "domb-init")
            let rest = Array(Sandbox.identity.dropFirst(2))
            let run = ["predict", sandbox.path("lcm.dtb"), "--format", "log", "--output", sandbox.path("out")]
            let failure = sandbox.failure(
                run + sandbox.images + rest + ["--domb-init", sandbox.path("domb-init")])
            #expect(failure?.message == nil)
            let log = try sandbox.read("out")
            #expect(try log == output(sandbox, "log"))
        }
    }
}
