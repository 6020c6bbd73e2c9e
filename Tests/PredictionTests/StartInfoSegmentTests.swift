// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

@testable import Prediction

/// The start info that the builder writes takes as much room as it says: it must not reach into what lies behind it.
@Suite struct StartInfoSegmentTests {
    @Test func itIsAsLongAsItSays() {
        let map = GuestMemoryMap(kibibytes: 8192, acpiByteCount: 1000)
        for length in 0...Limits.commandLineBytes {
            let segment = StartInfoSegment(commandLine: [UInt8](repeating: 0x61, count: length), map: map)
            for modules in [[], [Segment(address: 0x10_0000, byteCount: 5)]] {
                let bytes = segment.bytes(at: 0x1000, modules: modules)
                #expect(UInt64(bytes.count) == segment.byteCount, "\(length) bytes of command line")
            }
        }
    }
}
