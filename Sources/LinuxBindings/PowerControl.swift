// SPDX-License-Identifier: Apache-2.0

import CLinuxShim

/// The ways in which PID 1 ends when it may not simply go on. None of them returns.
public enum PowerControl {
    /// What becomes of the machine.
    public enum End: Sendable {
        case powerOff, reboot
        /// The boot domain stays, inert, with whatever is paused still paused.
        case hold
    }

    /// The corresponding system call is `reboot`; where it fails, or for `hold`, PID 1 sleeps for ever.
    public static func end(_ end: End) -> Never {
        switch end {
        case .powerOff: _ = domb_power(DOMB_POWER_OFF)
        case .reboot: _ = domb_power(DOMB_REBOOT)
        case .hold: break
        }
        // Returning from PID 1 would panic the kernel, and a crash of the boot domain may mean more than a halt.
        sleepForEver()
    }

    /// For a program that is not PID 1. The corresponding system call is `exit_group`.
    public static func exit(_ status: Int32) -> Never { domb_exit(status) }

    /// Without using the processor.
    public static func sleepForEver() -> Never { domb_sleep_for_ever() }

    /// The largest resident set of this process so far, in KiB.
    public static func peakMemory() -> UInt64 { UInt64(max(0, domb_peak_memory())) }

    /// Closes every descriptor above the console's three.
    public static func closeDescriptors() { _ = domb_close_from(3) }
}
