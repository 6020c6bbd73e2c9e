// SPDX-License-Identifier: Apache-2.0

import LinuxBindings
import Platform
import Sequencer
import TPMBindings
import CryptoBindings
import LaunchControl
import XenBindings

/// How PID 1 ends where no other program takes its place. Every failure comes here, from whatever stage, with the TPM still
/// open; nowhere else is anything switched off.
enum Ending {
    static func fail(_ machine: consuming BootMachine, _ failure: LaunchFailure) -> Never {
        let end = machine.end(after: failure)
        machine.host.journal.flush()
        switch end {
        case .powerOff: PowerControl.end(.powerOff)
        case .reboot: PowerControl.end(.reboot)
        case .hold: park(machine)
        }
    }

    /// The Recovery Domain runs. The boot domain stays: its own end might count as that of a good launch (I6).
    static func recovered(_ machine: consuming BootMachine, _ failure: LaunchFailure) -> Never {
        machine.host.journal.report(failure, isRecovered: true, unpaused: machine.unpaused)
        machine.host.journal.note("end: hold")
        machine.host.journal.flush()
        park(machine)
    }

    /// Holding nothing.
    static func park(_ machine: consuming BootMachine) -> Never {
        release(machine.releaseTPM())
        PowerControl.closeDescriptors()
        PowerControl.sleepForEver()
    }

    private static func release(_ host: consuming XenctrlHypervisor<ConsoleJournal>) {}
}
