// SPDX-License-Identifier: Apache-2.0

/// A line of output, built as bytes: Embedded Swift's strings would bring Unicode tables into PID 1.
public struct Line: Equatable, Sendable {
    /// UTF-8, but for what others gave.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public init(_ text: StaticString) { append(text) }

    public init(_ bytes: ArraySlice<UInt8>) { self.bytes = [UInt8](bytes) }

    /// As it stands.
    public mutating func append(_ text: StaticString) {
        for byte in text.description.utf8 { bytes.append(byte) }
    }

    /// Without leading zeros.
    public mutating func append(decimal value: UInt64) {
        var digits: [UInt8] = []
        var rest = value
        repeat {
            digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes.append(contentsOf: digits.reversed())
    }

    /// With a minus in front where it is below zero.
    public mutating func append(decimal value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    /// Appends `0x` and the digits without leading zeros.
    public mutating func append(hex value: UInt64) {
        append("0x")
        var shift: UInt64 = 60
        while shift > 0, value >> shift & 0xF == 0 { shift -= 4 }
        while true {
            bytes.append(Self.hexDigit(UInt8(value >> shift & 0xF)))
            if shift == 0 { return }
            shift -= 4
        }
    }

    /// Two digits of lower case a byte.
    public mutating func append(hexBytes data: [UInt8]) {
        for byte in data {
            bytes.append(Self.hexDigit(byte >> 4))
            bytes.append(Self.hexDigit(byte & 0xF))
        }
    }

    /// Appends text that came from outside: what is not printable ASCII shows as \\xNN, so no name can forge a line.
    public mutating func append(escaped data: [UInt8]) {
        for byte in data {
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") {
                bytes.append(byte)
            } else {
                append("\\x")
                append(hexBytes: [byte])
            }
        }
    }

    /// Appends text that came from outside as the inside of a JSON string (RFC 8259, section 7).
    public mutating func append(json data: [UInt8]) {
        for byte in data {
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\"), byte != UInt8(ascii: "\"") {
                bytes.append(byte)
            } else {
                append("\\u00")
                append(hexBytes: [byte])
            }
        }
    }

    /// Appends RFC 4648 base64 with padding.
    public mutating func append(base64 data: [UInt8]) {
        let alphabet = Line("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").bytes
        var index = 0
        while index < data.count {
            let group = data[index..<min(index + 3, data.count)]
            var word: UInt32 = 0
            for byte in group { word = word << 8 | UInt32(byte) }
            word <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let digit = alphabet[Int(word >> UInt32(18 - 6 * place) & 0x3F)]
                bytes.append(place <= group.count ? digit : UInt8(ascii: "="))
            }
            index += 3
        }
    }

    /// As it stands.
    public mutating func append(_ other: Line) { bytes.append(contentsOf: other.bytes) }

    /// As a decimal number.
    public mutating func append(_ domid: DomainID) { append(decimal: UInt64(domid.rawValue)) }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}
