// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import Testing

@testable import domb

/// `domb diff` as it is run, and what it says besides the changes.
@Suite struct DiffReportTests {
    private func report(_ a: TestLog, _ b: TestLog) throws -> DiffReport {
        let (first, second) = (try a.input("a"), try b.input("b"))
        return DiffReport(a: first, b: second, diff: LaunchDiff(first, second))
    }

    @Test func sameLogsAreSame() throws {
        try Sandbox.run { sandbox in
            try sandbox.write(TestLog().bytes, to: "a")
            try sandbox.write(TestLog().bytes, to: "b")
            #expect(sandbox.exitCode("diff", sandbox.path("a"), sandbox.path("b")) == 0)
            #expect(sandbox.exitCode("diff", "--json", sandbox.path("a"), sandbox.path("b")) == 0)
        }
        let text = try report(TestLog(), TestLog()).description
        #expect(text.contains("nothing differs"))
        #expect(text.contains("PCR 11 sha1: same"))
        #expect(text.contains("PCR 11 sha256: same"))
    }

    @Test func otherLogsAreAMismatch() throws {
        var other = TestLog()
        other.configuration.domains[0].items[2] = ConfigurationItem(.weight, [1024])
        try Sandbox.run { sandbox in
            try sandbox.write(TestLog().bytes, to: "a")
            try sandbox.write(other.bytes, to: "b")
            #expect(sandbox.exitCode("diff", sandbox.path("a"), sandbox.path("b")) == 1)
        }
        let report = try report(TestLog(), other)
        let values = [TestLog().recorder.predicted, other.recorder.predicted]
        for (bank, name) in ["sha1", "sha256"].enumerated() {
            let (a, b) = (hexadecimal(values[0][bank].bytes), hexadecimal(values[1][bank].bytes))
            #expect(report.description.contains("PCR 11 \(name):\n  A \(a)\n  B \(b)"))
        }
        #expect(report.description.contains("they part at record 6: configuration"))
        let json = report.json.written()
        for part in [
            "\"format\": \"domb-diff\"", "\"version\": 1", "\"same\": false", "\"where\": \"configuration\"",
            "\"domid\": 2", "\"name\": \"broker\"", "\"what\": \"weight\"", "\"firstDifference\": 6",
        ] {
            #expect(json.contains(part), "\(part)")
        }
    }

    @Test func whatCannotBeReadIsMalformed() throws {
        try Sandbox.run { sandbox in
            try sandbox.write(TestLog().bytes, to: "a")
            try sandbox.write([UInt8](TestLog().bytes.dropLast()), to: "cut")
            try sandbox.write("neither\n", to: "text")
            for other in ["cut", "text"] {
                #expect(sandbox.exitCode("diff", sandbox.path("a"), sandbox.path(other)) == 65)
                #expect(sandbox.exitCode("diff", sandbox.path(other), sandbox.path("a")) == 65)
            }
            #expect(sandbox.exitCode("diff", sandbox.path("a"), sandbox.path("missing")) == 66)
            #expect(sandbox.exitCode("diff", "-", "-") == 64)
        }
    }

    @Test func otherBanksAreToldAndNoDifference() throws {
        var other = TestLog()
        other.banks = [.sha256, .sha384]
        let report = try report(TestLog(), other)
        #expect(report.diff.isSame)
        let text = report.description
        for line in [
            "nothing differs", "only A has the banks sha1", "only B has the banks sha384", "PCR 11 sha256: same",
        ] {
            #expect(text.contains(line), "\(line)")
        }
        #expect(!text.contains("PCR 11 sha384"))
    }

    /// The event is the same, but one bank's digest was changed: it is no log of DomB's, and its PCR is another.
    @Test func changedDigestIsADifference() throws {
        let bytes = TestLog().bytes
        var changed = bytes
        // The first record: PCR, type and count in 12 bytes, then the SHA-1 bank's number.
        changed[69 + 14] ^= 1
        let a = DiffInput(path: "a", content: .log(try LogInput(bytes, from: "a")))
        let b = DiffInput(path: "b", content: .log(try LogInput(changed, from: "b")))
        let diff = LaunchDiff(a, b)
        #expect(!diff.isSame)
        #expect(diff.changes.map { $0.aspect } == [.recordDigest(.sha1)])
        #expect(diff.effects.map { $0.isSame } == [false, true])
        let text = DiffReport(a: a, b: b, diff: diff).description
        #expect(text.contains("B contradicts itself: record 1: its sha1 digest is not that of its data"))
    }

    @Test func namesFromOutsideCannotForgeALine() throws {
        var other = TestLog()
        other.domains[0].name = Array("x\nPCR 11 sha1: same".utf8)
        let lines = try TestLog.lines(TestLog(), other)
        #expect(lines == ["domain 2 broker: name: broker -> x\\x0aPCR 11 sha1: same"])
    }
}
