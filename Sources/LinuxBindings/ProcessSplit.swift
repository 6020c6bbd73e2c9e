// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// PID 1 in two processes: one that works, and can be confined for good, and one that waits, to become another program then.
public enum ProcessSplit {
    /// In which of the two the caller goes on.
    public enum Side {
        /// The descriptor takes the report, for as long as this process lives.
        case worker(report: Int32)
        /// The worker has ended as it should, and this is its report.
        case waiter(report: [UInt8])
    }

    /// More than any event log.
    private static let reportLimit = 64 << 20

    /// Returns at once in the worker, and in the caller's own process once that has ended with status 0. Where it ends in any
    /// other way the caller ends, too: of PID 1 that is a kernel panic, which no hypervisor takes for a completed launch.
    public static func begin() throws(SystemError) -> Side {
        var end: Int32 = -1
        // Safety: the number is ours and lives through the call.
        let worker = unsafe domb_split(&end)
        guard worker >= 0 else { throw SystemError(.split, code: domb_last_error()) }
        if worker == 0 { return .worker(report: end) }
        var status: Int32 = -1
        do throws(Errno) {
            let report = try OpenFile(taking: end).readAll(limit: reportLimit)
            // Safety: the number is ours and lives through the call.
            try Errno.check(unsafe waitpid(worker, &status, 0))
            if status == 0 { return .waiter(report: report) }
        } catch {}
        PowerControl.exit(1)
    }
}
