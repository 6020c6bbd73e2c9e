// SPDX-License-Identifier: Apache-2.0

import CLinuxShim

/// The identity of this program.
public enum BuildID {
    /// The linker's GNU build id: a digest over the program's contents. Empty if it was linked without one.
    public static func own() -> [UInt8] {
        let capacity = 64
        return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            // Safety: the shim writes at most `capacity` bytes and says how many.
            count = unsafe domb_build_id(buffer.baseAddress, capacity)
        }
    }
}
