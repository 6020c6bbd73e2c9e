// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// xenstored as a process of the boot domain: /xenstored of the initramfs.
public enum StoreDaemon {
    /// Under TCG it answers within a second.
    private static let patience: UInt64 = 20_000_000
    private static let pause: UInt64 = 10_000

    /// Starts it and waits until it answers. EBADMSG for another program than the LCM's; ECHILD for one that ends.
    public static func start<Hash: ContentHash>(expecting digest: Digest, hashing: Hash.Type) throws(SystemError) {
        let path = CPath("/xenstored")
        let program = try ProgramFile(path: path.bytes)
        guard try program.digest(Hash.self).digest == digest else {
            throw SystemError(.checkStore, code: 74, path: path.bytes)
        }
        try EarlyMounts.mountXen()
        // Where xenstored makes its own, with the socket that libxenstore looks for.
        for folder in [CPath("/var"), CPath("/var/run")] {
            do throws(Errno) {
                try Folder.make(folder)
            } catch {
                throw SystemError(.startStore, code: error.code, path: folder.bytes)
            }
        }
        try wait(for: try program.spawn(argument: "-N"))
    }

    private static func wait(for process: Int32) throws(SystemError) {
        let socket = CPath("/var/run/xenstored/socket")
        var waited: UInt64 = 0
        while true {
            // Safety: the array lives through the call and ends in zero.
            if unsafe domb_connect(socket.characters) == 0 { return }
            let code = domb_last_error()
            if waitpid(process, nil, WNOHANG) != 0 {
                throw SystemError(.startStore, code: 10, path: socket.bytes)
            }
            guard waited < patience else { throw SystemError(.startStore, code: code, path: socket.bytes) }
            Clock.sleep(microseconds: pause)
            waited += pause
        }
    }
}
