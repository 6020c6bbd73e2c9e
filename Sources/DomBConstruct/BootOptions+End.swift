// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LinuxBindings
import Platform

extension BootOptions {
    /// What follows a failure: `domb.end=poweroff|reboot|hold`. Anything else powers off; domb-init is who refuses it.
    static func end(in commandLine: [UInt8]) -> PowerControl.End {
        guard let value = value(of: "domb.end", in: commandLine) else { return .powerOff }
        if value == Line("reboot").bytes { return .reboot }
        return value == Line("hold").bytes ? .hold : .powerOff
    }
}
