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

/// The raw value of an enum whose cases have names: text that is known when the program is built.
public struct Word: ExpressibleByStringLiteral, Equatable, Sendable {
    /// As it is written.
    public let text: StaticString

    public init(stringLiteral text: StaticString) { self.text = text }

    public static func == (left: Word, right: Word) -> Bool { Line(left.text) == Line(right.text) }
}

extension RawRepresentable where RawValue == Word {
    /// The case's name.
    public var name: StaticString { rawValue.text }
}

/// What texts choose from: each has a name there.
public protocol Named: CaseIterable {
    /// As texts have it.
    var name: StaticString { get }
}

extension Named {
    /// The one of that name; `nil` where none has it.
    public init?(named text: some Sequence<UInt8>) {
        guard let named = Self.allCases.first(where: { Line($0.name).bytes.elementsEqual(text) }) else { return nil }
        self = named
    }
}

/// How much is said of what input can make long: the first items, then how many more there are. Whoever wants to know what
/// is wrong is helped by the first; the rest would fill a console or a disk.
public enum Excerpt {
    /// More than anybody reads.
    public static let limit = 100
}

extension Line {
    /// The texts of the first items, and how many more there are.
    public init<Items: Collection>(
        excerpt items: Items, separator: StaticString = ",", _ text: (Items.Element) -> Line
    ) {
        self.init(items.prefix(Excerpt.limit), separator: separator, text)
        if items.count > Excerpt.limit { append(" and \(items.count - Excerpt.limit) more") }
    }
}

/// Lines are written as literals with values in them: "domain \(domid): \(escaped: name) has \(count) pages".
extension Line: ExpressibleByStringInterpolation {
    public init(stringLiteral text: StaticString) { self.init(text) }

    public init(stringInterpolation: Interpolation) { self.init(stringInterpolation.bytes[...]) }

    /// How values look in a line.
    public struct Interpolation: StringInterpolationProtocol {
        fileprivate var bytes: [UInt8] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ text: StaticString) { bytes += Line(text).bytes }

        /// As it stands.
        public mutating func appendInterpolation(_ text: StaticString) { bytes += Line(text).bytes }

        /// As it stands.
        public mutating func appendInterpolation(_ other: Line) { bytes += other.bytes }

        /// Its number.
        public mutating func appendInterpolation(_ domid: DomainID) { appendInterpolation(domid.rawValue) }

        /// As it stands.
        public mutating func appendInterpolation(raw data: some Sequence<UInt8>) { bytes += data }

        /// Decimal, without leading zeros.
        public mutating func appendInterpolation(_ number: some BinaryInteger) {
            var digits: [UInt8] = []
            var rest = UInt64(number.magnitude)
            repeat {
                digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
                rest /= 10
            } while rest > 0
            if number < 0 { digits.append(UInt8(ascii: "-")) }
            bytes += digits.reversed()
        }

        /// `0x` and the digits, without leading zeros.
        public mutating func appendInterpolation(hex number: some UnsignedInteger) {
            var digits: [UInt8] = []
            var rest = UInt64(number)
            repeat {
                digits.append(Self.hexDigit(UInt8(rest & 0xF)))
                rest >>= 4
            } while rest > 0
            appendLiteral("0x")
            bytes += digits.reversed()
        }

        /// Two digits of lower case a byte.
        public mutating func appendInterpolation(hexBytes data: some Sequence<UInt8>) {
            for byte in data { bytes += [Self.hexDigit(byte >> 4), Self.hexDigit(byte & 0xF)] }
        }

        /// Text that came from outside: what is not printable ASCII shows as \xNN, so no name can forge a line.
        public mutating func appendInterpolation(escaped data: [UInt8]) { append(data, escaping: "\\", as: "\\x") }

        /// Text that came from outside as the inside of a JSON string (RFC 8259, section 7).
        public mutating func appendInterpolation(json data: [UInt8]) { append(data, escaping: "\\\"", as: "\\u00") }

        private mutating func append(_ data: [UInt8], escaping special: Line, as escape: StaticString) {
            for byte in data {
                if byte >= 0x20, byte < 0x7F, !special.bytes.contains(byte) {
                    bytes.append(byte)
                } else {
                    appendLiteral(escape)
                    appendInterpolation(hexBytes: [byte])
                }
            }
        }

        /// RFC 4648 base64 with padding.
        public mutating func appendInterpolation(base64 data: ArraySlice<UInt8>) {
            let alphabet = Line("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").bytes
            for start in stride(from: data.startIndex, to: data.endIndex, by: 3) {
                let group = data[start..<min(start + 3, data.endIndex)]
                var word: UInt32 = 0
                for byte in group { word = word << 8 | UInt32(byte) }
                word <<= UInt32(8 * (3 - group.count))
                for place in 0..<4 {
                    let digit = alphabet[Int(word >> UInt32(18 - 6 * place) & 0x3F)]
                    bytes.append(place <= group.count ? digit : UInt8(ascii: "="))
                }
            }
        }

        private static func hexDigit(_ nibble: UInt8) -> UInt8 {
            nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
        }
    }
}
