// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

/// CHECKSUM: of which module, by what, how long, and the digest; zeros after it. Each is told at its own place.
@Suite struct XLCMChecksumTests {
    /// Where the entry begins.
    private static let start = 72

    private func refusalOf(
        index: UInt8 = 2, algorithm: UInt8 = 0x0B, count: Int = 32, _ after: [UInt8] = []
    ) -> ParseError? {
        var writer = XLCMWriter()
        var payload = [index, algorithm]
        payload.append(littleEndian: UInt64(count), byteCount: 2)
        writer.add(3, payload + [UInt8](repeating: 9, count: 32) + after)
        writer.add(XLCMWriter.Domain())
        return refusal(of: writer.bytes())
    }

    @Test func aGoodOneIsRead() {
        #expect(refusalOf() == nil)
        #expect(refusalOf([0, 0, 0, 0]) == nil)
    }

    /// What is missing is not read out of the next entry.
    @Test func aShortOneIsRefused() {
        let payload = [2, 0x0B, 32, 0] + [UInt8](repeating: 9, count: 32)
        for count in 0..<payload.count {
            var writer = XLCMWriter()
            writer.add(3, [UInt8](payload.prefix(count)))
            writer.add(XLCMWriter.Domain())
            #expect(refusal(of: writer.bytes()) != nil, "\(count)")
        }
    }

    @Test func everyFieldIsRefusedAtItsPlace() {
        let cases: [(ParseError?, ParseError.Code, Int)] = [
            (refusalOf(index: 0), .badPropertyValue, 8), (refusalOf(algorithm: 0x0C), .badPropertyValue, 9),
            (refusalOf(count: 31), .badPropertyLength, 10), (refusalOf(count: 33), .badPropertyLength, 10),
            (refusalOf([0, 0, 0, 1]), .trailingData, 44), (refusalOf([1, 0, 0, 0]), .trailingData, 44),
        ]
        for (refusal, code, offset) in cases {
            #expect(refusal?.code == code)
            #expect(refusal?.offset == Self.start + offset)
        }
    }
}
