// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// ACPI tables, each behind its length in two bytes. Their checksums are put right, so that the fuzzer gets past them.
func fuzz(_ input: [UInt8]) {
    var tables: [[UInt8]] = []
    var rest = input[...]
    while rest.count >= 2, tables.count < 200 {
        let count = Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8
        var table = [UInt8](rest.dropFirst(2).prefix(count))
        rest = rest.dropFirst(2 + count)
        if table.count > 9 {
            table[9] = 0
            table[9] = 0 &- table.reduce(0, &+)
        }
        tables.append(table)
    }
    _ = try? LaunchControlContainer.assemble(tables, hashing: ZeroHash.self)
}
