// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import SimulatedPlatform

struct TableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table", abstract: "Pack an LCM into ACPI tables.",
        discussion: """
            Writes PREFIX1.aml, PREFIX2.aml and so on, as many as the LCM needs, and prints their names. \
            QEMU takes each by -acpitable file=, GRUB by its acpi command. With --initramfs it writes PREFIX.cpio instead, \
            an archive to put before the boot domain's initramfs: Linux itself takes the tables from there, without GRUB.
            """)

    @Argument(help: "The LCM: a device tree blob.", completion: .file())
    var lcm: String
    @Option(help: "Path and start of the tables' names.", completion: .file())
    var output: String
    @Flag(help: "Write an archive for the front of the initramfs.")
    var initramfs = false
    @Option(
        help: "The tables' signature. A PVH boot domain before Xen 4.20 gets MSDM, and not OEM1. (default: OEM1)")
    var signature: String?
    @Flag(help: "Pack whatever FILE holds, unread: to test how DomB refuses it.")
    var unchecked = false

    func validate() throws {
        guard let signature else { return }
        guard signature.utf8.count == 4,
            signature.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) })
        else { throw ValidationError("--signature: four capital letters or digits") }
        guard !initramfs else {
            throw ValidationError("--signature and --initramfs: Linux takes the archive's by its own")
        }
    }

    func run() throws {
        let module = try HostFile.read(lcm, limit: Limits.moduleBytes)
        if !unchecked { _ = try LaunchControlFile(lcm, module) }
        let tables = try LaunchControlContainer.written(module, lcm, signature: signature ?? "OEM1")
        if initramfs {
            try HostFile.write(EarlyArchive(tables).content, to: "\(output).cpio")
            try StandardOutput.print("\(output).cpio")
            return
        }
        let files = tables.enumerated().map { index, table in (content: table, path: "\(output)\(index + 1).aml") }
        try HostFile.write(files)
        try StandardOutput.print(files.map { $0.path }.joined(separator: "\n"))
    }
}
