// SPDX-License-Identifier: Apache-2.0

import Platform

/// Where DomB's settings stand: the properties of a device tree's node, or the words of a text (docs/lcm.md). Both are
/// asked by the text's keys, which are the properties' names without `domb,`. What is wrong with a setting is reported,
/// and it reads as if it were not there.
public struct SettingSource {
    enum Form {
        case node(NodeView)
        case text((StaticString) -> [UInt8]?)
    }

    let form: Form
    let report: (StaticString, ParseError.Code) -> Void

    init(_ view: NodeView) {
        form = .node(view)
        report = { view.report($1, Self.property($0)) }
    }

    /// Texts: `value` gives that of a key, `report` takes what is wrong with it.
    public init(
        text value: @escaping (StaticString) -> [UInt8]?, report: @escaping (StaticString, ParseError.Code) -> Void
    ) {
        form = .text(value)
        self.report = report
    }

    /// One is dom0less's.
    static func property(_ key: StaticString) -> Line {
        let key = Line(key)
        return key == "enhanced" ? "xen,enhanced" : "domb,\(key)"
    }

    func has(_ key: StaticString) -> Bool {
        switch form {
        case .node(let view): view.property(Self.property(key)) != nil
        case .text(let value): value(key) != nil
        }
    }

    /// A node's property without a value.
    func isFlag(_ key: StaticString) -> Bool {
        guard case .node(let view) = form, let property = view.property(Self.property(key)) else { return false }
        return property.value.isEmpty
    }

    /// Where one of two settings that go together is not there: a node lacks it, a text says too much with the other.
    func reportMissing(_ key: StaticString, with other: StaticString) {
        switch form {
        case .node: report(key, .missingProperty)
        case .text: report(other, .conflictingProperties)
        }
    }

    func text(_ key: StaticString, limit: Int) -> [UInt8]? {
        switch form {
        case .node(let view): return view.string(Self.property(key), limit: limit)
        case .text(let value):
            guard let text = value(key), text.count > limit else { return value(key) }
            report(key, .limitExceeded)
            return nil
        }
    }

    /// A text as what it means.
    func value<Value>(
        _ key: StaticString, limit: Int = Limits.nodeValueBytes, _ code: ParseError.Code = .badPropertyValue,
        _ read: ([UInt8]) -> Value?
    ) -> Value? {
        guard let text = text(key, limit: limit) else { return nil }
        let value = read(text)
        if value == nil { report(key, code) }
        return value
    }

    func choice<Value: Named>(_ key: StaticString) -> Value? { value(key, limit: 32) { Value(named: $0) } }

    func cpus(_ key: StaticString) -> CPUSet? { value(key, .badCPUList) { CPUList.parse($0) } }

    /// A cell of four bytes, or a number as `read` has it.
    func number(
        _ key: StaticString, in range: ClosedRange<UInt64>, _ read: (ArraySlice<UInt8>) -> UInt64? = Decimal.parse
    ) -> UInt64? {
        var number: UInt64?
        switch form {
        case .node(let view):
            guard let word = view.word(Self.property(key)) else { return nil }
            number = UInt64(word)
        case .text(let value):
            guard let text = value(key) else { return nil }
            number = read(text[...])
        }
        if let number, range.contains(number) { return number }
        report(key, .badPropertyValue)
        return nil
    }

    /// 32 bytes, or "sha256:" and 64 hexadecimal digits.
    func digest(_ key: StaticString) -> Digest? {
        switch form {
        case .node(let view):
            return view.bytes(Self.property(key), count: HashAlgorithm.sha256.digestSize).flatMap {
                Digest(.sha256, bytes: $0)
            }
        case .text: return value(key) { Digest.sha256(text: $0) }
        }
    }

    /// Decimal, or hexadecimal after 0x.
    static func number(_ text: ArraySlice<UInt8>) -> UInt64? { Hexadecimal.number(text) ?? Decimal.parse(text) }
}
