// SPDX-License-Identifier: Apache-2.0

/// ACPI tables where Linux looks for them before it reads its firmware's: an uncompressed cpio archive at the front of the
/// initramfs, in kernel/firmware/acpi (Linux, Documentation/admin-guide/acpi/initrd_table_override.rst; needs
/// CONFIG_ACPI_TABLE_UPGRADE). The format is newc (cpio(5)): fields of eight hexadecimal digits, names and contents padded to
/// four bytes.
struct EarlyArchive {
    /// Linux takes signatures from a list of its own, which has no OEM* (drivers/acpi/tables.c, table_sigs). Nothing in Linux
    /// reads a table of this one, and DomB knows its own by their OEM table id.
    static let signature = Array("UEFI".utf8)
    private static let folder: UInt32 = 0o040755
    private static let file: UInt32 = 0o100644

    private(set) var content: [UInt8] = []
    private var count: UInt32 = 0

    init(_ tables: [[UInt8]]) {
        for path in ["kernel", "kernel/firmware", "kernel/firmware/acpi"] { add(path, Self.folder, []) }
        for (index, table) in tables.enumerated() {
            add("kernel/firmware/acpi/lcm\(index + 1).aml", Self.file, Self.signed(table))
        }
        add("TRAILER!!!", 0, [])
        // Of a compressed archive behind it the start has to be at a multiple of four.
        content += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// Under the other signature; byte 9 makes the sum of all bytes zero.
    private static func signed(_ table: [UInt8]) -> [UInt8] {
        var table = table
        table.replaceSubrange(0..<4, with: signature)
        table[9] = 0
        table[9] = 0 &- table.reduce(0, &+)
        return table
    }

    private mutating func add(_ name: String, _ mode: UInt32, _ data: [UInt8]) {
        count += 1
        let name = Array(name.utf8) + [0]
        // Inode, mode, uid, gid, links, time, size, four of devices, size of the name, checksum.
        let fields = [
            count, mode, 0, 0, 1, 0, UInt32(truncatingIfNeeded: data.count), 0, 0, 0, 0,
            UInt32(truncatingIfNeeded: name.count), 0,
        ]
        content += Array("070701".utf8)
        for field in fields {
            let digits = String(field, radix: 16, uppercase: true)
            content += Array((String(repeating: "0", count: 8 - digits.count) + digits).utf8)
        }
        content += name
        pad()
        content += data
        pad()
    }

    private mutating func pad() { content += [UInt8](repeating: 0, count: (4 - content.count % 4) % 4) }
}
