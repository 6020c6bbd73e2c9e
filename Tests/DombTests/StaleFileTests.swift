// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import domb

/// Files of an earlier installation that the next one does not have: they go where they are as they were written, and
/// otherwise the installation is refused as a whole.
@Suite struct StaleFileTests {
    private static let images = ["domb/image3", "domb/image4", "domb/image5"]

    /// An installation of a Xen with Hyperlaunch, and then the description of one that constructs: no images, no LCM as a
    /// module.
    private func withInstalled(_ body: (Sandbox, () -> (code: Int32, message: String)?) throws -> Void) throws {
        try Sandbox.run { sandbox in
            for folder in ["boot", "grub.d"] {
                try FileManager.default.createDirectory(
                    atPath: sandbox.path(folder), withIntermediateDirectories: false)
            }
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(TestLaunchFiles.description, to: "l.yaml")
            try sandbox.write(TestLaunchFiles.initramfs(), to: "boot.cpio")
            try sandbox.write("xen", to: "boot/xen.gz")
            try sandbox.write("kernel", to: "boot/boot.elf")
            let install = {
                sandbox.failure([
                    "install", sandbox.path("l.yaml"), "--boot", sandbox.path("boot"), "--grub-d",
                    sandbox.path("grub.d"),
                ])
            }
            #expect(install()?.message == nil)
            for name in Self.images { #expect(FileManager.default.fileExists(atPath: sandbox.path("boot/\(name)"))) }
            try sandbox.write(TestLaunchFiles.constructed, to: "l.yaml")
            try body(sandbox, install)
        }
    }

    private func content(_ sandbox: Sandbox) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for folder in ["boot", "grub.d"] {
            for name in try FileManager.default.subpathsOfDirectory(atPath: sandbox.path(folder)) {
                guard let content = FileManager.default.contents(atPath: sandbox.path("\(folder)/\(name)")) else {
                    continue
                }
                files["\(folder)/\(name)"] = [UInt8](content)
            }
        }
        return files
    }

    @Test func whatIsNotNeededAnyMoreGoes() throws {
        try withInstalled { sandbox, install in
            #expect(install()?.message == nil)
            for name in Self.images { #expect(!FileManager.default.fileExists(atPath: sandbox.path("boot/\(name)"))) }
            let list = String(decoding: try sandbox.read("boot/domb/installed.sha256"), as: UTF8.self)
            #expect(!list.contains("image"))
        }
    }

    /// Changed, made longer, emptied: whichever of them, nothing at all is written or removed.
    @Test(arguments: images) func whatSomebodyChangedIsNotRemoved(name: String) throws {
        for change in ["changed", ""] {
            try withInstalled { sandbox, install in
                try sandbox.write(change, to: "boot/\(name)")
                let before = try content(sandbox)
                let refusal = install()
                #expect(refusal?.code == 1)
                #expect(refusal?.message.contains("boot/\(name): not as domb install wrote it") == true)
                #expect(try content(sandbox) == before)
            }
        }
    }

    @Test(arguments: images) func whatSomebodyRemovedIsNoObstacle(name: String) throws {
        try withInstalled { sandbox, install in
            try FileManager.default.removeItem(atPath: sandbox.path("boot/\(name)"))
            #expect(install()?.message == nil)
        }
    }
}
