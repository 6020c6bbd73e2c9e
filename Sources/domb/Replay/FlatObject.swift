// SPDX-License-Identifier: Apache-2.0

/// A JSON object (RFC 8259) of texts, whole numbers, `true`, `false` and `null` alone: what a line of a trace is.
struct FlatObject {
    struct Malformed: Error {}

    /// Numbers and words as they are written.
    private(set) var members: [String: String] = [:]
    private var rest: Substring.UTF8View

    init(_ line: some StringProtocol) throws(Malformed) {
        let text = Substring(line)
        rest = text.utf8
        try take("{")
        if !accept("}") {
            repeat {
                let key = try string()
                try take(":")
                guard members.updateValue(try value(), forKey: key) == nil else { throw Malformed() }
            } while accept(",")
            try take("}")
        }
        skip()
        guard rest.isEmpty else { throw Malformed() }
    }

    private mutating func skip() {
        while let first = rest.first, first == 0x20 || first == 0x09 || first == 0x0D { rest.removeFirst() }
    }

    private mutating func accept(_ mark: Unicode.Scalar) -> Bool {
        skip()
        guard let first = rest.first, first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func take(_ mark: Unicode.Scalar) throws(Malformed) {
        guard accept(mark) else { throw Malformed() }
    }

    private mutating func value() throws(Malformed) -> String {
        skip()
        if rest.first == UInt8(ascii: "\"") { return try string() }
        var word: [UInt8] = []
        while let first = rest.first, first != UInt8(ascii: ","), first != UInt8(ascii: "}") {
            word.append(first)
            rest.removeFirst()
        }
        let text = String(decoding: word, as: UTF8.self)
        guard ["null", "true", "false"].contains(text) || Int64(text) != nil else { throw Malformed() }
        return text
    }

    private mutating func string() throws(Malformed) -> String {
        try take("\"")
        var bytes: [UInt8] = []
        while let first = rest.popFirst() {
            switch first {
            case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"): bytes += try escaped()
            default: bytes.append(first)
            }
        }
        throw Malformed()
    }

    private mutating func escaped() throws(Malformed) -> [UInt8] {
        switch rest.popFirst() {
        case UInt8(ascii: "u"):
            let digits = String(decoding: Array(rest.prefix(4)), as: UTF8.self)
            guard digits.utf8.count == 4, let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
            else {
                throw Malformed()
            }
            rest = rest.dropFirst(4)
            return Array(String(scalar).utf8)
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "r"): return [0x0D]
        case .some(let byte) where [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/")].contains(byte):
            return [byte]
        default: throw Malformed()
        }
    }
}
