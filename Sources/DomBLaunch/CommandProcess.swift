// SPDX-License-Identifier: Apache-2.0

import CLaunchShim
import CLinuxShim
import LinuxBindings
import Platform

/// What a command does for itself.
enum CommandProcess {
    /// Closes every descriptor but the standard three. Returns the words behind the program's name.
    static func begin() throws(SystemError) -> [[UInt8]] {
        guard domb_begin_command() >= 0 else { throw SystemError(.readProcesses, code: domb_last_error()) }
        return [[UInt8]](try Processes.arguments().dropFirst())
    }

    /// The LCM, copied once. EFBIG beyond `limit` bytes, EINVAL for what is no file.
    static func readModule(_ path: [UInt8], limit: Int) throws(SystemError) -> [UInt8] {
        do throws(Errno) {
            guard let name = CPath(path) else { throw Errno.invalid }
            let file = try OpenFile(name)
            var status = stat()
            // Safety: the structure is ours and lives through the call.
            try Errno.check(unsafe fstat(file.descriptor, &status))
            guard status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) else { throw Errno.invalid }
            return try file.readAll(limit: limit)
        } catch {
            throw SystemError(.openModuleFile, code: error.code, path: path)
        }
    }
}
