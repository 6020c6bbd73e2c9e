// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
import LaunchControl
import LinuxBindings
import Platform
import Sequencer
import TPMBindings
import XenBindings

#if DOMB_FAULT
    import FaultInjection
    typealias BootTPM = FaultingTPM
#else
    typealias BootTPM = TSS2Device
#endif
typealias BootMachine = Machine<XenctrlHypervisor<ConsoleJournal>, BootTPM, LibcryptoHash>

/// PID 1 of the boot domain. It never returns: a return from PID 1 is a kernel panic, and under Hyperlaunch an exit of
/// the boot domain may mean that all is well.
@main
struct DomBInit {
    static func main() {
        // The end of a launch that fails is the machine's.
        guard Processes.isInit else {
            var journal = ConsoleJournal(standardError: "domb-init")
            journal.note("this is the boot domain's PID 1; in a dom0 it is domb-launch")
            PowerControl.exit(64)
        }
        var preparation = Preparation.run()
        let nextInit = NextInit.split(&preparation)
        var machine = preparation.machine()
        do throws(LaunchFailure) {
            let handoff = try BootLaunch(preparation).run(on: &machine, nextInit)
            handoff.perform(machine, nextInit)
        } catch {
            Ending.fail(machine, error)
        }
    }
}
