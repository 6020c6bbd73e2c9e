// SPDX-License-Identifier: Apache-2.0

import Platform

/// Lists: at most `Limits.ranges` items, in ascending order, so that one configuration has one form.
extension SettingSource {
    /// At least one item of as many numbers as there are separators and one more: cells of `width` bytes, or texts with
    /// commas between, as "0x3f8+8,0x60+1" where the separator is "+". `number` reads a text's number by its place.
    func items<Item>(
        _ key: StaticString, bytes width: Int, separators: Line,
        number: (Int, ArraySlice<UInt8>) -> UInt64? = { Self.number($1) }, _ item: ([UInt64]) -> Item?,
        ascending: (Item, Item) -> Bool
    ) -> [Item] {
        guard let cells = cells(key, bytes: width, separators: separators, number) else { return [] }
        let count = separators.bytes.count + 1
        guard !cells.isEmpty, cells.count % count == 0 else {
            report(key, .badPropertyLength)
            return []
        }
        let groups = stride(from: 0, to: cells.count, by: count).map { [UInt64](cells[$0..<($0 + count)]) }
        return items(key, groups, item, ascending: ascending)
    }

    /// A string for each item, or a text with separators between.
    func items<Item>(
        _ key: StaticString, separator: Unicode.Scalar = ",", _ item: (ArraySlice<UInt8>) -> Item?,
        ascending: (Item, Item) -> Bool = { _, _ in true }
    ) -> [Item] {
        var texts: [ArraySlice<UInt8>]?
        switch form {
        case .node(let view): texts = view.strings(Self.property(key))
        case .text(let value):
            texts = value(key)?.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false)
        }
        return items(key, texts ?? [], item, ascending: ascending)
    }

    private func items<Raw, Item>(
        _ key: StaticString, _ raw: [Raw], _ item: (Raw) -> Item?, ascending: (Item, Item) -> Bool
    ) -> [Item] {
        var items: [Item] = []
        var problem: ParseError.Code? = raw.count <= Limits.ranges ? nil : .limitExceeded
        for raw in raw where problem == nil {
            guard let next = item(raw) else {
                problem = .badPropertyValue
                break
            }
            if let last = items.last, !ascending(last, next) { problem = .notAscending }
            items.append(next)
        }
        guard let problem else { return items }
        report(key, problem)
        return []
    }

    /// Addresses and sizes, hexadecimal in texts: "0x100000+0x2000,0x200000+0x10".
    func segments(_ key: StaticString) -> [Segment] {
        guard let cells = cells(key, bytes: 8, separators: "+", { Hexadecimal.number($1) }) else { return [] }
        let (segments, problem) = Segment.list(cells)
        if let problem { report(key, problem) }
        return segments
    }

    private func cells(
        _ key: StaticString, bytes width: Int, separators: Line, _ number: (Int, ArraySlice<UInt8>) -> UInt64?
    ) -> [UInt64]? {
        switch form {
        case .node(let view): return view.cells(Self.property(key), bytes: width)
        case .text(let value):
            guard let text = value(key) else { return nil }
            var cells: [UInt64] = []
            for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                guard let numbers = Self.numbers(part, separators.bytes, number) else {
                    report(key, .badPropertyValue)
                    return nil
                }
                cells += numbers
            }
            return cells
        }
    }

    private static func numbers(
        _ text: ArraySlice<UInt8>, _ separators: [UInt8], _ number: (Int, ArraySlice<UInt8>) -> UInt64?
    ) -> [UInt64]? {
        var numbers: [UInt64] = []
        var rest = text
        for (place, separator) in separators.enumerated() {
            guard let end = rest.firstIndex(of: separator), let next = number(place, rest[..<end]) else { return nil }
            numbers.append(next)
            rest = rest[(end + 1)...]
        }
        guard let last = number(separators.count, rest) else { return nil }
        return numbers + [last]
    }
}
