// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import SimulatedPlatform

struct TableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table", abstract: "Pack an LCM into ACPI tables.",
        discussion: """
            Writes PREFIX1.aml, PREFIX2.aml and so on, as many as the LCM needs, and prints their names. \
            QEMU takes each by -acpitable file=, GRUB by its acpi command.
            """)

    @Argument(help: "The LCM: a device tree blob.", completion: .file())
    var lcm: String
    @Option(help: "Path and start of the tables' names.", completion: .file())
    var output: String
    @Flag(help: "Pack whatever FILE holds, unread: to test how DomB refuses it.")
    var unchecked = false

    func run() throws {
        let module = try HostFile.read(lcm, limit: Limits.moduleBytes)
        if !unchecked { _ = try LaunchControlFile(lcm, module) }
        let tables = try LaunchControlContainer.written(module, lcm)
        for (index, table) in tables.enumerated() {
            let path = "\(output)\(index + 1).aml"
            try HostFile.write(table, to: path)
            print(path)
        }
    }
}
