// SPDX-License-Identifier: Apache-2.0

import CLaunchShim
import CLinuxShim
import LinuxBindings
import Platform

/// What a command does for itself.
enum CommandProcess {
    /// Closes every descriptor but the standard three. Returns the words behind the program's name: Embedded Swift is not
    /// given them.
    static func begin() throws(SystemError) -> [[UInt8]] {
        do throws(Errno) {
            let result = domb_begin_command()
            guard result == 0 else { throw Errno(-result) }
            let bytes = try OpenFile(CPath("/proc/self/cmdline")).readAll(limit: 65536)
            let words = bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false)
            return words.dropFirst().map { [UInt8]($0) }
        } catch {
            throw SystemError(.readProcesses, code: error.code)
        }
    }

    /// The LCM, copied once. EFBIG beyond `limit` bytes, EINVAL for what is no file.
    static func readModule(_ path: [UInt8], limit: Int) throws(SystemError) -> [UInt8] {
        do throws(Errno) {
            guard let name = CPath(path) else { throw Errno.invalid }
            let file = try OpenFile(name)
            let size = domb_file_size(file.descriptor)
            guard size >= 0 else { throw Errno(Int32(-size)) }
            return try file.readAll(limit: limit)
        } catch {
            throw SystemError(.openModuleFile, code: error.code, path: path)
        }
    }
}
