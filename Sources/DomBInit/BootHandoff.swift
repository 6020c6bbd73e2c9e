// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LinuxBindings
import Platform
import Sequencer
import TPMBindings
import CryptoBindings
import XenBindings

/// The end of a good launch: one step, after which DomB can do nothing (I7).
struct BootHandoff {
    let kind: HandoffKind
    /// `nil` where nothing was launched: no LCM.
    let end: LaunchEnd?

    /// Leaves, and gives TPM and Xen back. Returns never; what fails here ends as any failure does, and the TPM is open for it.
    func perform(_ machine: consuming BootMachine, _ nextInit: consuming NextInit?) -> Never {
        if case .recovered(let failure) = end { Ending.recovered(machine, failure) }
        report(&machine)
        machine.announceHandoff(kind.operation)
        machine.host.journal.flush()
        switch kind {
        case .shutdown:
            if let failure = machine.shutDown() { Ending.fail(machine, failure) }
            PowerControl.sleepForEver()
        case .park: Ending.park(machine)
        case .execute:
            switch consume nextInit {
            case .some(let next): next.handOver(machine)
            // Without `domb.exec=` the plan has refused it.
            case .none:
                Ending.fail(machine, LaunchFailure(.handoff, .system(SystemError(.execute, code: Errno.noEntry.code))))
            }
        }
    }

    private func report(_ machine: inout BootMachine) {
        machine.host.journal.note("peak memory \(PowerControl.peakMemory()) KiB")
        guard let end else { return }
        machine.host.journal.note("\(machine.report(end)), handoff \(kind.name)")
    }
}
