// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

/// MODULE_TYPES: how many modules there are, and a byte for each; zeros after them.
@Suite struct XLCMModuleTypesTests {
    /// Where the entry begins.
    private static let start = 72

    private func refusalOf(count: Int, _ types: [UInt8]) -> ParseError? {
        var writer = XLCMWriter()
        var payload: [UInt8] = []
        payload.append(littleEndian: UInt64(count), byteCount: 4)
        writer.add(1, payload + types)
        writer.add(XLCMWriter.Domain())
        return refusal(of: writer.bytes())
    }

    @Test func whatFollowsTheTypesIsZeroAndToldWhereTheyEnd() {
        #expect(refusalOf(count: 2, [2, 2, 0, 0]) == nil)
        for count in 2...3 {
            var types: [UInt8] = [2, 2, 3, 0, 0, 0, 0, 0]
            types[7] = 1
            let refusal = refusalOf(count: count, types)
            #expect(refusal?.code == .trailingData)
            #expect(refusal?.offset == Self.start + 12 + count, "\(count) types")
        }
    }

    @Test func moreTypesThanTheEntryHasAreRefusedAtTheirCount() {
        let refusal = refusalOf(count: 5, [2, 2, 3, 0])
        #expect(refusal?.code == .badPropertyLength)
        #expect(refusal?.offset == Self.start + 8)
    }
}
