// SPDX-License-Identifier: Apache-2.0

import Platform

/// The MODULE_TYPES entry: at +8 the count, at +12 one byte for each module from number 1 on.
struct XLCMModuleTypes {
    static let kernel: UInt8 = 2
    static let ramdisk: UInt8 = 3

    /// `nil` where the LCM has no such entry.
    private var types: [UInt8]?

    init(_ file: XLCM, _ problems: ProblemList) {
        for entry in file.entries where entry.type == .moduleTypes {
            guard entry.range.count >= 12 else {
                problems.report(ParseError(.badPropertyLength, at: entry.range.lowerBound))
                continue
            }
            let count = Int(file.integer(entry, 8, 4))
            guard count <= entry.range.count - 12 else {
                problems.report(ParseError(.badPropertyLength, at: entry.range.lowerBound + 8))
                continue
            }
            if types != nil { problems.report(ParseError(.duplicateName, at: entry.range.lowerBound)) }
            if !file.isZero(entry, from: 12 + count) {
                problems.report(ParseError(.trailingData, at: entry.range.lowerBound + 12 + count))
            }
            types = file.bytes(entry, 12, count)
        }
    }

    /// True where module `index` may be what a domain takes it for.
    func allows(_ index: UInt8, as type: UInt8) -> Bool {
        guard let types else { return true }
        return Int(index) <= types.count && types[Int(index) - 1] == type
    }
}
