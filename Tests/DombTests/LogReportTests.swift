// SPDX-License-Identifier: Apache-2.0

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
}
