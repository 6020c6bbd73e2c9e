// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

/// How the log stands on the console.
@Suite struct LineBase64Tests {
    @Test func everyLengthIsAsFoundationWritesIt() {
        for count in 0...50 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 255 - $0 * 37) }
            let line: Line = "\(base64: bytes[...])"
            #expect(String(decoding: line.bytes, as: UTF8.self) == Data(bytes).base64EncodedString())
        }
    }

    @Test func partOfAnArrayIsThatPart() {
        let line: Line = "\(base64: ([1, 2, 3, 4, 5] as [UInt8])[2..<4])"
        #expect(String(decoding: line.bytes, as: UTF8.self) == Data([3, 4]).base64EncodedString())
    }
}
