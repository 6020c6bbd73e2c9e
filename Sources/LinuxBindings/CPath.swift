// SPDX-License-Identifier: Apache-2.0

import Platform

/// Bytes with the zero that C wants. A path with a zero inside would name another file, and cannot be made.
public struct CPath: Sendable {
    /// With the zero at its end.
    public let characters: [CChar]
    /// Without the zero at its end.
    public let bytes: [UInt8]

    public init?(_ bytes: [UInt8]) {
        guard !bytes.contains(0) else { return nil }
        self.bytes = bytes
        characters = bytes.map { CChar(bitPattern: $0) } + [0]
    }

    public init(_ text: StaticString) {
        let bytes = Line(text).bytes
        self.bytes = bytes
        characters = bytes.map { CChar(bitPattern: $0) } + [0]
    }
}
