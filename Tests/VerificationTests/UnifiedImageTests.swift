// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// One image with Xen, its configuration, kernel and ramdisk.
@Suite struct UnifiedImageTests {
    private static let configuration =
        "[global]\ndefault=xen\n[xen]\noptions=console=com1 dom0=pvh\nkernel=vmlinuz console=hvc0 quiet\nramdisk=initrd.gz\n"

    /// PE32 with these sections behind its headers.
    static func image(_ sections: [(name: String, content: [UInt8])]) -> [UInt8] {
        var bytes = GoldenBoot.image.bytes
        bytes[64 + 6] = UInt8(sections.count)
        // The optional header has 96 bytes, the table of sections comes behind it.
        bytes[64 + 20] = 96
        var place = 88 + 96
        var content: [UInt8] = []
        for section in sections {
            let name = Array(section.name.utf8)
            bytes.replaceSubrange(place..<(place + name.count), with: name)
            func write(_ value: Int, at offset: Int) {
                for byte in 0..<4 { bytes[place + offset + byte] = UInt8(value >> (8 * byte) & 0xFF) }
            }
            write(section.content.count, at: 16)
            write(512 + content.count, at: 20)
            content += section.content
            place += 40
        }
        return bytes + content
    }

    private func unified(_ configuration: String, _ names: [String] = [".kernel", ".ramdisk"]) -> UnifiedImage? {
        let sections = [(".config", Array(configuration.utf8))] + names.map { ($0, [1, 2, 3]) }
        return PortableExecutable(Self.image(sections)).flatMap { UnifiedImage($0) }
    }

    @Test func theConfigurationHasTheCommandLines() {
        let image = unified(Self.configuration)
        #expect(image?.xenCommandLine == Array("console=com1 dom0=pvh".utf8))
        #expect(image?.commandLine == Array("console=hvc0 quiet".utf8))
        #expect(unified(Self.configuration.replacing("\n", with: "\r\n")) != nil)
    }

    /// What is in no section Xen reads as a file, which nobody measures.
    @Test func nothingMayLieOutsideOfTheImage() {
        #expect(unified(Self.configuration, [".kernel"]) == nil)
        #expect(unified(Self.configuration, [".ramdisk"]) == nil)
        #expect(unified(Self.configuration + "xsm=policy\n") == nil)
        #expect(unified(Self.configuration + "xsm=policy\n", [".kernel", ".ramdisk", ".xsm"]) != nil)
        #expect(unified(Self.configuration + "ucode=intel\n") == nil)
        #expect(unified(Self.configuration.replacing("ramdisk=initrd.gz\n", with: "")) == nil)
        #expect(unified(Self.configuration.replacing("default=xen\n", with: "default=xen\nchain=other.cfg\n")) == nil)
        #expect(unified(Self.configuration.replacing("default=xen\n", with: "")) == nil)
        #expect(unified("") == nil)
    }

    private func boot(
        _ image: LauncherFile, _ content: [UInt8], before: [GoldenBoot.Event] = [], behind: [GoldenBoot.Event] = [],
        loaders: [LauncherFile] = [], isCompared: Bool = true
    ) throws -> (
        LaunchVerifier<SwiftCryptoHash>, [GoldenBoot.Event]
    ) {
        let golden = try GoldenBoot.shared.get()
        var events = golden.events.filter { $0.pcr < 8 && !($0.pcr == 4 && $0.type == 0x8000_0003) }
        let place = try #require(events.lastIndex { $0.pcr == 4 }) + 1
        let pe = try #require(PortableExecutable(content))
        var event = GoldenBoot.Event(4, 0x8000_0003, measured: [], data: [9])
        event.digests = GoldenBoot.banks.map { pe.digest($0, hashing: SwiftCryptoHash.self) }
        events.insert(contentsOf: before + [event] + behind, at: place)
        let values = try golden.values(events)
        let verifier = try golden.verified(events, happened: values) {
            $0.launcherFiles = [image] + loaders
            if isCompared { $0.baseline = values }
        }
        return (verifier, events)
    }

