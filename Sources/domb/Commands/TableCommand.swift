// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import SimulatedPlatform

struct TableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table", abstract: "Pack an LCM into ACPI tables.",
        usage: "domb table [<options>] <lcm> --output <output>",
        discussion: """
            Writes PREFIX1.aml, PREFIX2.aml and so on, as many as the LCM needs, and prints their names. \
            QEMU takes each by -acpitable file=, GRUB by its acpi command. With --initramfs it writes PREFIX.cpio instead, \
            an archive to put before the boot domain's initramfs: Linux itself takes the tables from there, without GRUB.
            """)

    @Option(
        help: "Of a description: the folder of its image files. (default: its own)", completion: .directory)
    var images: String?
    @Argument(help: "The LCM, or what it is compiled from.", completion: .file())
    var lcm: String
    @Option(help: "Path and start of the tables' names.", completion: .file())
    var output: String
    @Flag(help: "Write an archive for the front of the initramfs.")
    var initramfs = false
    @Option(
        help:
            "The tables' signature. A PVH boot domain before Xen 4.20 gets MSDM, and not OEM1. (default: what a description needs, else OEM1)"
    )
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
        let (module, standard) = try packed()
        let tables = try LaunchControlContainer.written(module, lcm, signature: signature ?? standard)
        if initramfs {
            try HostFile.write(EarlyArchive(tables).content, to: "\(output).cpio")
            try StandardOutput.print("\(output).cpio")
            return
        }
        let files = tables.enumerated().map { index, table in (content: table, path: "\(output)\(index + 1).aml") }
        try HostFile.write(files)
        try StandardOutput.print(files.map { $0.path }.joined(separator: "\n"))
    }

    /// With the signature that the boot domain gets.
    private func packed() throws(CommandFailure) -> (content: [UInt8], signature: String) {
        guard !unchecked else { return (try HostFile.read(lcm, limit: Limits.moduleBytes), "OEM1") }
        let launch = try CompiledLaunch(reading: lcm, images: images)
        return (launch.content, launch.described?.description.tableSignature ?? "OEM1")
    }
}
