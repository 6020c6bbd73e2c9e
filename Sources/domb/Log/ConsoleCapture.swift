// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Verification

/// What a serial console wrote, and the event logs in it (docs/console.md).
///
/// Xen puts "(XEN) " before its own lines and "(dN) " before those of domain N, each written whole, with a time stamp
/// after it where its command line asks for one. The hardware domain's bytes come as they are, a few at a time, so that
/// a prefixed line can stand in the middle of one of its own. The boot domain is the hardware domain until that role moves.
struct ConsoleCapture {
    /// One log between its markers.
    private struct Block {
        let byteCount: Int?
        var text: [UInt8] = []
        /// What its last line says, in hexadecimal.
        var digest: [UInt8] = []
    }

    private static let marker = Array("domb-log".utf8)
    private static let begin = Array("-begin: ".utf8)
    private static let body = Array(": ".utf8)
    private static let end = Array("-end: ".utf8)
    /// Whose lines are the boot domain's: dom0, and DOMID_BOOT_DOMAIN of the Hyperlaunch documents.
    private static let speakers = ["d0", "d\(BootDomain.domid)"].map { Array($0.utf8) }

    /// Lines as some terminals and their logs have them: broken after so many columns, with no marker on the rest.
    private let isFolded: Bool
    private var open: Block?
    private var last: Block?

    init(_ bytes: [UInt8], isFolded: Bool = false) {
        self.isFolded = isFolded
        var line: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let (speaker, start) = Self.prefix(bytes, index) {
                let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
                if Self.speakers.contains([UInt8](speaker)) { read([UInt8](bytes[start..<end])) }
                index = end + 1
                continue
            }
            if bytes[index] == UInt8(ascii: "\n") {
                read(line)
                line.removeAll(keepingCapacity: true)
            } else {
                line.append(bytes[index])
            }
            index += 1
        }
        read(line)
    }

    /// Whether any part of an event log is in it. A line of another domain may stand in the middle of every marker but one.
    static func isOne(_ bytes: [UInt8]) -> Bool { firstRange(of: marker, in: bytes) != nil }

    /// The speaker between the parentheses of "(XEN) " or "(dN) ", and where its line starts.
    private static func prefix(_ bytes: [UInt8], _ index: Int) -> (speaker: ArraySlice<UInt8>, start: Int)? {
        guard bytes[index] == UInt8(ascii: "(") else { return nil }
        // "(d32767) " is the longest.
        let window = bytes[index..<min(index + 9, bytes.count)]
        guard let close = window.firstIndex(of: UInt8(ascii: ")")), close + 1 < bytes.count,
            bytes[close + 1] == UInt8(ascii: " ")
        else { return nil }
        let speaker = bytes[(index + 1)..<close]
        let isDomain =
            speaker.first == UInt8(ascii: "d") && speaker.count > 1
            && speaker.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isDomain || speaker.elementsEqual("XEN".utf8) ? (speaker, close + 2) : nil
    }

    private static func firstRange(of pattern: [UInt8], in bytes: [UInt8]) -> Range<Int>? {
        guard let first = pattern.first else { return nil }
        var index = 0
        while let start = bytes[index...].firstIndex(of: first), start + pattern.count <= bytes.count {
            if bytes[start..<(start + pattern.count)].elementsEqual(pattern) { return start..<(start + pattern.count) }
            index = start + 1
        }
        return nil
    }

    private mutating func read(_ line: [UInt8]) {
        let line = line.filter { $0 != UInt8(ascii: "\r") }
        guard let range = Self.firstRange(of: Self.marker, in: line) else {
            if isFolded { addRest(line) }
            return
        }
        // A time stamp may stand before it, but none of DomB's other lines: they quote names from outside.
        guard Self.firstRange(of: Array("domb".utf8), in: [UInt8](line[..<range.lowerBound])) == nil else { return }
        let rest = line[range.upperBound...]
        func value(_ word: [UInt8]) -> [UInt8] {
            [UInt8](rest.dropFirst(word.count).reversed().drop { $0 == UInt8(ascii: " ") }.reversed())
        }
        if rest.starts(with: Self.begin) {
            open = Block(byteCount: Int(String(decoding: value(Self.begin), as: UTF8.self)))
        } else if rest.starts(with: Self.body) {
            open?.text += value(Self.body)
        } else if rest.starts(with: Self.end), var block = open {
            block.digest = value(Self.end)
            last = block
            open = nil
        }
    }

    /// The rest of a folded line: of Base64, or of the digest at the end.
    private mutating func addRest(_ line: [UInt8]) {
        let isDigits = line.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
                true
            default: false
            }
        }
        guard isDigits else { return }
        if open != nil {
            open?.text += line
        } else if let digest = last?.digest, !digest.isEmpty, digest.count < 64 {
            last?.digest += line
        }
    }

    /// The last log in a capture, as it was written or, if it did not arrive so, with its folded lines put together. The
    /// digest at its end decides.
    static func eventLog(in bytes: [UInt8], from path: String) throws(CommandFailure) -> [UInt8] {
        do throws(CommandFailure) {
            return try ConsoleCapture(bytes).eventLog(from: path)
        } catch {
            let folded: [UInt8]
            do throws(CommandFailure) {
                folded = try ConsoleCapture(bytes, isFolded: true).eventLog(from: path)
            } catch _ { throw error }
            return folded
        }
    }

    /// The last log that is there from its first marker to its last, and arrived as it was sent.
    private func eventLog(from path: String) throws(CommandFailure) -> [UInt8] {
        guard let last else {
            throw .malformed("\(path): a console capture in which an event log begins and none ends")
        }
        if open != nil {
            Diagnostics.write("domb: \(path): note: ends inside an event log; the one before it is read")
        }
        guard let log = Base64.decoded(last.text) else {
            throw .malformed("\(path): the event log in this console capture is damaged: no Base64")
        }
        guard log.count == last.byteCount else {
            let declared = last.byteCount.map { "\($0)" } ?? "an unknown number of"
            throw .malformed(
                "\(path): of the event log in this console capture arrived \(log.count) of \(declared) bytes")
        }
        guard SwiftCryptoHash.digest(.sha256, of: log).bytes == Hexadecimal.bytes(last.digest) else {
            throw .malformed("\(path): the event log in this console capture does not have the SHA-256 that DomB gave")
        }
        return log
    }
}