    @Test func theLastProgramMayBeTheWholeSystem() throws {
        let golden = try GoldenBoot.shared.get()
        guard case .event(.identity(let identity), _) = golden.log.records[0].content else { return }
        let xen = String(decoding: identity.xenCommandLine, as: UTF8.self)
        let linux = String(decoding: identity.commandLine, as: UTF8.self)
        func content(_ options: String) -> [UInt8] {
            let text =
                "[global]\ndefault=xen\n[xen]\noptions=\(options)\nkernel=vmlinuz \(linux)\nramdisk=initrd.gz\n"
            return Self.image([(".config", Array(text.utf8)), (".kernel", [1]), (".ramdisk", [2])])
        }
        let good = content(xen)
        let file = LauncherFile(name: "xen.efi", content: good, hashing: SwiftCryptoHash.self)
        let (verifier, _) = try boot(file, good)
        let failed = verifier.checks.filter { $0.status == .failed }
        // The LCM lies in the image, and nothing says so: it has to be pinned.
        #expect(failed.map(\.code) == [.module])
        // A boot entry may have words for Xen.
        let (alone, _) = try boot(file, good, isCompared: false)
        #expect(alone.checks.contains { $0.code == .loadOptions && $0.status == .failed })
        let other = content(xen + " no-such-option")
        let (wrong, _) = try boot(
            LauncherFile(name: "xen.efi", content: other, hashing: SwiftCryptoHash.self), other)
        #expect(wrong.checks.contains { $0.code == .commandLine && $0.status == .failed })
        let evil = GoldenBoot.Event(4, 0x8000_0003, measured: [66], data: [9])
        let (behind, _) = try boot(file, good, behind: [evil])
        #expect(behind.checks.contains { $0.code == .bootSystem && $0.status == .failed })
        let (loaded, _) = try boot(file, good, behind: [ForgeryTests.command("multiboot2 /xen.gz")])
        #expect(loaded.checks.contains { $0.code == .bootSystem && $0.status == .failed })
    }

    /// Xen takes words from its load options: of those that a loader gives it only GRUB tells in a PCR that counts.
    @Test func whoStartsTheImageGivesItNoWords() throws {
        let golden = try GoldenBoot.shared.get()
        guard case .event(.identity(let identity), _) = golden.log.records[0].content else { return }
        let text =
            "[global]\ndefault=xen\n[xen]\noptions=\(String(decoding: identity.xenCommandLine, as: UTF8.self))\n"
            + "kernel=vmlinuz \(String(decoding: identity.commandLine, as: UTF8.self))\nramdisk=initrd.gz\n"
        let content = Self.image([(".config", Array(text.utf8)), (".kernel", [1]), (".ramdisk", [2])])
        let file = LauncherFile(name: "xen.efi", content: content, hashing: SwiftCryptoHash.self)
        func program(_ name: String, _ content: [UInt8]) throws -> (LauncherFile, GoldenBoot.Event) {
            let image = try #require(PortableExecutable(content))
            var event = GoldenBoot.Event(4, 0x8000_0003, measured: [], data: [9])
            event.digests = GoldenBoot.banks.map { image.digest($0, hashing: SwiftCryptoHash.self) }
            return (LauncherFile(name: name, content: content, hashing: SwiftCryptoHash.self), event)
        }
        let (grub, started) = try program("BOOTX64.EFI", GoldenBoot.image.bytes)
        let (shim, first) = try program(
            "shimx64.efi", Self.image([(".data", Array("UEFI SHIM\n$Version: 15.8 $".utf8))]))
        let chained = ForgeryTests.command("chainloader /xen.efi")
        func good(_ loaders: [LauncherFile], _ before: [GoldenBoot.Event], _ texts: [String] = []) throws -> Bool {
            let all = before + texts.map { ForgeryTests.command($0) }
            let (verifier, _) = try boot(file, content, before: all, loaders: loaders)
            return !verifier.checks.contains { $0.code == .bootSystem && $0.status == .failed }
        }
        #expect(try good([], []))
        #expect(try good([grub], [started, chained]))
        #expect(try good([grub, shim], [first, started, chained]))
        #expect(try good([grub], [started], ["set root=hd0", "chainloader /xen.efi", "boot"]))
        // Another loader, shim itself, one loader too many.
        #expect(try !good([grub], [started]))
        #expect(try !good([shim], [first]))
        #expect(try !good([shim], [first, chained]))
        #expect(try !good([grub, shim], [started, first, chained]))
        #expect(try !good([], [chained]))
        // Words, another file, another command behind it.
        for texts in [
            ["chainloader /xen.efi xen.efi -- console=com1 -- init=/x"], ["chainloader /other.efi"], ["linux /xen.efi"],
            ["chainloader /xen.efi", "exit"], ["chainloader /xen.efi", "chainloader /xen.efi x"],
            ["! chainloader /xen.efi"],
        ] { #expect(try !good([grub], [started], texts), "\(texts)") }
    }
}
