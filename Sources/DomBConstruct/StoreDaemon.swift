// SPDX-License-Identifier: Apache-2.0

import CConstructShim
import CLinuxShim
import LinuxBindings
import Platform

/// xenstored as a process of the boot domain: /xenstored of the initramfs.
enum StoreDaemon {
    /// Under TCG it answers within a second.
    private static let patience: UInt32 = 20_000_000
    private static let pause: UInt32 = 10_000

    /// Starts it and waits until it answers. EBADMSG for another program than the LCM's; ECHILD for one that ends.
    static func start<Hash: ContentHash>(expecting digest: Digest, hashing: Hash.Type) throws(SystemError) {
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
        // Safety: both arrays live through the call and end in zero.
        let process = unsafe domb_spawn(program.descriptor, path.characters, CPath("-N").characters)
        guard process >= 0 else { throw SystemError(.execute, code: domb_last_error(), path: path.bytes) }
        try wait(for: process)
    }

    private static func wait(for process: Int32) throws(SystemError) {
        let socket = CPath("/var/run/xenstored/socket")
        var waited: UInt32 = 0
        while true {
            // Safety: the array lives through the call and ends in zero.
            if unsafe domb_connect(socket.characters) == 0 { return }
            let code = domb_last_error()
            if waitpid(process, nil, WNOHANG) != 0 {
                throw SystemError(.startStore, code: 10, path: socket.bytes)
            }
            guard waited < patience else { throw SystemError(.startStore, code: code, path: socket.bytes) }
            usleep(pause)
            waited += pause
        }
    }
}
