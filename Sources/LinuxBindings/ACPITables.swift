// SPDX-License-Identifier: Apache-2.0

import Platform

/// The ACPI tables as Linux shows them.
public enum ACPITables {
    private static let folder = CPath("/sys/firmware/acpi/tables")
    /// No table of interest is larger: an LCM part carries at most 65,499 bytes under QEMU, 4 MiB under any firmware.
    private static let sizeLimit = 4 << 20 | 4096

    /// Every table, header included, in the order of the file names. Linux shows several of one signature as
    /// OEM11, OEM12 and so on.
    public static func readAll() throws(SystemError) -> [[UInt8]] {
        var tables: [[UInt8]] = []
        do throws(Errno) {
            for name in try Folder.names(in: folder, .files) {
                guard let path = CPath(folder.bytes + [UInt8(ascii: "/")] + name) else { throw Errno.invalid }
                tables.append(try OpenFile(path).readAll(limit: sizeLimit))
            }
        } catch {
            throw SystemError(.readTable, code: error.code, path: folder.bytes)
        }
        return tables
    }
}
