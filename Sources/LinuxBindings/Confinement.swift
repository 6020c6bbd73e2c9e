// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// What PID 1 takes from itself before it looks at domains: docs/confinement.md.
public enum Confinement {
    /// Gives up mounts, capabilities and every Linux call outside of a fixed list; a call that is not in it ends the program.
    /// None of it can be taken back, an exec included. For PID 1, whose mounts are meant, or `apart` from it, for the process
    /// that works for it.
    public static func enter(apart: Bool) throws(SystemError) {
        guard domb_confine(apart) == 0 else { throw SystemError(.confine, code: domb_last_error()) }
    }
}
