// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LogReading
import Measurement
import Platform
import SimulatedPlatform

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show what an event log says, and the PCR that it leads to.",
        discussion: """
            The exit code is 65 for what is not a log of DomB's, and 1 for one that contradicts itself. The log of a \
            launch that failed is as good as any other: its last line says what happened.
            """)

    @Flag(help: "Print JSON: schema domb-log, version 1.")
    var json = false
    @Argument(help: "The log: measurements.bin, as DomB wrote it.")
    var log: String

    func run() throws {
        let bytes = try HostFile.read(log, limit: EventLogReader.limit)
        let reader: EventLogReader
        do throws(LogError) {
            reader = try EventLogReader(parsing: bytes)
        } catch {
            throw CommandFailure.malformed("\(log): \(error.code.text) (offset \(error.offset))")
        }
        let replay = LogReplay(reader, hashing: SwiftCryptoHash.self)
        let report = LogReport(path: log, bytes: bytes, reader: reader, replay: replay)
        print(json ? report.json.written() : report.description)
        guard replay.findings.isEmpty else {
            throw CommandFailure.refusal(replay.findings.map { "\(log): \($0)" }.joined(separator: "\ndomb: "))
        }
    }
}
