// SPDX-License-Identifier: Apache-2.0

import Foundation
import LaunchControl
import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// Who launched: a firmware log as OVMF and GRUB write it, extended into a swtpm with the log of the launch.
@Suite struct VerifyLauncherTests {
    private struct Event {
        var pcr: UInt32
        var type: UInt32
        var data: [UInt8]
        var measured: [UInt8]

        static func grub(_ pcr: UInt32, _ text: String, _ measured: [UInt8]) -> Event {
            Event(pcr: pcr, type: 0x0D, data: Array("\(text)\0".utf8), measured: measured)
        }

        static func command(_ kind: String, _ text: String) -> Event { grub(8, kind + text, Array(text.utf8)) }
    }

    private static let banks: [HashAlgorithm] = [.sha1, .sha256]
    private static let separator: [UInt8] = [0, 0, 0, 0]
    private static let launcher: [(name: String, content: [UInt8])] = [
        ("xen.gz", [1, 2, 3]), ("vmlinuz", [4, 5]), ("initramfs", [6]),
    ]

    /// What GRUB ran.
    private static func configuration() throws -> [UInt8] {
        let identity = try identity()
        return Array(
            """
            acpi /lcm1.aml
            multiboot2 /xen.gz \(String(decoding: identity.xenCommandLine, as: UTF8.self))
            module2 /vmlinuz \(bootDomainLine(identity))
            module2 --nounzip /initramfs
            echo $told
            """.utf8)
    }

    /// The ACPI table with the LCM that was launched.
    private static func table(_ more: [UInt8] = []) throws -> [UInt8] {
        let lcm = try HostFile.read(Sandbox.fixtures + "/appliance-boot.dtb", limit: 1 << 20)
        return try LaunchControlContainer.tables(for: lcm + more, hashing: SwiftCryptoHash.self)[0]
    }

    private static func events(table: [UInt8]? = nil) throws -> [Event] {
        let identity = try identity()
        let xen = String(decoding: identity.xenCommandLine, as: UTF8.self)
        let linux = bootDomainLine(identity)
        return [
            Event(pcr: 0, type: 8, data: Array("v1".utf8), measured: Array("v1".utf8))
        ]
            + (0...7).map { Event(pcr: $0, type: 4, data: separator, measured: separator) } + [
                // EV_EFI_BOOT_SERVICES_APPLICATION: what was measured is the image's hash, the data its path.
                Event(pcr: 4, type: 0x8000_0003, data: [9, 9], measured: image.hashed),
                .grub(9, "(hd0)/grub.cfg", try configuration()), .command("grub_cmd: ", "acpi /lcm1.aml"),
                .grub(9, "/lcm1.aml", try table ?? self.table()), .grub(9, "/xen.gz", launcher[0].content),
                .command("grub_cmd: ", "multiboot2 /xen.gz \(xen)"), .command("kernel_cmdline: ", xen),
                .grub(9, "/vmlinuz", launcher[1].content), .command("grub_cmd: ", "module2 /vmlinuz \(linux)"),
                .command("module_cmdline: ", linux), .grub(9, "/initramfs", launcher[2].content),
                .command("grub_cmd: ", "module2 --nounzip /initramfs"), .command("module_cmdline: ", ""),
            ]
    }

    /// PE32 of headers alone, with a checksum.
    private static let image: (bytes: [UInt8], hashed: [UInt8]) = {
        var bytes = [UInt8](repeating: 0, count: 512)
        bytes.replaceSubrange(0..<2, with: Array("MZ".utf8))
        bytes[0x3C] = 64
        bytes.replaceSubrange(64..<66, with: Array("PE".utf8))
        // Magic; size of the headers; checksum; no directories.
        bytes.replaceSubrange(88..<90, with: [0x0B, 0x01])
        bytes[88 + 61] = 2
        bytes[88 + 64] = 0xCC
        return (bytes, [UInt8](bytes[..<152] + bytes[156...]))
    }()

