// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

/// A domain's memory from address 0 on; the first eight bytes are where the RSDP lies. Checksums are put right as tables
/// are read, so that the fuzzer gets past them, and whatever is found has to lie in the memory.
func fuzz(_ input: [UInt8]) {
    guard input.count >= 8 else { return }
    let rsdp = input[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    let end = UInt64(input.count)
    var asked = 0
    let found: [Segment]
    do throws(MeasurementError) {
        found = try ACPIWalk.tables(from: rsdp, below: end) { (address: UInt64, count: Int) throws(MeasurementError) in
            asked += 1
            var bytes = [UInt8](input[Int(address)..<Int(address) + count])
            if address == rsdp, count == 36 {
                (bytes[8], bytes[32]) = (0, 0)
                bytes[8] = 0 &- bytes[..<20].reduce(0, &+)
                bytes[32] = 0 &- bytes.reduce(0, &+)
            } else {
                bytes[9] = 0
                bytes[9] = 0 &- bytes.reduce(0, &+)
            }
            return bytes
        }
    } catch {
        return
    }
    precondition(found.count <= 64 && asked <= 2 * 64 && !found.isEmpty)
    for segment in found {
        precondition(segment.byteCount >= 36 && segment.address <= end && segment.byteCount <= end - segment.address)
    }
}
