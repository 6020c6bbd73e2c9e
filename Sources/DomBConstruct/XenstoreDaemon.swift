// SPDX-License-Identifier: Apache-2.0

import CConstructShim
import CLinuxShim
import LinuxBindings
import Platform

/// xenstored as a process of the boot domain: /xenstored of the initramfs. Guests speak to it while others are still to be
/// unpaused, so it is confined from its first instruction: docs/confinement.md.
enum XenstoreDaemon {
    /// All that it sees of the file system: its socket, its devices, xenfs.
    private static let root: StaticString = "/xenstore"
    private static let folders: [StaticString] = [
        "/xenstore", "/xenstore/dev", "/xenstore/dev/xen", "/xenstore/proc", "/xenstore/var", "/xenstore/var/run",
        "/xenstore/var/run/xenstored", "/var", "/var/run",
    ]
    /// Rings, events, and hypercalls with their buffers. No TPM, no console device.
    private static let devices: [(device: StaticString, copy: StaticString)] = [
        ("/dev/xen/gntdev", "/xenstore/dev/xen/gntdev"), ("/dev/xen/evtchn", "/xenstore/dev/xen/evtchn"),
        ("/dev/xen/privcmd", "/xenstore/dev/xen/privcmd"), ("/dev/xen/hypercall", "/xenstore/dev/xen/hypercall"),
    ]
    /// SIGSYS
    private static let forbiddenCall: Int32 = 31
    /// Under TCG it answers within a second.
    private static let patience: UInt32 = 20_000_000
    private static let pause: UInt32 = 10_000

    /// Starts it and waits until it answers. EBADMSG for another program than the LCM's; ECHILD for one that ends; EPERM for
    /// one that makes a call that it may not make.
    static func start<Hash: ContentHash>(expecting digest: Digest, hashing: Hash.Type) throws(SystemError) {
        let path = CPath("/xenstored")
        let program = try ProgramFile(path: path.bytes)
        guard try program.digest(Hash.self).digest == digest else {
            throw SystemError(.checkXenstore, code: 74, path: path.bytes)
        }
        try makeRoot()
        // Safety: the arrays live through the call and end in zero.
        let process = unsafe domb_spawn_store(
            program.descriptor, path.characters, CPath("-N").characters, CPath(root).characters)
        guard process >= 0 else { throw SystemError(.execute, code: domb_last_error(), path: path.bytes) }
        try wait(for: process)
    }

    private static func makeRoot() throws(SystemError) {
        for folder in folders.map({ CPath($0) }) {
            do throws(Errno) {
                try Folder.make(folder)
            } catch {
                throw SystemError(.makeXenstoredRoot, code: error.code, path: folder.bytes)
            }
        }
        for (device, copy) in devices {
            let path = CPath(device)
            // Safety: both arrays live through the call and end in zero.
            guard unsafe domb_copy_device(path.characters, CPath(copy).characters) == 0 else {
                throw SystemError(.makeXenstoredRoot, code: domb_last_error(), path: path.bytes)
            }
        }
        try EarlyMounts.mountXen(on: "/xenstore/proc/xen")
        // Where libxenstore looks for the socket.
        let link = CPath("/var/run/xenstored")
        // Safety: both arrays live through the call and end in zero.
        guard unsafe symlink(CPath("/xenstore/var/run/xenstored").characters, link.characters) == 0 else {
            throw SystemError(.makeXenstoredRoot, code: domb_last_error(), path: link.bytes)
        }
    }

    private static func wait(for process: Int32) throws(SystemError) {
        let socket = CPath("/var/run/xenstored/socket")
        var waited: UInt32 = 0
        while true {
            // Safety: the array lives through the call and ends in zero.
            if unsafe domb_connect(socket.characters) == 0 { return }
            let code = domb_last_error()
            let status = domb_ended(process)
            if status != 0 {
                guard status & 0x7F != forbiddenCall else {
                    throw SystemError(.xenstoredForbidden, code: 1, path: CPath("/xenstored").bytes)
                }
                throw SystemError(.startXenstored, code: 10, path: socket.bytes)
            }
            guard waited < patience else { throw SystemError(.startXenstored, code: code, path: socket.bytes) }
            usleep(pause)
            waited += pause
        }
    }
}
