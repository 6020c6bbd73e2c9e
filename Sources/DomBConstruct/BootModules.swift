// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import LinuxBindings
import Platform

/// The files that domains are built from.
enum BootModules {
    /// Removes every file of the folder. With Linux's init_on_free=1 nothing of them is left in memory then.
    static func removeAll(from folder: StaticString) throws(SystemError) {
        let path = CPath(folder)
        do throws(Errno) {
            for name in try Folder.names(in: path, .files) {
                guard let file = CPath(path.bytes + [UInt8(ascii: "/")] + name) else { throw Errno.invalid }
                // Safety: the array lives through the call and ends in zero.
                try Errno.check(unsafe unlink(file.characters))
            }
        } catch {
            throw SystemError(.removeImage, code: error.code, path: path.bytes)
        }
    }
}
