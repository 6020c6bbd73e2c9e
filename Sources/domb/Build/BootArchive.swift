// SPDX-License-Identifier: Apache-2.0

import Glibc
import LaunchControl
import Platform

/// The boot domain's initramfs, made by the script that came with `domb`.
struct BootArchive {
    private static let purpose = Filter.Purpose(task: "make the initramfs")
    /// Of a bzImage's own name for itself (Linux, Documentation/arch/x86/boot.rst, kernel_version).
    private static let versionOffset = 0x20E

    let launch: CheckedLaunch
    /// lib/modules/VERSION of the boot domain's kernel; `nil` for what its file says.
    let modules: String?
    let xenstored: String?

    /// In the folder while it is made.
    func made(in folder: String) throws(CommandFailure) -> [UInt8] {
        let draft = "\(folder)/.\(BuildFolder.initramfs).\(getpid())"
        defer { _ = unsafe unlink(draft) }
        _ = try Filter.run(
            ["bash", try Self.script()] + (try arguments(draft)), on: [], limit: 1 << 20, to: Self.purpose)
        return try HostFile.read(draft, limit: InstalledFiles.fileLimit)
    }

    private func arguments(_ output: String) throws(CommandFailure) -> [String] {
        let program = PackagedFiles.path(of: "domb-init")
        guard launch.description.builder == .construct else { return ["domb", output, program] }
        let images = launch.modules.paths.sorted { $0.key < $1.key }.map {
            "\($0.key)=\(launch.images.path(of: $0.value))"
        }
        return ["stock", output, PackagedFiles.path(of: "domb-construct"), program, try modulesFolder()]
            + (xenstored.map { ["xenstored=\($0)"] } ?? []) + images
    }

    private static func script() throws(CommandFailure) -> String {
        let path = PackagedFiles.path(of: "initramfs/build.sh")
        guard HostFile.isThere(path) else {
            throw .unavailable("\(path) is needed to make the initramfs, and is not there")
        }
        return path
    }

    private func modulesFolder() throws(CommandFailure) -> String {
        if let modules { return modules }
        let description = launch.description
        guard let kernel = description.boot?.kernel?.path else {
            throw .malformed("\(description.file): boot_domain: missing, with its kernel's path")
        }
        let path = description.ownFile(kernel, launch.images)
        let content = try HostFile.read(path, limit: 1 << 28)
        guard let version = Self.version(content) else {
            throw .malformed("\(path): no bzImage that says its version: --modules names its lib/modules/VERSION")
        }
        let folder = "/lib/modules/\(version)"
        guard FileStatus(folder)?.kind == .folder else {
            throw .noInput("\(folder): no such folder, and \(path) is of that version: --modules names it")
        }
        return folder
    }

    /// "6.12.0-1-amd64".
    static func version(_ content: [UInt8]) -> String? {
        guard BootProtocolImage.isOne(content) else { return nil }
        let place = Int(content[versionOffset]) + Int(content[versionOffset + 1]) << 8 + 0x200
        guard place > 0x200, place < content.count else { return nil }
        let word = content[place...].prefix(128).prefix { $0 > 0x20 && $0 < 0x7F }
        guard !word.isEmpty, !word.contains(UInt8(ascii: "/")) else { return nil }
        return String(decoding: word, as: UTF8.self)
    }
}
