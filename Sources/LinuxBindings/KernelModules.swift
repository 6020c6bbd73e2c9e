// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// Kernel modules of the initramfs.
public enum KernelModules {
    /// Loads every file of the folder, in name order. No folder: nothing to load.
    public static func loadAll(from folder: StaticString) throws(SystemError) {
        let path = CPath(folder)
        let names: [[UInt8]]
        do throws(Errno) {
            names = try Folder.names(in: path, .files)
        } catch {
            if error == .noEntry { return }
            throw SystemError(.openModule, code: error.code, path: path.bytes)
        }
        for name in names {
            try load(path.bytes + [UInt8(ascii: "/")] + name)
        }
    }

    private static func load(_ bytes: [UInt8]) throws(SystemError) {
        guard let path = CPath(bytes) else { throw SystemError(.openModule, code: Errno.invalid.code, path: bytes) }
        do throws(Errno) {
            let file = try OpenFile(path)
            try Errno.check(domb_finit_module(file.descriptor))
        } catch {
            // One that is loaded already is fine.
            if error != .exists { throw SystemError(.loadModule, code: error.code, path: bytes) }
        }
    }
}
