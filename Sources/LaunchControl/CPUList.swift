// SPDX-License-Identifier: Apache-2.0

import Platform

/// "0-3,5" as a set of cpus: the form of dom0less's `hard-affinity`.
enum CPUList {
    /// `nil` for anything that is not such a list, or names a cpu beyond `Limits.cpus`.
    static func parse(_ text: [UInt8]) -> CPUSet? {
        var set = CPUSet()
        for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let bounds = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            guard bounds.count <= 2, let first = bounds.first.flatMap(cpu), let last = bounds.last.flatMap(cpu),
                first <= last
            else { return nil }
            for cpu in first...last { set.insert(cpu) }
        }
        return set
    }

    private static func cpu(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard let value = Decimal.parse(text), value < UInt64(Limits.cpus) else { return nil }
        return UInt32(value)
    }
}
