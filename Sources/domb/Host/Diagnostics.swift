// SPDX-License-Identifier: Apache-2.0

import Glibc
import Verification

/// What goes to standard error: for whoever runs the command, never part of its result.
enum Diagnostics {
    /// Several lines where there are several; no name in them moves a cursor.
    static func write(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { inOneLine(String($0)) }
        let bytes = [UInt8]((lines.joined(separator: "\n") + "\n").utf8)
        // Safety: the call reads at most the buffer's own count, inside the closure.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
