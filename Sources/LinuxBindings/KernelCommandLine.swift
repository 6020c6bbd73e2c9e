// SPDX-License-Identifier: Apache-2.0

import Platform

/// Linux's own command line.
public enum KernelCommandLine {
    /// /proc/cmdline without its line end. Linux limits it to 2,048 bytes on x86.
    public static func read() throws(SystemError) -> [UInt8] {
        do throws(Errno) {
            var bytes = try OpenFile(CPath("/proc/cmdline")).readAll(limit: 65536)
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            return bytes
        } catch {
            throw SystemError(.readCommandLine, code: error.code)
        }
    }
}
