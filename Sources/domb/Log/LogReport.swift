// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import Sequencer
import SimulatedPlatform

/// A log for people and as JSON.
struct LogReport {
    let path: String
    let bytes: [UInt8]
    let reader: EventLogReader
    let replay: LogReplay

    var digest: String { hexadecimal(SwiftCryptoHash.digest(.sha256, of: bytes).bytes) }

    /// For people.
    func print<Failure: Error>(_ print: (String) throws(Failure) -> Void) throws(Failure) {
        let banks = reader.banks.map { $0.name.description }.joined(separator: ", ")
        try print("log \(path): \(bytes.count) bytes, sha256 \(digest)")
        try print("PCR \(reader.pcr.rawValue), banks \(banks), \(reader.records.count) records")
        for (index, record) in reader.records.enumerated() {
            let (kind, details) = record.content.words
            for (line, detail) in details.enumerated() {
                let start = line == 0 ? row("\(index + 1)", 4) + row(kind, 11) : row("", 15)
                try print(start + detail)
            }
        }
        for value in replay.values {
            try print(
                "PCR \(reader.pcr.rawValue) \(row(value.algorithm.name.description, 7))\(hexadecimal(value.bytes))")
        }
        try print("result: \(result)")
    }

    var result: String {
        switch replay.outcome {
        case .closed: "every measurement is in the log, and the PCR was to be closed after the last"
        case .unmeasured: "no TPM answered: this log is all that there is, and nothing proves it"
        case .failed: "the launch failed"
        case .open: "no cap: the launch did not come to its end, or the log is not whole"
        }
    }

    private func row(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    var json: JSON {
        .object(
            [
                ("format", .string("domb-log")), ("version", .number(1)), ("file", .string(path)),
                ("bytes", .number(bytes.count)), ("sha256", .string(digest)), ("pcr", .number(reader.pcr.rawValue)),
                ("banks", .array(reader.banks.map { .string($0.name.description) })),
                (
                    "records",
                    .items(reader.records.count) { index in reader.records[index].json(number: index + 1) }
                ),
                ("replay", digests(replay.values)),
            ]
                + Excerpt.members("findings", of: replay.findings) { finding in
                    .object([("record", .number(finding.record)), ("text", .string(finding.text))])
                } + [("result", .string(replay.outcome.rawValue))])
    }
}

/// By the banks' names.
private func digests(_ values: [Digest]) -> JSON {
    .object(values.map { ($0.algorithm.name.description, .string(hexadecimal($0.bytes))) })
}

extension EventLogReader.Record {
    fileprivate func json(number: Int) -> JSON {
        let head: [(String, JSON)] = [
            ("record", .number(number)), ("offset", .number(offset)),
            ("dataSha256", .string(hexadecimal(SwiftCryptoHash.digest(.sha256, of: data).bytes))),
            ("digests", domb.digests(digests)),
        ]
        switch content {
        case .separator(let isError):
            return .object(head + [("kind", .string("separator")), ("isError", .boolean(isError))])
        case .event(let event, let sequence):
            return .object(
                head + [("kind", .string(event.kindName)), ("sequence", .number(sequence))] + event.members)
        }
    }
}

extension EventLogReader.Content {
    /// The kind, and one line or more.
    var words: (kind: String, details: [String]) {
        switch self {
        case .separator(let isError): ("separator", [isError ? "error" : "nothing more comes"])
        case .event(let event, _): (event.kindName, event.details)
        }
    }
}
