// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Testing

/// The blob's form: what is refused before anything that it says is looked at.
@Suite struct FormTests {
    private let good = TestLaunch.root(TestLaunch.launch(TestLaunch.broker))

    private func blob(_ change: (inout DeviceTreeWriter) -> Void) -> [UInt8] {
        var writer = DeviceTreeWriter()
        change(&writer)
        return writer.blob(good)
    }

    /// The good blob with the header's big-endian word at `offset` replaced.
    private func blob(header offset: Int, _ change: (UInt32) -> UInt32) -> [UInt8] {
        var blob = DeviceTreeWriter().blob(good)
        var value: UInt32 = 0
        for byte in blob[offset..<(offset + 4)] { value = value << 8 | UInt32(byte) }
        blob.replaceSubrange(offset..<(offset + 4), with: cells(change(value)))
        return blob
    }

    @Test func goodTreeIsRead() { #expect(refusal(of: DeviceTreeWriter().blob(good)) == nil) }

    @Test func anotherMagicIsRefused() {
        #expect(refusal(of: blob(header: 0) { $0 ^ 1 }) == ParseError(.unknownFormat, at: 0))
    }

    @Test func emptyBlobIsTruncated() { #expect(refusal(of: []) == ParseError(.truncated, at: 0)) }

    @Test func totalSizeBeyondTheBytesIsTruncated() {
        #expect(refusal(of: blob(header: 4) { $0 + 1 })?.code == .truncated)
        #expect(refusal(of: blob(header: 4) { _ in .max })?.code == .truncated)
    }

    @Test func totalSizeBelowTheBytesIsTrailingData() {
        #expect(refusal(of: blob(header: 4) { $0 - 1 })?.code == .trailingData)
    }

    @Test(arguments: [
        (UInt32(17), UInt32(16), true), (16, 16, true), (18, 17, true), (15, 15, false), (18, 18, false),
        (0, 0, false),
    ])
    func onlyVersions16And17AreRead(version: UInt32, lastCompatible: UInt32, isRead: Bool) {
        let refused = refusal(
            of: blob {
                $0.version = version
                $0.lastCompatible = lastCompatible
            })
        #expect(refused?.code == (isRead ? nil : .badVersion))
    }

    @Test(arguments: [8, 12, 16, 32, 36]) func blockBeyondTheEndIsRefused(header offset: Int) {
        #expect(refusal(of: blob(header: offset) { _ in .max })?.code == .blockOutOfBounds)
        #expect(refusal(of: blob(header: offset) { _ in 0x7FFF_FFFC })?.code == .blockOutOfBounds)
    }

    @Test func blocksMustBeAligned() {
        #expect(refusal(of: blob(header: 8) { $0 + 1 }) == ParseError(.blockOutOfBounds, at: 8))
        #expect(refusal(of: blob(header: 16) { $0 + 4 }) == ParseError(.blockOutOfBounds, at: 16))
    }

    @Test func reserveMapEntriesArePassedOver() {
        let entry = longs(0x1000, 0x2000)
        #expect(refusal(of: blob { $0.reserveEntries.insert(entry, at: 0) }) == nil)
    }

    @Test func reserveMapWithoutEndIsTruncated() {
        #expect(refusal(of: blob(header: 16) { _ in 1 << 20 })?.code == .blockOutOfBounds)
        let endless = DeviceTreeWriter(reserveEntries: [[UInt8](repeating: 1, count: 16)]).blob(TestNode(""))
        #expect(refusal(of: endless)?.code == .truncated)
    }

    @Test func unknownTokenIsRefused() {
        let start = 56
        #expect(refusal(of: blob { $0.leadingTokens = cells(5) }) == ParseError(.badToken, at: start))
    }

    @Test func nopTokensArePassedOver() { #expect(refusal(of: blob { $0.leadingTokens = cells(4, 4) }) == nil) }

    /// libfdt leaves what stood there before a value was made shorter.
    @Test func paddingMayHoldOldBytes() {
        let structure = cells(1) + [0, 0, 1, 0] + cells(2, 9)
        #expect(refusal(of: DeviceTreeWriter().assemble(structure: structure, strings: []))?.code == .noHypervisorNode)
    }

    @Test(arguments: [
        cells(2, 9),  // an end without a begin
        cells(9),  // no root at all
        cells(1, 0, 9),  // the root never ends
        cells(3, 0, 0, 9),  // a property outside every node
        cells(1, 0, 2, 1, 0, 2, 9),  // two roots
        cells(1, 0, 1, 0x6100_0000, 2, 3, 0, 0, 2, 9),  // a property after a child
    ]) func nodesAndPropertiesMustNest(_ structure: [UInt8]) {
        let blob = DeviceTreeWriter().assemble(structure: structure, strings: string("a"))
        #expect(refusal(of: blob)?.code == .unbalancedNodes)
    }

    @Test func missingEndTokenIsTruncated() { #expect(refusal(of: blob { $0.endToken = [] })?.code == .truncated) }

    @Test func wordsAfterTheEndTokenAreRefused() {
        #expect(refusal(of: blob { $0.afterEnd = cells(4) })?.code == .trailingData)
    }

    @Test func propertyNameOutsideTheStringsIsRefused() {
        let structure = cells(1, 0, 3, 0, 2, 2, 9)
        let blob = DeviceTreeWriter().assemble(structure: structure, strings: string("a"))
        #expect(refusal(of: blob)?.code == .blockOutOfBounds)
    }

    @Test func propertyNameWithoutEndIsTruncated() {
        let structure = cells(1, 0, 3, 0, 0, 2, 9)
        let blob = DeviceTreeWriter().assemble(structure: structure, strings: bytes("ab"))
        #expect(refusal(of: blob)?.code == .truncated)
    }

    @Test func propertyValueBeyondTheBlockIsTruncated() {
        let structure = cells(1, 0, 3, .max, 0, 2, 9)
        let blob = DeviceTreeWriter().assemble(structure: structure, strings: string("a"))
        #expect(refusal(of: blob)?.code == .truncated)
    }
}
