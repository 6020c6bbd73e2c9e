// SPDX-License-Identifier: Apache-2.0

/// Options in pairs: `--name value`.
struct Options {
    struct Wrong: Error {
        let word: String
    }

    private var values: [String: String] = [:]

    init(_ words: ArraySlice<String>) throws(Wrong) {
        var rest = words
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst(), values[name] == nil else {
                throw Wrong(word: name)
            }
            values[name] = value
        }
    }

    /// Takes the value, so that `finish` can tell what nobody asked for.
    mutating func take(_ name: String) -> String? { values.removeValue(forKey: name) }

    mutating func take<Value: LosslessStringConvertible & Comparable>(
        _ name: String, default standard: Value, in range: ClosedRange<Value>
    ) throws(Wrong) -> Value {
        try take(name, in: range) ?? standard
    }

    /// `nil` where it is not given.
    mutating func take<Value: LosslessStringConvertible & Comparable>(
        _ name: String, in range: ClosedRange<Value>
    ) throws(Wrong) -> Value? {
        guard let text = take(name) else { return nil }
        guard let value = Value(text), range.contains(value) else { throw Wrong(word: "\(name) \(text)") }
        return value
    }

    func finish() throws(Wrong) {
        if let name = values.keys.min() { throw Wrong(word: name) }
    }
}
