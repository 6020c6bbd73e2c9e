// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform
import Testing

@testable import domb

/// `domb export`, read by rig/cel.py, which knows the specification's tables and nothing of DomB.
@Suite struct ExportTests {
    private static let reader =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        + "/rig/cel.py"

    /// The record numbers' line, then "PCR BANK VALUE" for each bank.
    private func replayed(_ form: String, _ content: [UInt8]) throws -> [String] {
        let output = try Filter.run(
            ["python3", Self.reader, form], on: content[...], limit: 1 << 20, to: Filter.Purpose(task: "read the CEL"))
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map { String($0) }
    }

    private static let banks: [[HashAlgorithm]] = [[.sha1], [.sha256, .sha384], [.sha512, .sha384, .sha256, .sha1]]

    @Test(arguments: ["cel-tlv", "cel-json"], Self.banks)
    func canonicalLogReplaysToThePCR(_ form: String, _ banks: [HashAlgorithm]) throws {
        var log = TestLog()
        log.banks = banks
        let recorder = log.recorder
        try Sandbox.run { sandbox in
            try sandbox.write(recorder.log.bytes, to: "log")
            #expect(sandbox.exitCode("export", "--to", form, "-o", sandbox.path("cel"), sandbox.path("log")) == 0)
            let lines = try replayed(form, try sandbox.read("cel"))
            #expect(lines.first == "numbers 0 1 2 3 4 5 6 7")
            #expect(
                lines.dropFirst() == recorder.predicted.map { "11 \($0.algorithm.name) \(hexadecimal($0.bytes))" }[...])
        }
    }

    @Test(arguments: ["cel-tlv", "cel-json"]) func globalNumbersCountFromOne(_ form: String) throws {
        try Sandbox.run { sandbox in
            try sandbox.write(TestLog().bytes, to: "log")
            let output = sandbox.path("cel")
            #expect(
                sandbox.exitCode("export", "--to", form, "--recnum", "global", "-o", output, sandbox.path("log")) == 0)
            #expect(try replayed(form, try sandbox.read("cel")).first == "numbers 1 2 3 4 5 6 7 8")
        }
    }

    /// EV_EVENT_TAG and EV_SEPARATOR, each as the type of its records' content.
    @Test func everyRecordHasItsEventsType() throws {
        let log = try EventLogReader(parsing: TestLog().bytes)
        let canonical = CanonicalEventLog(log, numbering: .perPCR)
        for (number, name) in [(6, "EV_EVENT_TAG"), (4, "EV_SEPARATOR")] as [(UInt8, String)] {
            let count = log.records.filter { if case .event = $0.content { number == 6 } else { number == 4 } }.count
            #expect(count > 0)
            #expect(canonical.tlv.split(separator: [0, 0, 0, 0, 4, 0, 0, 0, number, 1]).count == count + 1, "\(name)")
            #expect("\(canonical.json)".split(separator: "\"\(name)\"").count == count + 1, "\(name)")
        }
    }

    @Test func logThatContradictsItselfIsNotExported() throws {
        var bytes = TestLog().bytes
        bytes[69 + 14] ^= 1
        try Sandbox.run { sandbox in
            try sandbox.write(bytes, to: "log")
            try sandbox.write([UInt8](bytes.dropLast()), to: "cut")
            for form in ["tcg", "cel-tlv", "cel-json"] {
                #expect(sandbox.exitCode("export", "--to", form, "-o", sandbox.path("x"), sandbox.path("log")) == 1)
                #expect(sandbox.exitCode("export", "--to", form, "-o", sandbox.path("x"), sandbox.path("cut")) == 65)
            }
            #expect(sandbox.files == ["cut", "log"])
        }
    }

    @Test func wrongUseIsUsage() throws {
        try Sandbox.run { sandbox in
            #expect(sandbox.exitCode("export", "--to", "cel-cbor", "x") == 64)
            #expect(sandbox.exitCode("export", "x") == 64)
            #expect(sandbox.exitCode("export", "--to", "tcg", "--recnum", "global", "x") == 64)
            #expect(sandbox.exitCode("export", "--to", "tcg", sandbox.path("missing")) == 66)
        }
    }
}
