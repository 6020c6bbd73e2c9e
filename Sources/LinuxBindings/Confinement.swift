// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// What PID 1 takes from itself before it looks at domains: docs/confinement.md.
public enum Confinement {
    /// Gives up mounts, capabilities and every Linux call outside of a fixed list; a call that is not in it ends the program.
    /// None of it can be taken back, an exec included. Does nothing where the caller is not PID 1.
    public static func enter() throws(SystemError) {
        guard domb_process_id() == 1 else { return }
        let result = domb_confine()
        guard result == 0 else { throw SystemError(.confine, code: -result) }
    }
}
