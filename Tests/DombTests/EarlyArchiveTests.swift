// SPDX-License-Identifier: Apache-2.0

import Foundation
import LaunchControl
import SimulatedPlatform
import Testing

@testable import domb

/// The LCM at the front of an initramfs: `domb table --initramfs`.
@Suite struct EarlyArchiveTests {
    /// What the cpio program takes out of the archive is the tables, under a signature that Linux takes and good as tables.
    @Test func cpioFindsTheTablesWhereLinuxLooks() throws {
        try Sandbox.run { sandbox in
            // More than one table.
            let lcm = try HostFile.read(Sandbox.fixtures + "/appliance.dtb", limit: 1 << 20)
            let large = lcm + [UInt8](repeating: 0, count: 70_000)
            for (name, content, count) in [("small", lcm, 1), ("large", large, 2)] {
                try sandbox.write(content, to: name)
                let table = ["table", "--unchecked", "--initramfs", sandbox.path(name), "--output", sandbox.path(name)]
                #expect(sandbox.failure(table)?.message == nil)
                let archive = try sandbox.read("\(name).cpio")
                #expect(archive.count % 512 == 0)
                var tables: [[UInt8]] = []
                for index in 1...count {
                    let file = "kernel/firmware/acpi/lcm\(index).aml"
                    let cpio = ["cpio", "-i", "--quiet", "--to-stdout", file]
                    tables.append(
                        try Filter.run(cpio, on: archive[...], limit: 1 << 20, to: Filter.Purpose(task: "unpack")))
                }
                #expect(tables.allSatisfy { $0.starts(with: Array("UEFI".utf8)) })
                #expect(try LaunchControlContainer.assemble(tables, hashing: SwiftCryptoHash.self) == content)
                let list = try Filter.run(
                    ["cpio", "-t", "--quiet"], on: archive[...], limit: 1 << 20, to: Filter.Purpose(task: "list"))
                #expect(list.count(where: { $0 == 0x0A }) == 3 + count)
            }
        }
    }
}
