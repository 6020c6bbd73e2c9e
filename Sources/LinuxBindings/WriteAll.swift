// SPDX-License-Identifier: Apache-2.0

import CLinuxShim

/// Whether all of it was taken.
public func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
        // Safety: the array lives through the call, which reads no more than the rest of it.
        let count = unsafe bytes[done...].withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return false }
        done += count
    }
    return true
}
