// SPDX-License-Identifier: Apache-2.0

import Foundation
import LogReading
import Platform
import SimulatedPlatform
import Testing
import Verification

@testable import domb

/// A log is read out of what the console showed, whoever spoke in between.
@Suite struct ConsoleCaptureTests {
    private static let log = TestLog().bytes

    /// The lines that DomB writes (docs/console.md).
    private static func lines(_ log: [UInt8]) -> [String] {
        let base64 = Array(Data(log).base64EncodedString())
        let body = stride(from: 0, to: base64.count, by: 76).map {
            "domb-log: \(String(base64[$0..<min($0 + 76, base64.count)]))"
        }
        return ["domb-log-begin: \(log.count)"] + body
            + ["domb-log-end: \(hexadecimal(SwiftCryptoHash.digest(.sha256, of: log).bytes))"]
    }

    private func read(_ text: String) throws(CommandFailure) -> [UInt8] {
        try LogInput(Array(text.utf8), from: "console.log").bytes
    }

    private func exitCode(_ text: String) -> Int32 {
        do throws(CommandFailure) {
            _ = try read(text)
            return 0
        } catch {
            return error.exitCode.rawValue
        }
    }

    private static func joined(_ lines: [String], before: String = "", end: String = "\n") -> String {
        lines.map { before + $0 + end }.joined()
    }

    /// What a kernel says next may look like digits of a digest.
    @Test func whatFollowsTheDigestIsNotOfIt() throws {
        for folded in [Self.lines(Self.log).flatMap { Self.folded($0) }, Self.lines(Self.log)] {
            for next in ["done", "0", "abcdef", ""] {
                #expect(try read(Self.joined(folded + [next])) == Self.log, "\(next)")
            }
        }
    }

    /// A line's end may be any terminal's, and what stands inside is the log's alone.
    @Test(arguments: [0x00, 0x09, 0x1B, 0x20, 0x2D, 0x7F] as [UInt8])
    func aByteThatIsNoneOfTheLogsIsDamage(byte: UInt8) {
        var lines = Self.lines(Self.log)
        lines[1].insert(Character(Unicode.Scalar(byte)), at: lines[1].index(lines[1].endIndex, offsetBy: -9))
        #expect(exitCode(Self.joined(lines)) != 0)
    }

    /// As a terminal of 80 columns breaks it.
    private static func folded(_ line: String) -> [String] {
        stride(from: 0, to: line.count, by: 80).map { String(line.dropFirst($0).prefix(80)) }
    }

    @Test(arguments: [
        ("", "\n"), ("", "\r\n"), ("", "\r\r\n"), ("(d0) ", "\n"), ("(d0) [2026-11-24 19:00:01] ", "\r\n"),
        ("(d0) [   12.345678] ", "\n"), ("(d32757) ", "\n"), ("[19:00:01] ", "\n"), ("Nov 24 19:00:01 host: ", "\r\n"),
    ]) func prefixesAndLineEndsAreNoMatter(_ before: String, _ end: String) throws {
        let text = "booting" + end + Self.joined(Self.lines(Self.log), before: before, end: end) + "(XEN) done" + end
        #expect(try read(text) == Self.log)
    }

    @Test func lastCompleteLogCounts() throws {
        var other = TestLog()
        other.identity.buildID = [9]
        let (first, second) = (Self.joined(Self.lines(Self.log)), Self.joined(Self.lines(other.bytes)))
        #expect(try read(first + "domb: between\n" + second) == other.bytes)
        #expect(try read(first + second.dropLast(80)) == Self.log)
    }

    @Test func linesOfOthersInBetweenAreNoMatter() throws {
        let noise = ["(XEN) domb-log-end: 00", "(d3) domb-log: AAAA", "domb: x domb-log-begin: 5", "domb-trace: {}"]
        let lines = Self.lines(Self.log).enumerated().flatMap { [noise[$0.offset % noise.count], $0.element] }
        #expect(try read(Self.joined(lines)) == Self.log)
        // A line of Xen's in the middle of one of the hardware domain's.
        var text = Self.joined(Self.lines(Self.log))
        text.insert(contentsOf: "(XEN) [ 1.2] x\r\n", at: text.index(text.startIndex, offsetBy: 60))
        text.insert(contentsOf: "(d4) y\n", at: text.index(text.startIndex, offsetBy: 9))
        #expect(try read(text) == Self.log)
    }

    @Test func damageIsMalformed() throws {
        let lines = Self.lines(Self.log)
        let other = hexadecimal(SwiftCryptoHash.digest(.sha256, of: [1]).bytes)
        var damaged: [[String]] = [[String](lines.dropLast()), [lines[0]] + lines.dropFirst(2)]
        damaged += ["7", "x"].map { ["domb-log-begin: \($0)"] + lines.dropFirst() }
        damaged += [other, ""].map { lines.dropLast() + ["domb-log-end: \($0)"] }
        damaged += ["B", "!"].map { letter in lines.map { $0.replacingOccurrences(of: "A", with: letter) } }
        for capture in damaged { #expect(exitCode(Self.joined(capture)) == 65) }
        #expect(exitCode("nothing\n") == 65)
        #expect(exitCode("") == 65)
    }

    @Test func everyCutIsReadOrMalformed() {
        let text = Array(Self.joined(Self.lines(Self.log), before: "(d0) ", end: "\r\n").utf8)
        for length in 0..<text.count {
            let code = exitCode(String(decoding: text[..<length], as: UTF8.self))
            // Cut in the digest's line end all is there.
            #expect(code == (length >= text.count - 2 ? 0 : 65), "cut to \(length)")
        }
    }

    @Test func base64IsTheOneEncoding() {
        for count in 0..<50 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
            let text = Array(Data(bytes).base64EncodedString().utf8)
            #expect(Base64.decoded(text) == bytes)
        }
        for text in ["A", "AA", "AAA", "A===", "AB==", "AAB=", "====", "AA=A", "AA==AAAA", "AA-A", "AA A"] {
            #expect(Base64.decoded(Array(text.utf8)) == nil, "\(text)")
        }
    }

    /// Console and LCM of one real boot.
    @Test func realConsoleShowsItsLog() throws {
        let console = Sandbox.fixtures + "/appliance-console.log"
        let input = try LogInput(reading: console)
        #expect(input.replay.findings.isEmpty)
        #expect(input.replay.outcome == .closed)
        try Sandbox.run { sandbox in
            #expect(sandbox.exitCode("log", console) == 0)
            #expect(sandbox.exitCode("export", "--to", "tcg", "-o", sandbox.path("log"), console) == 0)
            let exported = try sandbox.read("log")
            #expect(exported == input.bytes)
            #expect(sandbox.exitCode("diff", console, sandbox.path("log")) == 0)
        }
    }
}
