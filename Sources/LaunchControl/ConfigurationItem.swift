// SPDX-License-Identifier: Apache-2.0

/// One setting of a domain, as the event log has it.
public struct ConfigurationItem: Equatable, Sendable {
    /// Its number in the log is never given to another kind.
    public let kind: Kind
    /// As docs/event-log.md has them for each kind.
    public let values: [UInt64]

    public init(_ kind: Kind, _ values: [UInt64]) {
        self.kind = kind
        self.values = values
    }

    /// Text as values.
    public init(_ kind: Kind, text: [UInt8]) { self.init(kind, Self.numbers(text: text)) }

    /// Its length, then its bytes in words of eight, the first byte in the lowest bits, filled up with zeros.
    public static func numbers(text: [UInt8]) -> [UInt64] {
        var values = [UInt64(text.count)]
        for (index, byte) in text.enumerated() {
            if index % 8 == 0 { values.append(0) }
            values[values.count - 1] |= UInt64(byte) << UInt64(index % 8 * 8)
        }
        return values
    }
}
