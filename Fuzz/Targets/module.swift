// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A whole LCM, device tree or xLCM: reading ends, and a module without problems is one that parses.
func fuzz(_ bytes: [UInt8]) {
    let reading = LCM.read(bytes, hashing: ZeroHash.self)
    precondition(reading.lcm != nil || !reading.problems.isEmpty)
    if reading.problems.isEmpty {
        let parsed = try? LCM(parsing: bytes, hashing: ZeroHash.self)
        precondition(parsed == reading.lcm)
    }
}
