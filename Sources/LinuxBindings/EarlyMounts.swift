// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// The kernel file systems that PID 1 needs, each fine if it is mounted already.
public enum EarlyMounts {
    /// /proc, /sys and /dev. The corresponding system call is `mount`.
    public static func mountAll() throws(SystemError) {
        try add("proc", on: "/proc", MS_NODEV)
        try add("sysfs", on: "/sys", MS_NODEV)
        try add("devtmpfs", on: "/dev", 0)
    }

    /// xenfs, which tells xenstored where the kernel's own ring is, below the folder that is its root.
    public static func mountXen(on folder: StaticString) throws(SystemError) { try add("xenfs", on: folder, MS_NODEV) }

    private static func add(_ type: StaticString, on target: StaticString, _ flags: Int) throws(SystemError) {
        let name = CPath(type).characters
        let path = CPath(target)
        do throws(Errno) {
            try Folder.make(path)
            // Safety: all arrays live through the call and end in zero.
            try Errno.check(unsafe mount(name, path.characters, name, UInt(MS_NOSUID | MS_NOEXEC | flags), nil))
        } catch {
            if error != .busy { throw SystemError(.mount, code: error.code, path: path.bytes) }
        }
    }
}
