// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259) whose members keep the order that they were given in: the same input prints the same bytes.
enum JSON {
    case object([(String, JSON)])
    case array([JSON])
    /// So many items, each made when it is written: a long list takes no memory of its own.
    case items(Int, (Int) -> JSON)
    case string(String)
    case integer(UInt64)
    case boolean(Bool)
    case null

    static func number(_ value: some BinaryInteger) -> JSON { .integer(UInt64(value)) }

    static func optional<Value>(_ value: Value?, _ convert: (Value) -> JSON) -> JSON { value.map(convert) ?? .null }

    /// Two spaces a level; what is empty stays on one line.
    func written() -> String {
        var text = ""
        write { text += $0 }
        return text
    }

    /// The same, part by part.
    func write<Failure: Error>(indent: String = "", _ emit: (String) throws(Failure) -> Void) throws(Failure) {
        switch self {
        case .object(let members):
            try Self.write(members.count, "{", "}", indent, emit) { index, inner throws(Failure) in
                try emit("\(Self.quoted(members[index].0)): ")
                try members[index].1.write(indent: inner, emit)
            }
        case .array(let items): try JSON.items(items.count) { items[$0] }.write(indent: indent, emit)
        case .items(let count, let item):
            try Self.write(count, "[", "]", indent, emit) { index, inner throws(Failure) in
                try item(index).write(indent: inner, emit)
            }
        case .string(let value): try emit(Self.quoted(value))
        case .integer(let value): try emit(String(value))
        case .boolean(let value): try emit(value ? "true" : "false")
        case .null: try emit("null")
        }
    }

    private static func write<Failure: Error>(
        _ count: Int, _ start: String, _ end: String, _ indent: String, _ emit: (String) throws(Failure) -> Void,
        _ part: (_ index: Int, _ inner: String) throws(Failure) -> Void
    ) throws(Failure) {
        guard count > 0 else { return try emit(start + end) }
        let inner = indent + "  "
        for index in 0..<count {
            try emit("\(index == 0 ? start : ",")\n\(inner)")
            try part(index, inner)
        }
        try emit("\n\(indent)\(end)")
    }

    private static func quoted(_ value: String) -> String {
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
