// SPDX-License-Identifier: Apache-2.0

import LinuxBindings
import Platform
import Sequencer
import TPMBindings
import XenBindings

/// The end of a launch that failed: it is told, recorded, and then the command line's `domb.end` happens. Nothing that is
/// paused is unpaused, and nothing here signals completion to Xen (I6).
struct Ending {
    private let arguments: LaunchArguments

    init(_ arguments: LaunchArguments) { self.arguments = arguments }

    func fail(_ machine: consuming BootMachine, _ failure: LaunchFailure) -> Never {
        machine.recordFailure(failure)
        tell(&machine.journal, unpaused: machine.unpaused, failure)
        let mayLeave = machine.endHost(arguments.end)
        machine.journal.flush()
        if mayLeave { end() }
        PowerControl.end(.hold)
    }

    /// The Recovery Domain runs. The boot domain stays: its own end might count as that of a good launch (I6).
    func recovered(_ machine: consuming BootMachine, _ failure: LaunchFailure) -> Never {
        var journal = machine.journal
        let unpaused = machine.unpaused
        Self.release(machine.releaseStore())
        journal.report(failure, isRecovered: true, unpaused: unpaused)
        journal.note("end: hold")
        journal.flush()
        PowerControl.closeDescriptors()
        PowerControl.end(.hold)
    }

    private static func release(_ host: consuming XenctrlHypervisor) {}

    func fail(_ journal: ConsoleJournal, unpaused: [DomainID], _ failure: LaunchFailure) -> Never {
        var journal = journal
        tell(&journal, unpaused: unpaused, failure)
        end()
    }

    private func tell(_ journal: inout ConsoleJournal, unpaused: [DomainID], _ failure: LaunchFailure) {
        journal.report(failure, unpaused: unpaused)
        journal.note("end: \(arguments.end.name)")
        journal.flush()
    }

    private func end() -> Never {
        switch arguments.end {
        case .powerOff: PowerControl.end(.powerOff)
        case .reboot: PowerControl.end(.reboot)
        case .hold: PowerControl.end(.hold)
        }
    }
}
