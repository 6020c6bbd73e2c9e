// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

/// Where a domain finds the log: whole pages, and no more than 64 MiB of them.
@Suite struct LogRegionLimitTests {
    private func refusalOf(_ values: UInt64...) -> ParseError.Code? {
        var broker = TestLaunch.broker
        broker.set("domb,log-region", values.flatMap { longs($0) })
        return refusal(of: TestLaunch.launch(broker))?.code
    }

    @Test func itIsOfWholePages() throws {
        #expect(refusalOf(0x1000, 0x1000) == nil)
        for bit in 0..<12 {
            #expect(refusalOf(0x1000 | 1 << bit, 0x1000) == .badPropertyValue, "address, bit \(bit)")
            #expect(refusalOf(0x1000, 0x1000 | 1 << bit) == .badPropertyValue, "size, bit \(bit)")
        }
    }

    @Test func itHasAtMost64MiB() {
        #expect(refusalOf(0x1000, 64 << 20) == nil)
        #expect(refusalOf(0x1000, 64 << 20 + 4096) == .limitExceeded)
    }

    @Test func itIsOnePiece() { #expect(refusalOf(0x1000, 0x1000, 0x3000, 0x1000) == .badPropertyValue) }
}
