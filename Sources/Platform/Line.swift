// SPDX-License-Identifier: Apache-2.0

/// A line of output, built as bytes: Embedded Swift's strings would bring Unicode tables into PID 1.
public struct Line: Equatable, Sendable {
    /// UTF-8, but for what others gave.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public init(_ text: StaticString) {
        for byte in text.description.utf8 { bytes.append(byte) }
    }

    public init(_ bytes: ArraySlice<UInt8>) { self.bytes = [UInt8](bytes) }

    /// The texts of several things, with commas between.
    public init<Items: Sequence>(_ items: Items, separator: StaticString = ",", _ text: (Items.Element) -> Line) {
        var isFirst = true
        for item in items {
            if !isFirst { append(Line(separator)) }
            isFirst = false
            append(text(item))
        }
    }

    /// As it stands.
    public mutating func append(_ other: Line) { bytes.append(contentsOf: other.bytes) }
}
