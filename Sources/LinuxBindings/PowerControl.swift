// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// The ways in which PID 1 ends when it may not simply go on. None of them returns.
public enum PowerControl {
    /// What becomes of the machine.
    public enum End: Sendable {
        case powerOff, reboot
    }

    /// Syncs nothing: there is nothing on disk. The corresponding system call is `reboot`; where it fails, PID 1 sleeps for ever.
    public static func end(_ end: End) -> Never {
        switch end {
        case .powerOff: reboot(RB_POWER_OFF)
        case .reboot: reboot(RB_AUTOBOOT)
        }
        // Returning from PID 1 would panic the kernel, and a crash of the boot domain may mean more than a halt.
        sleepForEver()
    }

    /// For a program that is not PID 1. The corresponding system call is `exit_group`.
    public static func exit(_ status: Int32) -> Never { _exit(status) }

    /// Without using the processor.
    public static func sleepForEver() -> Never { while true { pause() } }

    /// The largest resident set of this process so far, in KiB.
    /// Zero where Linux does not say. Not getrusage: its figure outlives an exec.
    public static func peakMemory() -> UInt64 {
        guard let text = try? OpenFile(CPath("/proc/self/status")).read(atMost: 4096) else { return 0 }
        let line = text.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: Line("VmHWM:").bytes) }
        let digits = line?.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? []
        return Decimal.parse(digits[...]) ?? 0
    }

    /// Closes every descriptor above the console's three.
    public static func closeDescriptors() { domb_close_from(3) }
}
