// SPDX-License-Identifier: Apache-2.0

import Platform
import Yams

/// What is wrong with a description: all of it, in the order of the file.
final class DescriptionProblems {
    let file: String
    private var found: [(line: Int, text: String)] = []
    /// Also of those that are not kept.
    private var count = 0
    private var values = 0

    /// Problems that are kept: no description is mended from more.
    private static let mostKept = 1000
    /// Values that are looked at, with what aliases repeat: thirty for each of the most domains are a million.
    private static let mostValues = 4_000_000

    init(file: String) { self.file = file }

    /// The file as a whole has no key.
    func add(line: Int, key: String, _ text: String) {
        count += 1
        guard count <= Self.mostKept else { return }
        found.append((line, "\(file):\(line): \(key.isEmpty ? "" : "\(key): ")\(text)"))
    }

    /// Whether so many more values may be looked at. An alias stands for a whole list, in few bytes and again and again.
    func mayRead(_ more: Int, line: Int) -> Bool {
        guard values <= Self.mostValues else { return false }
        values += more
        guard values > Self.mostValues else { return true }
        add(line: line, key: "", "more than \(Self.mostValues) values up to here, with those that aliases repeat")
        return false
    }

    func check() throws(CommandFailure) {
        guard !found.isEmpty else { return }
        let sorted = found.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
        var lines = sorted.prefix(Excerpt.limit).map { $0.element.text }
        if count > lines.count { lines.append("and \(count - lines.count) more") }
        throw .malformed(lines.joined(separator: "\ndomb: "))
    }
}

/// A value of a description, where it stands and what it is called.
struct DescriptionValue {
    let node: Node
    let line: Int
    /// "domains.broker.memory".
    let key: String
    let problems: DescriptionProblems

    func wrong(_ text: String) { problems.add(line: line, key: key, text) }

    /// The scalar as it is written: a YAML reader's idea of types would make `off` a truth value and 010 an eight.
    var text: String? {
        guard let scalar = node.scalar else {
            wrong("a single value is wanted, not a list or a section")
            return nil
        }
        guard !scalar.string.isEmpty else {
            wrong("empty")
            return nil
        }
        guard !scalar.string.utf8.contains(0) else {
            wrong("has a zero byte")
            return nil
        }
        return scalar.string
    }

    /// Decimal, or hexadecimal after 0x.
    func number(in range: ClosedRange<UInt64>) -> UInt64? {
        guard let text else { return nil }
        guard let value = Self.number(text) else {
            wrong("'\(text)' is no number")
            return nil
        }
        guard range.contains(value) else {
            wrong("\(text) is out of range: \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    static func number(_ text: some StringProtocol) -> UInt64? {
        if text.hasPrefix("0x") {
            let digits = text.dropFirst(2)
            return digits.utf8.first.map { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") } ?? false
                ? UInt64(digits, radix: 16) : nil
        }
        return Decimal.parse(Array(text.utf8)[...])
    }

    func choice<Value>(_ values: [(name: String, value: Value)]) -> Value? {
        guard let text else { return nil }
        if let found = values.first(where: { $0.name == text }) { return found.value }
        let names = values.map { $0.name }
        wrong("'\(text)' is none of \(names.joined(separator: ", "))\(NearName.hint(for: text, among: names))")
        return nil
    }

    /// Called `name` in messages instead of by its place in a list.
    func called(_ name: String) -> DescriptionValue {
        DescriptionValue(node: node, line: line, key: name, problems: problems)
    }

    /// The items of a list; none where it is no list.
    var items: [DescriptionValue] {
        guard let sequence = node.sequence else {
            wrong("a list is wanted")
            return []
        }
        guard problems.mayRead(sequence.count, line: line) else { return [] }
        return sequence.enumerated().map { index, node in
            DescriptionValue(node: node, line: node.mark?.line ?? line, key: "\(key)[\(index)]", problems: problems)
        }
    }

    /// A section with the keys that it may have; an unknown one is an error, since a misspelt setting must not pass.
    func section(_ known: [String]) -> DescriptionSection? {
        guard let mapping = node.mapping else {
            wrong("a section is wanted: lines of KEY: VALUE")
            return nil
        }
        guard problems.mayRead(mapping.count, line: line) else { return nil }
        var values: [String: DescriptionValue] = [:]
        for (name, value) in mapping {
            let line = name.mark?.line ?? line
            let text = name.scalar?.string ?? "?"
            let path = key.isEmpty ? text : "\(key).\(text)"
            guard known.contains(text) else {
                let hint = ForeignWords.hint(for: text, among: known) ?? NearName.hint(for: text, among: known)
                problems.add(line: line, key: path, "unknown key\(hint)")
                continue
            }
            values[text] = DescriptionValue(node: value, line: line, key: path, problems: problems)
        }
        return DescriptionSection(values: values, line: line, key: key, problems: problems)
    }
}

struct DescriptionSection {
    fileprivate let values: [String: DescriptionValue]
    let line: Int
    let key: String
    let problems: DescriptionProblems

    fileprivate init(values: [String: DescriptionValue], line: Int, key: String, problems: DescriptionProblems) {
        self.values = values
        self.line = line
        self.key = key
        self.problems = problems
    }

    subscript(_ name: String) -> DescriptionValue? { values[name] }

    /// A value that must be there.
    func needed(_ name: String) -> DescriptionValue? {
        if let value = values[name] { return value }
        problems.add(line: line, key: key.isEmpty ? name : "\(key).\(name)", "missing")
        return nil
    }

    func bytes(_ name: String, limit: Int) -> [UInt8]? {
        guard let value = values[name], let text = value.text else { return nil }
        let bytes = Array(text.utf8)
        guard bytes.count <= limit else {
            value.wrong("longer than \(limit) bytes")
            return nil
        }
        return bytes
    }
}
