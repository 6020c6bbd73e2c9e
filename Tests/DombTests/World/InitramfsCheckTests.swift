// SPDX-License-Identifier: Apache-2.0

import SimulatedPlatform
import Testing

@testable import domb

/// `domb check` and `domb install` look into the boot domain's initramfs: what is launched is what lies there.
@Suite struct InitramfsCheckTests {
    private static let store = [UInt8]("#!/bin/xenstored".utf8)
    private static let good: [(name: String, content: [UInt8])] = [
        ("init", [1]), ("sbin/init", [2]), ("images/1", TestLaunchFiles.tiny), ("images/2", TestLaunchFiles.app),
        ("images/3", Array("ramdisk".utf8)), ("xenstored", store),
    ]

    private static func digest(_ bytes: [UInt8]) -> String {
        hexadecimal(SwiftCryptoHash.digest(.sha256, of: bytes).bytes)
    }

    private static let yaml = TestLaunchFiles.constructed.replacing(
        "  handoff_target: /sbin/init\n", with: "  handoff_target: /sbin/init\n  xenstored: \(digest(store))\n")

    private static func changed(_ name: String, _ content: [UInt8]?) -> [(name: String, content: [UInt8])] {
        good.compactMap { file in file.name == name ? content.map { (name, $0) } : file }
    }

    /// Also in a dry run, and nothing is written.
    private func messages(
        _ files: [(name: String, content: [UInt8])], yaml: String = yaml
    ) throws -> (check: String?, install: String?) {
        var messages: (check: String?, install: String?)
        try Sandbox.run { sandbox throws in
            for folder in ["boot", "grub.d"] { try HostFile.makeFolder(sandbox.path(folder)) }
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(yaml, to: "l.yaml")
            try sandbox.write(TestArchive(files).bytes, to: "boot.cpio")
            for name in ["xen.gz", "boot.elf"] { try sandbox.write("x", to: "boot/\(name)") }
            let check = sandbox.failure(["check", sandbox.path("l.yaml")])
            let install = sandbox.failure([
                "install", sandbox.path("l.yaml"), "--boot", sandbox.path("boot"), "--grub-d", sandbox.path("grub.d"),
            ])
            for failure in [check, install] { #expect(failure == nil || failure?.code == 1) }
            if install != nil { #expect(!HostFile.isThere(sandbox.path("boot/domb"))) }
            messages = (check?.message, install?.message)
        }
        return messages
    }

    @Test func whatTheLaunchSaysIsThere() throws {
        let messages = try messages(Self.good)
        #expect(messages.check == nil && messages.install == nil)
    }

    private static let wrong: [(name: String, content: [UInt8]?, words: [String])] = [
        ("images/1", nil, ["no /images/1", "kernel of broker", "1=tiny.elf"]),
        ("images/3", nil, ["no /images/3", "ramdisk of app", "3=ramdisk.app"]),
        (
            "images/3", Array("ramdisk!".utf8),
            [
                "/images/3 is another than the ramdisk of app, ramdisk.app", digest(Array("ramdisk!".utf8)),
                digest(Array("ramdisk".utf8)), "3=ramdisk.app",
            ]
        ),
        ("images/3", Array("Ramdisk".utf8), [digest(Array("Ramdisk".utf8)), digest(Array("ramdisk".utf8))]),
        ("images/1", TestLaunchFiles.app, ["/images/1 is another than the kernel of broker, tiny.elf", "sha256"]),
        ("images/1", Array("text".utf8), ["/images/1, the kernel of broker", "1=tiny.elf"]),
        ("images/3", [], ["/images/3, the ramdisk of app", "empty"]),
        ("init", nil, ["no /init"]),
        ("sbin/init", nil, ["no /sbin/init", "handoff_target"]),
        ("xenstored", nil, ["no /xenstored", "launch.xenstored"]),
        ("xenstored", [], ["/xenstored is no program: empty"]),
        ("xenstored", [UInt8](repeating: 0, count: 4096), ["/xenstored is no program: zeros"]),
        ("xenstored", [9], [digest([9]), digest(store)]),
    ]

    @Test(arguments: wrong) func whatIsAnotherIsRefused(_ name: String, _ content: [UInt8]?, _ words: [String]) throws {
        let messages = try messages(Self.changed(name, content))
        for message in [messages.check, messages.install] {
            #expect(words.allSatisfy { message?.contains($0) == true }, "\(message ?? "ok")")
        }
    }

    @Test func allOfItIsToldAtOnce() throws {
        let messages = try messages([("x", [])])
        for word in ["/init", "/sbin/init", "/xenstored", "/images/1", "/images/2", "/images/3"] {
            #expect(messages.install?.contains("no \(word)") == true, "\(messages.install ?? "ok")")
        }
    }

    /// Where the launch has no digest either file is launched; that it is another is a note.
    @Test func whatIsNotVerifiedMayBeAnother() throws {
        let other = TestELF(programs: [
            TestELF.Program(address: 0x20_0000, content: [9, 9, 9]), TestELF.note(entry: 0x20_0000),
        ]).bytes
        let messages = try messages(Self.changed("images/2", other))
        #expect(messages.check == nil && messages.install == nil, "\(messages.install ?? "")")
    }

    /// `rdinit=` names another program.
    @Test func theProgramThatTheKernelStartsMustBeThere() throws {
        let yaml = Self.yaml.replacing("cmdline: console=hvc0", with: "cmdline: console=hvc0 rdinit=/sbin/start")
        #expect(yaml != Self.yaml)
        #expect(try messages(Self.good, yaml: yaml).install?.contains("no /sbin/start") == true)
        #expect(try messages(Self.changed("init", nil) + [("sbin/start", [1])], yaml: yaml).install == nil)
    }

    /// Before it is packed there is nothing to look into: a note, and no more.
    @Test func beforeItIsPackedCheckPasses() throws {
        try Sandbox.run { sandbox throws in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(Self.yaml, to: "l.yaml")
            #expect(sandbox.failure(["check", sandbox.path("l.yaml")])?.message == nil)
            try sandbox.write("no archive", to: "boot.cpio")
            let failure = sandbox.failure(["check", sandbox.path("l.yaml")])
            #expect(failure?.code == 1 && failure?.message.contains("no initramfs") == true)
        }
    }
}
