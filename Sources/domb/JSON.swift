// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259) whose members keep the order that they were given in: the same input prints the same bytes.
enum JSON {
    case object([(String, JSON)])
    case array([JSON])
    case string(String)
    case integer(UInt64)
    case boolean(Bool)
    case null

    static func number(_ value: some BinaryInteger) -> JSON { .integer(UInt64(value)) }

    static func optional<Value>(_ value: Value?, _ convert: (Value) -> JSON) -> JSON { value.map(convert) ?? .null }

    /// Two spaces a level; what is empty stays on one line.
    func written(indent: String = "") -> String {
        switch self {
        case .object(let members) where !members.isEmpty:
            let inner = indent + "  "
            let lines = members.map { "\(inner)\(Self.quoted($0.0)): \($0.1.written(indent: inner))" }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .array(let items) where !items.isEmpty:
            let inner = indent + "  "
            return "[\n\(items.map { inner + $0.written(indent: inner) }.joined(separator: ",\n"))\n\(indent)]"
        case .object: return "{}"
        case .array: return "[]"
        case .string(let value): return Self.quoted(value)
        case .integer(let value): return String(value)
        case .boolean(let value): return value ? "true" : "false"
        case .null: return "null"
        }
    }

    private static func quoted(_ value: String) -> String {
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
