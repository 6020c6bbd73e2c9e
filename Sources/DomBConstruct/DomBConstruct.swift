// SPDX-License-Identifier: Apache-2.0

import LinuxBindings
import Platform

/// PID 1 of the initramfs for a Xen that cannot build initial domains.
@main
struct DomBConstruct {
    static func main() {
        do throws(SystemError) {
            var stage = ConstructStage(journal: try ConsoleJournal(prefix: "domb-construct"))
            PowerControl.end(stage.run())
        } catch {
            // Without a console there is nobody to tell.
            PowerControl.end(.powerOff)
        }
    }
}
