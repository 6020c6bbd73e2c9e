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
            func report(_ code: ParseError.Code, at offset: Int) {
                problems.report(ParseError(code, at: entry.start + offset))
            }
            guard entry.bytes.count >= 12 else {
                report(.badPropertyLength, at: 0)
                continue
            }
            let count = Int(entry.integer(8, 4))
            guard count <= entry.bytes.count - 12 else {
                report(.badPropertyLength, at: 8)
                continue
            }
            if types != nil { report(.duplicateName, at: 0) }
            if !entry.isZero(from: 12 + count) { report(.trailingData, at: 12 + count) }
            types = entry.field(12, count)
        }
    }

    /// True where module `index` may be what a domain takes it for.
    func allows(_ index: UInt8, as type: UInt8) -> Bool {
        guard let types else { return true }
        return Int(index) <= types.count && types[Int(index) - 1] == type
    }
}
