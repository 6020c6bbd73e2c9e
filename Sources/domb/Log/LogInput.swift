// SPDX-License-Identifier: Apache-2.0

import LogReading
import SimulatedPlatform

/// An event log as people have it: the file that DomB wrote, or what the console showed of it.
struct LogInput {
    static let help =
        "The log: measurements.bin as DomB wrote it, the region of a domain that has it, or a capture of the console that "
        + "shows it; gzip's form of each."
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
        bytes = try Self.log(in: try PackedFile.unpacked(content, path, limit: Self.limit), path)
        do throws(LogError) {
            reader = try EventLogReader(parsing: bytes)
        } catch {
            // The first record of a firmware's log looks much like that of DomB's.
            if let kind = KnownFile(firmwareLog: bytes) {
                throw .malformed("\(path): no log of DomB's but \(kind.words)")
            }
            throw .malformed("\(path): record \(error.record): \(error.code.text) (offset \(error.offset))")
        }
        replay = LogReplay(reader, hashing: SwiftCryptoHash.self)
    }

    /// Whether it says of itself that it is a log, or holds one.
    static func holdsLog(_ content: [UInt8]) -> Bool {
        isLog(content) || LogRegionDump.isOne(content) || PackedFile.isOne(content) || ConsoleCapture.isOne(content)
    }

    private static func log(in content: [UInt8], _ path: String) throws(CommandFailure) -> [UInt8] {
        if isLog(content) { return content }
        if LogRegionDump.isOne(content) { return try LogRegionDump(content, path).log }
        if ConsoleCapture.isOne(content) { return try ConsoleCapture.eventLog(in: content, from: path) }
        if let kind = KnownFile(content) { throw .malformed("\(path): no log of DomB's but \(kind.words)") }
        return content
    }

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
