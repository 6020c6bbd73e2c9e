// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform

/// Where `domb install` writes.
struct InstallPlaces: ParsableArguments {
    @Option(help: ArgumentHelp("The folder that GRUB boots from.", valueName: "folder"), completion: .directory)
    var boot = "/boot"
    @Option(
        help: ArgumentHelp("The folder of the scripts that update-grub runs.", valueName: "folder"),
        completion: .directory)
    var grubD = "/etc/grub.d"

    func validate() throws {
        for folder in [boot, grubD] {
            guard folder.hasPrefix("/"), !folder.hasSuffix("/"), !folder.contains(where: \.isNewline) else {
                throw ValidationError("'\(folder)': an absolute path without a slash at its end is wanted")
            }
        }
    }

    /// All of an installation but the script.
    var folder: String { "\(boot)/domb" }
    var list: String { "\(folder)/installed.sha256" }
    /// Behind Debian's 10_linux and 20_linux_xen: what is booted by default stays what it was.
    var script: String { "\(grubD)/45_domb" }

    /// Whether `domb install` could have written a file of that name: what the list says besides is nobody's to remove.
    /// By bytes: to a String two spellings of one letter are the same, to a disk they are not.
    func mayHaveWritten(_ path: [UInt8]) -> Bool {
        if path == Array(script.utf8) { return true }
        let start = Array("\(folder)/".utf8)
        guard path.starts(with: start) else { return false }
        let name = path.dropFirst(start.count)
        return name.elementsEqual("lcm.dtb".utf8) || name.elementsEqual("initramfs".utf8)
            || Self.isNumber(name, after: "lcm", before: ".aml") || Self.isNumber(name, after: "image", before: "")
    }

    /// A number as it is written here: without zeros before it.
    private static func isNumber(_ name: ArraySlice<UInt8>, after start: String, before end: String) -> Bool {
        guard name.starts(with: start.utf8), name.reversed().starts(with: end.utf8.reversed()) else { return false }
        let digits = name.dropFirst(start.utf8.count).dropLast(end.utf8.count)
        return digits.first != UInt8(ascii: "0") && Decimal.parse(digits).map { $0 <= UInt32.max } ?? false
    }

    /// No link leads to another folder.
    func checkFolder() throws(CommandFailure) {
        guard let status = FileStatus(folder, followingLinks: false), status.kind != .folder else { return }
        throw .refusal("\(folder): no folder of domb install's: a \(status.kind == .link ? "link" : "file")")
    }
}
