// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import domb

extension Sandbox {
    /// A kernel of which every byte is loaded: one segment that is the whole file, and the note with its entry in it.
    static func kernel(_ fill: UInt8) -> [UInt8] {
        let headers = 64 + 2 * 56
        let note: [UInt8] = [4, 0, 0, 0, 4, 0, 0, 0, 18, 0, 0, 0] + Array("Xen".utf8) + [0, 0, 0, 0x10, 0]
        let size = UInt64(headers + note.count + 32)
        var elf = TestELF(programs: [
            TestELF.Program(address: 0x10_0000, memorySize: size, fileSize: size, fileOffset: 0),
            TestELF.Program(
                type: 4, address: 0, memorySize: UInt64(note.count), fileSize: UInt64(note.count),
                fileOffset: UInt64(headers)),
        ])
        elf.is64Bit = true
        return elf.bytes + note + [UInt8](repeating: fill, count: 32)
    }

    static let identity = [
        "--build-id", "0102", "--command-line", "console=hvc0 quiet ", "--xen-version", "4.20.1", "--xen-build-id",
        "aabb", "--xen-command-line", "dom0=pvh hardware_dom=1", "--xsm", "none",
    ]

    /// lcm.dtb, and its boot modules: two kernels and a ramdisk. `launch` and `domain` stand
    /// in the launch's and the second domain's part of the description.
    func writeLaunch(
        launch: String = "handoff: shutdown", digest: String = "none", domain: String = "", roles: String = "[hardware]"
    ) throws {
        try write(Self.kernel(1), to: "a.elf")
        try write(Self.kernel(2), to: "b.elf")
        try write([UInt8](repeating: 3, count: 50), to: "c.cpio")
        try write(
            """
            launch:
              \(launch)
            domains:
              - name: hw
                roles: \(roles)
                memory: 4M
                digest: \(digest)
                kernel: a.elf
              - name: app
                memory: 4M
                digest: \(digest)
                depends_on: hw
                kernel: b.elf
                ramdisk: c.cpio
                \(domain)
            """, to: "launch.yaml")
        #expect(failure(["compile", path("launch.yaml"), "-o", path("lcm.dtb")])?.message == nil)
    }

    func prediction(_ options: [String] = []) throws -> LaunchPrediction { try predictCommand(options).prediction() }

    func predictCommand(_ options: [String] = []) throws -> PredictCommand {
        try PredictCommand.parse([path("lcm.dtb")] + images + Self.identity + options)
    }

    var images: [String] {
        ["--image", "1=\(path("a.elf"))", "--image", "2=\(path("b.elf"))", "--image", "3=\(path("c.cpio"))"]
    }
}
