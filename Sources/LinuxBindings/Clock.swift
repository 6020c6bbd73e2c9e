// SPDX-License-Identifier: Apache-2.0

import CLinuxShim

/// Linux's monotonic clock.
enum Clock {
    /// Since some moment before this program's start.
    static func microseconds() -> UInt64 {
        var now = timespec()
        // Safety: the structure is ours and lives through the call.
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000
    }

    static func sleep(microseconds: UInt64) {
        var rest = timespec(tv_sec: Int(microseconds / 1_000_000), tv_nsec: Int(microseconds % 1_000_000) * 1000)
        // Safety: the structure is ours and lives through the call.
        unsafe nanosleep(&rest, nil)
    }
}
