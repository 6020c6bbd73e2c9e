// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// An xLCM whose magic and length are always right, so that the fuzzer spends its time behind them.
func fuzz(_ input: [UInt8]) {
    guard input.count >= 8 else { return }
    var bytes = Line("xLCM").bytes
    bytes.append(littleEndian: UInt64(input.count), byteCount: 4)
    bytes += input[8...]
    let reading = LCM.read(bytes, hashing: ZeroHash.self)
    precondition(reading.lcm != nil || !reading.problems.isEmpty)
}
