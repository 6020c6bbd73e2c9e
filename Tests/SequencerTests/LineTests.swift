// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

@Suite struct LineTests {
    /// Whatever a TPM or an LCM calls itself: the trace stays JSON.
    @Test func anyBytesAreTheInsideOfAJSONString() throws {
        let line: Line = "\"\(json: [UInt8](0...255))\""
        let text = try JSONDecoder().decode(String.self, from: Data(line.bytes))
        #expect(text.unicodeScalars.map { $0.value } == [UInt32](0...255))
    }
}
