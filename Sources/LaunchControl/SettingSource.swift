// SPDX-License-Identifier: Apache-2.0

import Platform

/// Where DomB's settings stand: the properties of a device tree's node, or the words of a text (docs/lcm.md). Both are
/// asked by `SettingKey`. What is wrong with a setting is reported, and it reads as if it were not there.
public struct SettingSource {
    enum Form {
        case node(NodeView)
        case text((SettingKey) -> [UInt8]?)
    }

    /// A key's values as they stand there.
    enum Values {
        case cells([UInt64])
        case texts([ArraySlice<UInt8>])
    }

    let form: Form
    let report: (SettingKey, ParseError.Code) -> Void

    init(_ view: NodeView) {
        form = .node(view)
        report = { view.report($1, $0.schema.property) }
    }

    /// Texts: `value` gives that of a key, `report` takes what is wrong with it.
    public init(
        text value: @escaping (SettingKey) -> [UInt8]?, report: @escaping (SettingKey, ParseError.Code) -> Void
    ) {
        form = .text(value)
        self.report = report
    }

    /// `nil` for what is not there.
    func values(_ key: SettingKey) -> Values? {
        let schema = key.schema
        switch form {
        case .node(let view):
            // For readers that take every node of a domain for a module.
            guard schema.place != .vcpu else { return view.strings("domb,\(schema.word)").map { .texts($0) } }
            switch schema.form {
            case .cells(let width, _): return view.cells(schema.property, bytes: width).map { .cells($0) }
            case .string: return text(key).map { .texts([$0[...]]) }
            case .strings: return view.strings(schema.property).map { .texts($0) }
            case .bytes, .kibibytes: return nil
            }
        case .text(let value):
            guard let separator = schema.between else { return text(key).map { .texts([$0[...]]) } }
            return value(key).map {
                .texts($0.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false))
            }
        }
    }

    func has(_ key: SettingKey) -> Bool {
        switch form {
        case .node(let view): view.property(key.schema.property) != nil
        case .text(let value): value(key) != nil
        }
    }

    /// A node's property without a value.
    func isFlag(_ key: SettingKey) -> Bool {
        guard case .node(let view) = form, let property = view.property(key.schema.property) else { return false }
        return property.value.isEmpty
    }

    /// Where one of two settings that go together is not there: a node lacks it, a text says too much with the other.
    func reportMissing(_ key: SettingKey, with other: SettingKey) {
        switch form {
        case .node: report(key, .missingProperty)
        case .text: report(other, .conflictingProperties)
        }
    }

    /// One string, of at most as many bytes as the key's may have.
    func text(_ key: SettingKey) -> [UInt8]? {
        switch form {
        case .node(let view): return view.string(key.schema.property, limit: key.limit)
        case .text(let value):
            guard let text = value(key) else { return nil }
            if text.count <= key.limit { return text }
            report(key, .limitExceeded)
            return nil
        }
    }

    /// A text as what it means.
    func value<Value>(
        _ key: SettingKey, _ code: ParseError.Code = .badPropertyValue, _ read: ([UInt8]) -> Value?
    ) -> Value? {
        guard let text = text(key) else { return nil }
        let value = read(text)
        if value == nil { report(key, code) }
        return value
    }

    func choice<Value: Named>(_ key: SettingKey) -> Value? { value(key) { Value(named: $0) } }

    /// A cell of four bytes, or a decimal number.
    func number(_ key: SettingKey, in range: ClosedRange<UInt64>) -> UInt64? {
        let number: UInt64?
        switch form {
        case .node(let view):
            guard let word = view.word(key.schema.property) else { return nil }
            number = UInt64(word)
        case .text(let value):
            guard let text = value(key) else { return nil }
            number = Decimal.parse(text[...])
        }
        if let number, range.contains(number) { return number }
        report(key, .badPropertyValue)
        return nil
    }

    /// 32 bytes, or "sha256:" and 64 hexadecimal digits.
    func digest(_ key: SettingKey) -> Digest? {
        switch form {
        case .node(let view):
            return view.bytes(key.schema.property, count: HashAlgorithm.sha256.digestSize).flatMap {
                Digest(.sha256, bytes: $0)
            }
        case .text: return value(key) { Digest.sha256(text: $0) }
        }
    }

    /// Addresses and sizes, hexadecimal in texts: "0x100000+0x2000,0x200000+0x10".
    func segments(_ key: SettingKey) -> [Segment] {
        var cells: [UInt64] = []
        switch values(key) {
        case nil: return []
        case .cells(let found): cells = found
        case .texts(let texts):
            for text in texts.flatMap({ $0.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) }) {
                let numbers = text.split(separator: UInt8(ascii: "+"), omittingEmptySubsequences: false).map {
                    Hexadecimal.number($0)
                }
                guard numbers.count == 2, case let address?? = numbers.first, case let size?? = numbers.last else {
                    report(key, .badPropertyValue)
                    return []
                }
                cells += [address, size]
            }
        }
        let (segments, problem) = Segment.list(cells)
        if let problem { report(key, problem) }
        return segments
    }

    /// Decimal, or hexadecimal after 0x.
    static func number(_ text: ArraySlice<UInt8>) -> UInt64? { Hexadecimal.number(text) ?? Decimal.parse(text) }
}
