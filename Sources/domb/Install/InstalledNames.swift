// SPDX-License-Identifier: Apache-2.0

/// What `domb install` calls its files below the boot folder.
enum InstalledNames {
    static let folder = "domb"
    static let lcm = "\(folder)/lcm.dtb"
    /// Path and start of the ACPI tables' names.
    static let tables = "\(folder)/lcm"
    static let initramfs = "\(folder)/initramfs"

    static func image(_ index: UInt32) -> String { "\(folder)/image\(index)" }

    /// A file of the distribution's own, relative to the boot folder.
    static func relative(_ name: String, to boot: String) -> String {
        name.hasPrefix("\(boot)/") ? String(name.dropFirst(boot.count + 1)) : name
    }
}
