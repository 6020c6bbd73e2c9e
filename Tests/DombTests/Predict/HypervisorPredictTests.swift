// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Testing

@testable import domb

/// A launch of domains that the hypervisor builds, predicted by the model of its builder.
@Suite struct HypervisorPredictTests {
    private static func table(_ signature: String, _ oem: String, _ body: [UInt8]) -> [UInt8] {
        var table = Array(signature.utf8) + [UInt8(36 + body.count), 0, 0, 0, 1, 0]
        table += Array("\(oem)BXPC    ".utf8) + [1, 0, 0, 0] + Array("BXPC".utf8) + [1, 0, 0, 0] + body
        table[9] = 0 &- table.reduce(0, &+)
        return table
    }

    /// A host's RSDP, XSDT and MADT, as its maker names itself.
    private static func tables(_ oem: String = "BOCHS ") -> [UInt8] {
        var rsdp = Array("RSD PTR ".utf8) + [0] + Array(oem.utf8) + [2, 0, 0, 0, 0, 36, 0, 0, 0]
        rsdp += [UInt8](repeating: 0, count: 12)
        rsdp[8] = 0 &- rsdp.prefix(20).reduce(0, &+)
        rsdp[32] = 0 &- rsdp.reduce(0, &+)
        return rsdp + table("XSDT", oem, [0, 0x20, 0, 0, 0, 0, 0, 0])
            + table("APIC", oem, [UInt8](repeating: 0, count: 8))
    }

    private static let identity = [
        "--build-id", "0102", "--command-line", "quiet", "--xen-build-id", "", "--xen-command-line", "console=com1",
        "--xsm", "none",
    ]

    private func arguments(_ sandbox: Sandbox, _ builder: String..., version: String = "4.19-unstable") -> [String] {
        let images = [3, 4, 5, 6].flatMap { ["--image", "\($0)=\(Sandbox.fixtures)/tiny.elf"] }
        return ["\(Sandbox.fixtures)/dialects/xen-2024.dtb", "--xen-version", version] + images + Self.identity
            + builder
    }

    @Test func itsRecordsAreThoseOfItsBuilder() throws {
        try Sandbox.run { sandbox in
            try sandbox.write(Self.tables(), to: "acpi")
            let options = ["--builder", "xen-2024", "--host-tables", sandbox.path("acpi")]
            let predicted = try PredictCommand.parse(arguments(sandbox) + options).prediction()
            let records = predicted.reader.records.compactMap { record -> LaunchEvent.DomainRecord? in
                if case .event(.domain(let domain), _) = record.content { domain } else { nil }
            }
            #expect(records.map { $0.domid.rawValue } == [1, 2, 7])
            #expect(records[0].regions.map { $0.role } == [.kernel, .startInfo, .acpi])
            #expect(records[1].regions.map { $0.role } == [.kernel, .ramdisk, .startInfo, .acpi])
            #expect(records.map { $0.pageCount } == [2048, 2250, 2048])
            #expect(records[0].details.contains("built by the hypervisor"))
            try sandbox.write(Self.tables("QEMU  "), to: "acpi")
            let other = try PredictCommand.parse(arguments(sandbox) + options).prediction()
            #expect(zip(predicted.values, other.values).allSatisfy { $0 != $1 })
        }
    }

    /// A builder whose model is not at hand is a refusal, and no PCR.
    @Test func aBuilderThatIsNotModelledIsRefused() throws {
        try Sandbox.run { sandbox in
            try sandbox.write(Self.tables(), to: "acpi")
            let tables = ["--host-tables", sandbox.path("acpi")]
            func failure(_ options: [String], version: String = "4.19-unstable") -> (code: Int32, message: String)? {
                sandbox.failure(
                    ["predict", "--output", sandbox.path("out")] + arguments(sandbox, version: version) + options)
            }
            for options in [[], ["--builder", "construct"], ["--assume", "4.19"]] {
                #expect(failure(options)?.code == 1 && failure(options)?.message.contains("domb,builder") == true)
            }
            #expect(failure(["--builder", "xen-2025"])?.message.contains("is not modelled") == true)
            #expect(failure(["--builder", "xen-2024"])?.code == 64)
            #expect(failure(["--builder", "construct"] + tables)?.code == 64)
            let released = failure(["--builder", "xen-2024"] + tables, version: "4.20.4")
            #expect(released?.code == 1 && released?.message.contains("Xen 4.20 builds no domains itself") == true)
            try sandbox.write([UInt8](Self.tables().dropLast()), to: "acpi")
            #expect(failure(["--builder", "xen-2024"] + tables)?.code == 65)
        }
    }

    /// An LCM that does not say who builds takes no domain that is marked as dom0.
    @Test func theLCMHasToSayThatTheHypervisorBuilds() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch(launch: "handoff: park", roles: "[]")
            try sandbox.write(Self.tables(), to: "acpi")
            let failure = sandbox.failure(
                ["predict", sandbox.path("lcm.dtb"), "--output", sandbox.path("out"), "--xen-version", "4.19-unstable"]
                    + sandbox.images + Self.identity
                    + ["--builder", "xen-2024", "--host-tables", sandbox.path("acpi")])
            #expect(failure?.code == 1 && failure?.message.contains("SIF_PRIVILEGED") == true)
        }
    }
}
