// SPDX-License-Identifier: Apache-2.0

import Foundation
import SimulatedPlatform
import Testing

@testable import domb

/// An initramfs is read as Linux unpacks it.
@Suite struct InitramfsTests {
    private static let first = TestArchive([("init", [1, 2, 3]), ("images/1", Array("one".utf8)), ("zeros", [])]).bytes
    private static let second = TestArchive([("images/1", Array("another".utf8)), ("./images//2", [0, 0])]).bytes

    private func packed(_ bytes: [UInt8], by program: [String], _ sandbox: Sandbox) throws -> [UInt8] {
        try sandbox.write(bytes, to: "plain")
        return try Tool.run(program + ["plain"], in: sandbox.folder)
    }

    private static let programs = [
        ["cat"], ["gzip", "-9nc"], ["gzip", "-c"], ["xz", "-c", "--check=crc32"], ["xz", "-c", "--format=lzma"],
        ["zstd", "-qc"], ["zstd", "-qc", "--no-check"], ["bzip2", "-c"], ["lz4", "-qlc"], ["lzop", "-qc"],
    ]

    @Test(arguments: programs) func whateverPacksItItIsRead(program: [String]) throws {
        try Sandbox.run { sandbox throws in
            let initramfs = try Initramfs(try packed(Self.first, by: program, sandbox), from: "i")
            #expect(initramfs.file("/init")?.elementsEqual([1, 2, 3]) == true)
            #expect(initramfs.file("/images/1")?.elementsEqual("one".utf8) == true)
            #expect(initramfs.file("/zeros")?.isEmpty == true)
            #expect(initramfs.file("/images/2") == nil)
            #expect(initramfs.file("/images") == nil)
        }
    }

    /// Of every two, one behind the other, and with zeros between them: microcode or tables first, as distributions have it.
    @Test(arguments: programs.filter { !$0.contains("--format=lzma") }) func oneBehindTheOtherIsRead(program: [String])
        throws
    {
        try Sandbox.run { sandbox throws in
            let first = try packed(Self.first, by: program, sandbox)
            for other in Self.programs {
                let second = try packed(Self.second, by: other, sandbox)
                for zeros in [(4 - first.count % 4) % 4, (4 - first.count % 4) % 4 + 508] {
                    let filled = first + [UInt8](repeating: 0, count: zeros) + second
                    for end in [0, 512] {
                        let initramfs = try Initramfs(filled + [UInt8](repeating: 0, count: end), from: "i")
                        let what = "\(program), \(zeros), \(other), \(end)"
                        #expect(initramfs.file("/init")?.elementsEqual([1, 2, 3]) == true, "\(what)")
                        #expect(initramfs.file("/images/1")?.elementsEqual("another".utf8) == true, "\(what)")
                        #expect(initramfs.file("/images/2")?.elementsEqual([0, 0]) == true, "\(what)")
                    }
                }
            }
        }
    }

    @Test func linksLeadToTheirFiles() throws {
        let bytes = TestArchive([
            TestArchive.link("images", to: "/srv/images"), TestArchive.link("srv/images/1", to: "../kernels/linux"),
            TestArchive.Entry(name: "srv/kernels/linux", content: [7]), TestArchive.link("loop", to: "loop"),
            TestArchive.link("gone", to: "nowhere"),
        ]).bytes
        let initramfs = try Initramfs(bytes, from: "i")
        #expect(initramfs.file("/images/1")?.elementsEqual([7]) == true)
        #expect(initramfs.file("/loop") == nil && initramfs.file("/gone") == nil)
    }

    /// GNU cpio writes the content of a file with several names at the last of them.
    @Test(arguments: [0, 1]) func namesOfOneFileHaveItsContent(place: Int) throws {
        let contents: [[UInt8]] = place == 0 ? [[5], []] : [[], [5]]
        let bytes = TestArchive(
            zip(["images/1", "images/2"], contents).map {
                TestArchive.Entry(name: $0, content: $1, inode: 9, links: 2)
            }
        ).bytes
        let initramfs = try Initramfs(bytes, from: "i")
        for name in ["/images/1", "/images/2"] { #expect(initramfs.file(name)?.elementsEqual([5]) == true) }
    }

    /// What cpio writes of a folder.
    @Test func whatCpioWritesIsRead() throws {
        try Sandbox.run { sandbox throws in
            try HostFile.makeFolder(sandbox.path("images"))
            try sandbox.write("kernel", to: "images/1")
            try Tool.run(["ln", "images/1", "images/2"], in: sandbox.folder)
            try Tool.run(["ln", "-s", "1", "images/3"], in: sandbox.folder)
            let bytes = try Tool.run(["sh", "-c", "find images | cpio --quiet -o -H newc"], in: sandbox.folder)
            let initramfs = try Initramfs(bytes, from: "i")
            for number in 1...3 { #expect(initramfs.file("/images/\(number)")?.elementsEqual("kernel".utf8) == true) }
        }
    }

    @Test func everyPrefixIsRefusedOrRead() throws {
        try Sandbox.run { sandbox throws in
            let packed = try packed(Self.first, by: ["gzip", "-9nc"], sandbox)
            for count in 1..<Self.first.count {
                let failure = sandbox.failure { _ = try Initramfs([UInt8](Self.first.prefix(count)), from: "i") }
                #expect(failure == nil || failure?.code == 65)
            }
            for count in stride(from: 1, to: packed.count, by: 7) {
                #expect(sandbox.failure { _ = try Initramfs([UInt8](packed.prefix(count)), from: "i") }?.code == 65)
            }
        }
    }

    @Test(arguments: [
        Array("text".utf8), [], [0, 0, 0, 0], Array("070707".utf8) + [UInt8](repeating: 0x30, count: 70),
        [0, 0] + first, first + Array("x".utf8),
    ]) func whatIsNoneIsRefused(bytes: [UInt8]) throws {
        try Sandbox.run { sandbox throws in
            #expect(sandbox.failure { _ = try Initramfs(bytes, from: "i") }?.code == 65)
        }
    }
}
