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
    @Flag(help: "Pack whatever FILE holds, unread: to test how DomB refuses it.")
    var unchecked = false

    func run() throws {
        let module = try HostFile.read(lcm, limit: Limits.moduleBytes)
        if !unchecked { _ = try LaunchControlFile(lcm, module) }
        let tables = try LaunchControlContainer.written(module, lcm)
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
