// SPDX-License-Identifier: Apache-2.0

import LogReading
import SimulatedPlatform

/// An event log as people have it: the file that DomB wrote, or what the console showed of it.
struct LogInput {
    static let help = "The log: measurements.bin as DomB wrote it, or a capture of the console that shows it."
    /// A console shows a log in Base64, perhaps twice, among other things.
    static let limit = 256 << 20
    /// Where TCG_EfiSpecIDEvent's signature stands in record 0, and what it is.
    private static let signature = (offset: 32, bytes: Array("Spec ID Event03".utf8))

    let path: String
    /// The log itself.
    let bytes: [UInt8]
    let reader: EventLogReader
    let replay: LogReplay

    init(reading path: String) throws(CommandFailure) {
        try self.init(try HostFile.read(path, limit: Self.limit), from: path)
    }

    init(_ content: [UInt8], from path: String) throws(CommandFailure) {
        self.path = path
        let isCapture = !Self.isLog(content) && ConsoleCapture.isOne(content)
        bytes = isCapture ? try ConsoleCapture(content).eventLog(from: path) : content
        do throws(LogError) {
            reader = try EventLogReader(parsing: bytes)
        } catch {
            throw .malformed("\(path): record \(error.record): \(error.code.text) (offset \(error.offset))")
        }
        replay = LogReplay(reader, hashing: SwiftCryptoHash.self)
    }

    /// Whether it says of itself that it is a log, or holds one.
    static func holdsLog(_ content: [UInt8]) -> Bool { isLog(content) || ConsoleCapture.isOne(content) }

    private static func isLog(_ content: [UInt8]) -> Bool {
        content.dropFirst(signature.offset).starts(with: signature.bytes)
    }

    /// A log that contradicts itself is refused, with everything that is wrong.
    func check() throws(CommandFailure) {
        guard replay.findings.isEmpty else {
            throw .refusal(replay.findings) { "\(path): \($0)" }
        }
    }
}
