// SPDX-License-Identifier: Apache-2.0

import Foundation
import LogReading
import SimulatedPlatform
import Testing

@testable import domb

@Suite struct LogReportTests {
    private static func fixture() throws -> [UInt8] {
        let path =
            #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
            + "/Fixtures/appliance-measurements.bin"
        return try HostFile.read(path, limit: EventLogReader.limit)
    }

    @Test func reportNamesEveryRecord() throws {
        let bytes = try Self.fixture()
        let reader = try EventLogReader(parsing: bytes)
        let report = LogReport(
            path: "x", bytes: bytes, reader: reader, replay: LogReplay(reader, hashing: SwiftCryptoHash.self))
        var description = ""
        report.print { description += $0 }
        for word in ["identity", "lcm", "domain", "configuration", "cap", "separator", "3 sensor"] {
            #expect(description.contains(word))
            #expect(word == "3 sensor" || report.json.written().contains("\"kind\": \"\(word)\""))
        }
    }

    /// Whoever compares two logs by a program finds each record's digests, separators too.
    @Test func everyRecordHasItsPlaceAndItsDigests() throws {
        let bytes = try Self.fixture()
        let reader = try EventLogReader(parsing: bytes)
        let report = LogReport(
            path: "x", bytes: bytes, reader: reader, replay: LogReplay(reader, hashing: SwiftCryptoHash.self))
        let written = report.json.written()
        for word in ["record", "offset", "dataSha256", "digests"] {
            #expect(written.split(separator: "\"\(word)\": ").count - 1 == reader.records.count, "\(word)")
        }
    }

    @Test func thePageIsOneFileWithAllOfTheLog() throws {
        try Sandbox.run { sandbox in
            let log = "\(Sandbox.fixtures)/appliance-measurements.bin"
            #expect(sandbox.failure(["log", log, "--html", sandbox.path("log.html")])?.message == nil)
            let page = String(decoding: try sandbox.read("log.html"), as: UTF8.self)
            let input = try LogInput(reading: log)
            for value in input.replay.values { #expect(page.contains("<td>\(hexadecimal(value.bytes))</td>")) }
            #expect(page.contains("<td>broker</td>") && page.contains("<p class=\"good\">"))
            for word in ["<script", "http://", "https://", "<link", "<img", "url("] {
                #expect(!page.contains(word), "\(word)")
            }
            #expect(page.components(separatedBy: "<tr>").count == page.components(separatedBy: "</tr>").count)
        }
    }
}
