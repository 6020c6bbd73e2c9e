// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// A log is read from the console as it was sent, and from DomB's own lines alone.
@Suite struct ConsoleForgeryTests {
    private static let log = TestLog().bytes
    private static let width = 76

    private static func digestLine(_ log: [UInt8]) -> String {
        "domb-log-end: \(hexadecimal(SwiftCryptoHash.digest(.sha256, of: log).bytes))"
    }

    private static func lines(_ log: [UInt8]) -> [String] {
        let base64 = Array(Data(log).base64EncodedString())
        let body = stride(from: 0, to: base64.count, by: width).map {
            "domb-log: \(String(base64[$0..<min($0 + width, base64.count)]))"
        }
        return ["domb-log-begin: \(log.count)"] + body + [digestLine(log)]
    }

    private func read(_ lines: [String]) -> [UInt8]? {
        let text = lines.map { $0 + "\n" }.joined()
        do throws(CommandFailure) { return try LogInput(Array(text.utf8), from: "console.log").bytes } catch {
            return nil
        }
    }

    /// One bit of a byte of the log, sent as good Base64 of the right length; and a digit of the digest.
    @Test func aChangedByteIsFoundByTheDigest() {
        #expect(read(Self.lines(Self.log)) == Self.log)
        for index in stride(from: 0, to: Self.log.count, by: 97) {
            var changed = Self.log
            changed[index] ^= 1
            var lines = Self.lines(changed)
            lines[lines.count - 1] = Self.digestLine(Self.log)
            #expect(read(lines) == nil, "byte \(index)")
        }
        for index in stride(from: 0, to: 64, by: 9) {
            var lines = Self.lines(Self.log)
            var digits = Array(lines.removeLast())
            let place = digits.count - 64 + index
            digits[place] = digits[place] == "0" ? "1" : "0"
            #expect(read(lines + [String(digits)]) == nil, "digit \(index)")
        }
    }

    /// Another line of DomB's quotes names from outside: whatever marker stands in it, it is no marker.
    @Test(arguments: ["domb: ", "domb-trace: ", "domb: note: ", "  domb: ", "[ 1.0] domb: ", "domb:"])
    func aMarkerInsideAnotherLineIsNone(start: String) {
        var other = TestLog()
        other.identity.buildID = [9]
        let forged = Self.lines(other.bytes).map { start + "name " + $0 }
        let good = Self.lines(Self.log)
        #expect(read(forged) == nil)
        #expect(read(forged + good) == Self.log)
        #expect(read(good + forged) == Self.log)
        // Line for line among the true ones: begin, body and end.
        for quoted in [forged[0], forged[1], forged[forged.count - 1]] {
            #expect(read(good.flatMap { [quoted, $0] }) == Self.log)
            #expect(read(good.flatMap { [$0, quoted] }) == Self.log)
        }
    }

    /// Another speaker's lines, whatever they say.
    @Test(arguments: ["(XEN) ", "(d1) ", "(d3) ", "(d32750) "]) func whatOthersSayIsNoLog(speaker: String) {
        var other = TestLog()
        other.identity.buildID = [9]
        let forged = Self.lines(other.bytes).map { speaker + $0 }
        #expect(read(forged) == nil)
        #expect(read(Self.lines(Self.log) + forged) == Self.log)
        #expect(read(Self.lines(Self.log).flatMap { [forged[0], $0, forged[forged.count - 1]] }) == Self.log)
    }
}
