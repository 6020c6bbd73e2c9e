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
    typealias BootStore = FaultingStore
#else
    typealias BootStore = TSS2MeasurementStore
#endif
typealias BootMachine = Machine<XenctrlHypervisor, BootStore, ConsoleJournal, LibcryptoHash>

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
        let preparation = Preparation.run()
        let ending = Ending(preparation.arguments)
        let host: XenctrlHypervisor
        do throws(SystemError) {
            host = try XenctrlHypervisor()
        } catch {
            // No domain can be unpaused, by DomB or by anybody in this domain.
            ending.fail(preparation.journal, unpaused: [], LaunchFailure(.prepare, .system(error)))
        }
        var machine = BootMachine(
            host: host, store: BootStore(device: "/dev/tpm0"), journal: preparation.journal,
            hashing: LibcryptoHash.self, arguments: preparation.arguments)
        do throws(LaunchFailure) {
            let handoff = try BootLaunch(preparation).run(on: &machine)
            handoff.perform(machine, orElse: ending)
        } catch {
            ending.fail(machine, error)
        }
    }
}
