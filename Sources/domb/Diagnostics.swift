// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What goes to standard error: for whoever runs the command, never part of its result.
enum Diagnostics {
    static func write(_ line: String) {
        let bytes = [UInt8]((line + "\n").utf8)
        // Safety: the call reads at most the buffer's own count, inside the closure.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