    private static func identity() throws -> LaunchEvent.Identity {
        let log = try EventLogReader(parsing: try QuotedLaunch.log(banks))
        guard case .event(.identity(let identity), _) = log.records[0].content else {
            throw SoftwareTPM.Failure(description: "the fixture does not start with its identity")
        }
        return identity
    }

    /// The fixture's boot had a space at the line's end, which no command of GRUB has.
    private static func bootDomainLine(_ identity: LaunchEvent.Identity) -> String {
        String(decoding: identity.commandLine, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }

    private static func written(_ events: [Event]) -> [UInt8] {
        var log = [UInt8](repeating: 0, count: 32)
        log[4] = 3
        log[28] = 37
        log += Array("Spec ID Event03\0".utf8) + [0, 0, 0, 0, 0, 2, 0, 2, 2, 0, 0, 0, 4, 0, 20, 0, 11, 0, 32, 0, 0]
        for event in events {
            for number in [event.pcr, event.type, 2] { log.append(littleEndian: UInt64(number), byteCount: 4) }
            for bank in banks {
                log.append(littleEndian: UInt64(bank.rawValue), byteCount: 2)
                log += SwiftCryptoHash.digest(bank, of: event.measured).bytes
            }
            log.append(littleEndian: UInt64(event.data.count), byteCount: 4)
            log += event.data
        }
        return log
    }

    /// log, pcrs, firmware, all.msg ..., some.msg ... (without PCR 9), ak.tss, the launcher's files.
    private static let files = Result {
        let tpm = try SoftwareTPM(banks: "sha1,sha256")
        let log = try QuotedLaunch.log(banks)
        for event in try events() {
            try QuotedLaunch.extend(
                tpm, event.pcr, banks.map { SwiftCryptoHash.digest($0, of: event.measured) })
        }
        for record in try EventLogReader(parsing: log).records { try QuotedLaunch.extend(tpm, 11, record.digests) }
        try tpm.makeKey("ak", algorithm: "ecc", scheme: "ecdsa")
        try tpm.quote("ak", "sha256:0,1,2,3,4,5,6,7,8,9,11", nonce: QuotedLaunch.nonce, to: "all")
        try tpm.quote("ak", "sha256:0,4,7,8,11", nonce: QuotedLaunch.nonce, to: "some")
        var files = ["log": log, "firmware": written(try events()), "grubx64.efi": image.bytes]
        files["pcrs"] = Array(try tpm.succeed("tpm2_pcrread").utf8)
        for name in ["all.msg", "all.sig", "some.msg", "some.sig", "ak.tss"] { files[name] = try tpm.read(name) }
        for (name, content) in launcher { files[name] = content }
        files["lcm1.aml"] = try table()
        files["grub.cfg"] = try configuration()
        return files
    }

    private static let quoted = "--quote all.msg --sig all.sig --ak ak.tss --nonce \(QuotedLaunch.nonce)"
    private static let compared =
        "--firmware-log firmware --launcher-file grubx64.efi --launcher-file xen.gz --launcher-file vmlinuz "
        + "--launcher-file initramfs --launcher-file grub.cfg --launcher-file lcm1.aml"

    private func verify(_ options: String, changing: [String: [UInt8]] = [:]) throws -> Int32 {
        let files = try Self.files.get().merging(changing) { $1 }
        var code: Int32 = -1
        try Sandbox.run { sandbox in
            for (name, bytes) in files { try sandbox.write(bytes, to: name) }
            let words = options.split(separator: " ").map { word in
                files[String(word)] == nil ? String(word) : sandbox.path(String(word))
            }
            code = sandbox.failure(["verify", sandbox.path("log")] + words)?.code ?? 0
        }
        return code
    }

    @Test func launcherThatFirmwareAndBootLoaderMeasuredIsProven() throws {
        #expect(try verify("\(Self.quoted) \(Self.compared)") == 0)
        #expect(try verify("--pcrs pcrs \(Self.compared)") == 0)
        #expect(try verify("\(Self.quoted) --pcrs pcrs \(Self.compared)") == 0)
    }

    @Test func launcherThatIsMeasuredAndNotComparedIsUnproven() throws {
        #expect(try verify("\(Self.quoted) --firmware-log firmware") == 1)
        #expect(try verify("\(Self.quoted) --firmware-log firmware --without-launcher") == 0)
    }

    /// It may be the one that really ran.
    @Test func fileThatNobodyAccountsForLeavesTheLauncherUnproven() throws {
        for name in ["grubx64.efi", "xen.gz", "vmlinuz", "initramfs", "grub.cfg", "lcm1.aml"] {
            let fewer = Self.compared.replacing(" --launcher-file \(name)", with: "")
            #expect(fewer != Self.compared)
            #expect(try verify("\(Self.quoted) \(fewer)") == 1, "without \(name)")
            #expect(try verify("\(Self.quoted) \(fewer) --without-launcher") == 0)
        }
    }

    @Test func otherFileOfTheLauncherIsRefused() throws {
        for name in ["grubx64.efi", "xen.gz", "vmlinuz", "initramfs"] {
            let other = try #require(try Self.files.get()[name]) + [0]
            #expect(try verify("\(Self.quoted) \(Self.compared)", changing: [name: other]) == 1)
        }
    }

    /// The checksum is no part of what firmware measures.
    @Test func imageIsComparedByItsAuthenticodeHash() throws {
        var image = Self.image.bytes
        image[152] = 0xDD
        #expect(try verify("\(Self.quoted) \(Self.compared)", changing: ["grubx64.efi": image]) == 0)
        image[300] = 0xDD
        #expect(try verify("\(Self.quoted) \(Self.compared)", changing: ["grubx64.efi": image]) == 1)
    }

    /// With a quote nothing else counts: the file of PCR values beside it is nobody's word.
    @Test func quoteMustCoverTheFirmwaresPCRs() throws {
        let quoted = "--quote some.msg --sig some.sig --ak ak.tss --nonce \(QuotedLaunch.nonce)"
        #expect(try verify("\(quoted) \(Self.compared)") == 1)
        #expect(try verify("\(quoted) --pcrs pcrs \(Self.compared)") == 1)
    }

    @Test func firmwareLogThatDoesNotLeadToThePCRsIsRefused() throws {
        let events = try Self.events()
        for index in events.indices {
            var fewer = events
            fewer.remove(at: index)
            let changed = ["firmware": Self.written(fewer)]
            #expect(try verify("\(Self.quoted) \(Self.compared)", changing: changed) == 1)
            #expect(try verify("--pcrs pcrs \(Self.compared)", changing: changed) == 1)
        }
    }

    /// What writes into memory can change Xen after it was measured.
    @Test func commandThatWritesMemoryLeavesTheLauncherUnproven() throws {
        for (text, code) in [("write_dword 0x100000 0", Int32(1)), ("outb 0x80 0", 1), ("echo write_dword", 0)] {
            let changed = try extended(Self.events() + [.command("grub_cmd: ", text)])
            #expect(try verify("--pcrs pcrs \(Self.compared)", changing: changed) == code, "\(text)")
            #expect(try verify("--pcrs pcrs \(Self.compared) --without-launcher", changing: changed) == 0)
        }
    }

    /// GRUB's modules are files that it reads, or does not.
    @Test func filesOfAFolderMayHaveBeenRead() throws {
        let changed = try extended([.grub(9, "(hd0)/x86_64-efi/acpi.mod", Array("module".utf8))] + Self.events())
        #expect(try verify("--pcrs pcrs \(Self.compared)", changing: changed) == 1)
        try Sandbox.run { folder in
            try folder.write("module", to: "acpi.mod")
            try folder.write("never read", to: "other.mod")
            let options = "--pcrs pcrs \(Self.compared) --launcher-folder \(folder.folder)"
            #expect(try verify(options, changing: changed) == 0)
            try folder.write("another", to: "acpi.mod")
            #expect(try verify(options, changing: changed) == 1)
        }
        #expect(try verify("--pcrs pcrs \(Self.compared) --launcher-folder /nonexistent") == 66)
        #expect(try verify("--pcrs pcrs --launcher-folder /tmp") == 64)
    }

    /// The table that GRUB read carries what was launched, and not another LCM.
    @Test func tableCarriesTheLaunchedLCM() throws {
        let other = try Self.table([0])
        var changed = try extended(Self.events(table: other))
        changed["lcm1.aml"] = other
        #expect(try verify("--pcrs pcrs \(Self.compared)", changing: changed) == 1)
        let longer = try Self.table() + [0]
        changed = try extended(Self.events(table: longer))
        changed["lcm1.aml"] = longer
        #expect(try verify("--pcrs pcrs \(Self.compared)", changing: changed) == 1)
    }

    /// Without a table, and without a pin on the command line, the LCM could have come from anywhere.
    @Test func anLCMThatNobodyMeasuredBeforeIsUnproven() throws {
        let events = try Self.events().filter {
            !String(decoding: $0.data, as: UTF8.self).contains("lcm1.aml")
        }
        let fewer = Self.compared.replacing(" --launcher-file lcm1.aml", with: "")
        let changed = try extended(events)
        #expect(try verify("--pcrs pcrs \(fewer)", changing: changed) == 1)
        #expect(try verify("--pcrs pcrs \(fewer) --without-launcher", changing: changed) == 0)
    }

    /// GRUB's rescue shell measures no commands: the module that has them tells.
    @Test func aModuleThatWritesMemoryIsNoneOfAFolder() throws {
        let changed = try extended([.grub(9, "(hd0)/x86_64-efi/memrw.mod", Array("module".utf8))] + Self.events())
        try Sandbox.run { folder in
            try folder.write("module", to: "memrw.mod")
            let options = "--pcrs pcrs \(Self.compared) --launcher-folder \(folder.folder)"
            #expect(try verify(options, changing: changed) == 1)
        }
    }

    @Test func aBaselineIsOfTheFormOfThePCRs() throws {
        #expect(try verify("\(Self.quoted) \(Self.compared) --baseline pcrs") == 0)
        let other = try extended(Self.events() + [Event(pcr: 0, type: 1, data: [1], measured: [1])])
        #expect(
            try verify("\(Self.quoted) \(Self.compared) --baseline pcrs", changing: ["pcrs": other["pcrs"] ?? []]) == 1)
        #expect(try verify("\(Self.quoted) --baseline pcrs --without-launcher") == 64)
    }

    /// The data of an event is no evidence: only what its digest is of was measured.
    @Test func commandLineInAnEventThatMeasuredSomethingElseDoesNotCount() throws {
        var events = try Self.events()
        for index in events.indices where events[index].pcr == 8 {
            events[index].measured = Array("something else".utf8)
        }
        #expect(try verify("--pcrs pcrs \(Self.compared)", changing: try extended(events)) == 1)
    }

    /// firmware and pcrs of a machine with these events and the same launch.
    private func extended(_ events: [Event]) throws -> [String: [UInt8]] {
        let tpm = try SoftwareTPM(banks: "sha1,sha256")
        for event in events {
            try QuotedLaunch.extend(
                tpm, event.pcr, Self.banks.map { SwiftCryptoHash.digest($0, of: event.measured) })
        }
        for record in try EventLogReader(parsing: try #require(try Self.files.get()["log"])).records {
            try QuotedLaunch.extend(tpm, 11, record.digests)
        }
        return ["firmware": Self.written(events), "pcrs": Array(try tpm.succeed("tpm2_pcrread").utf8)]
    }
}
