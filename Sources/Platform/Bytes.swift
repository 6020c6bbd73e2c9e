// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// Appends the low `byteCount` bytes of the value, least significant first.
    public mutating func append(littleEndian value: UInt64, byteCount: Int) {
        for index in 0..<byteCount { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}

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

/// Hexadecimal digits in text.
public enum Hexadecimal {
    /// 0 to 15; `nil` for what is no digit of either case.
    public static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// "0x" and 1 to 16 digits.
    public static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard text.starts(with: Line("0x").bytes), (3...18).contains(text.count) else { return nil }
        var value: UInt64 = 0
        for digit in text.dropFirst(2) {
            guard let nibble = nibble(digit) else { return nil }
            value = value << 4 | UInt64(nibble)
        }
        return value
    }

    /// Two digits a byte; `nil` for an odd count or anything else than digits.
    public static func bytes(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = nibble(text[index]), let low = nibble(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
