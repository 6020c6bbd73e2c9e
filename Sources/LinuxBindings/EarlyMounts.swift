// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// The kernel file systems that PID 1 needs, each fine if it is mounted already.
public enum EarlyMounts {
    /// /proc, /sys and /dev. The corresponding system call is `mount`.
    public static func mountAll() throws(SystemError) {
        try mount("proc", on: "/proc")
        try mount("sysfs", on: "/sys")
        try mount("devtmpfs", on: "/dev")
    }

    /// xenfs, which tells xenstored where the kernel's own ring is.
    public static func mountXen() throws(SystemError) { try mount("xenfs", on: "/proc/xen") }

    private static func mount(_ type: StaticString, on target: StaticString) throws(SystemError) {
        let typeName = CPath(type)
        let path = CPath(target)
        // Safety: both arrays live through the call and end in zero.
        let result = unsafe typeName.characters.withUnsafeBufferPointer { name in
            unsafe path.characters.withUnsafeBufferPointer { unsafe domb_mount(name.baseAddress, $0.baseAddress) }
        }
        guard result == 0 else { throw SystemError(.mount, code: -result, path: path.bytes) }
    }
}
