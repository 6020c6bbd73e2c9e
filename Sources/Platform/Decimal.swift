// SPDX-License-Identifier: Apache-2.0

/// Decimal numbers in text.
public enum Decimal {
    /// At most 18 digits, and nothing but digits.
    public static func parse(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard !text.isEmpty, text.count <= 18 else { return nil }
        var value: UInt64 = 0
        for byte in text {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
