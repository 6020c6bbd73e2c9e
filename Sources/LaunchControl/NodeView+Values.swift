// SPDX-License-Identifier: Apache-2.0

import Platform

extension NodeView {
    /// KiB in a cell of eight bytes, in one of four, or as text with a unit: the dialects differ.
    func kibibytes(_ name: StaticString) throws(ParseError) -> UInt64? {
        guard let property = property(name) else { return nil }
        let value = tree.value(property)
        // First of all: as a cell "64M" would be 867 GiB.
        if value.count <= 32, value.last == 0, let size = Self.size(value.dropLast()) { return size }
        switch value.count {
        case 8: return try longs(name)?.first
        case 4: return try word(name).map(UInt64.init)
        default: throw error(.badPropertyValue, property)
        }
    }

    /// "256M", "1G", "65536K"; bytes without a unit, in whole KiB.
    private static func size(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard let last = text.last else { return nil }
        let shift: UInt64? =
            switch last {
            case UInt8(ascii: "K"), UInt8(ascii: "k"): 0
            case UInt8(ascii: "M"), UInt8(ascii: "m"): 10
            case UInt8(ascii: "G"), UInt8(ascii: "g"): 20
            default: nil
            }
        guard let value = Decimal.parse(shift == nil ? text : text.dropLast()) else { return nil }
        guard let shift else { return value % 1024 == 0 ? value / 1024 : nil }
        let (scaled, overflow) = value.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : scaled
    }

    /// A SHA-256.
    func digest(_ name: StaticString) throws(ParseError) -> Digest? {
        try bytes(name, count: HashAlgorithm.sha256.digestSize).flatMap { Digest(.sha256, bytes: $0) }
    }

    func cpus(_ name: StaticString) throws(ParseError) -> CPUSet? {
        guard let text = try string(name, limit: 4096) else { return nil }
        guard let set = CPUList.parse(text) else { throw error(.badCPUList, missing: name) }
        return set
    }

    func short(_ name: StaticString, in range: ClosedRange<UInt32>) throws(ParseError) -> UInt16? {
        guard let value = try word(name) else { return nil }
        guard range.contains(value) else { throw error(.badPropertyValue, missing: name) }
        return UInt16(value)
    }

    /// The one of `values` that the property names.
    func choice<Value>(
        _ property: StaticString, _ values: [Value], name: (Value) -> StaticString
    ) throws(ParseError) -> Value? {
        guard let text = try string(property, limit: 32) else { return nil }
        for value in values where Line(name(value)).bytes == text { return value }
        throw error(.badPropertyValue, missing: property)
    }
}
