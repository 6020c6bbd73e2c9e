// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// "64M" on the command line: a number and K, M or G.
struct MemorySize: ExpressibleByArgument {
    let kibibytes: UInt64

    init?(argument: String) {
        let units: [Character: UInt64] = ["K": 1, "M": 1 << 10, "G": 1 << 20]
        guard let unit = argument.last.flatMap({ units[$0] }), let number = DescriptionValue.number(argument.dropLast())
        else { return nil }
        let (kibibytes, overflow) = number.multipliedReportingOverflow(by: unit)
        if overflow { return nil }
        self.kibibytes = kibibytes
    }
}
