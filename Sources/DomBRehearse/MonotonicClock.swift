// SPDX-License-Identifier: Apache-2.0

import Glibc

enum MonotonicClock {
    static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        // Safety: the structure is ours and lives through the call.
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
