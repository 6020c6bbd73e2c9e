// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct BuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Make everything that boots a described launch, in one folder.",
        usage: "domb build [<options>] <description>",
        discussion: """
            Checks the description as domb check does, and makes the LCM, its ACPI tables, the boot domain's initramfs, a \
            menu entry, the golden values (domb predict) and manifest.sha256, the digests of all of them. All is written or \
            nothing; what is the same already is left alone. A description whose initramfs is there keeps that one. domb \
            install then puts it on this machine.
            """)

    @Option(
        name: .shortAndLong, help: "The folder to write. (default: launch.domb beside launch.yaml)",
        completion: .directory)
    var output: String?
    @Option(
        help: "Folder of the image files that the description names. (default: the description's own)",
        completion: .directory)
    var images: String?
    @Option(
        help: "The boot domain's kernel modules. (default: /lib/modules/VERSION, by the kernel's file)",
        completion: .directory)
    var modules: String?
    @Option(help: "The program that launch.xenstored names by its digest.", completion: .file())
    var xenstored: String?
    @Flag(help: "Without golden values: where Xen is not at hand, or not one that domb predicts.")
    var noGolden = false
    @Argument(help: "A .yaml file.", completion: .file())
    var description: String

    func run() throws {
        let input = try LaunchInput(reading: description)
        guard input.format == .description else {
            throw ValidationError(
                "'\(description)': a YAML description is wanted: an LCM names no files (domb convert)")
        }
        var checked = try CheckedLaunch(try LaunchDescription(parsing: input.bytes, from: input.path), images: images)
        let refusals = try checked.refusals(try AssumedHost.parse([]))
        checked.notes.filter { $0.code != .initramfs }.write(for: input.path)
        guard refusals.isEmpty else { throw CommandFailure.refusal(refusals, of: input.path) }
        let golden = try golden()
        let folder = try BuildFolder(output ?? BuildFolder.standard(for: description))
        try HostFile.makeFolder(folder.path)
        let build = try LaunchBuild(checked, initramfs: try initramfs(checked, folder), golden: golden)
        let changes = try folder.write(build.files)
        try StandardOutput.print(build.table.joined(separator: "\n"))
        for change in changes {
            let size = change.change == .remove ? "" : " (\(change.byteCount) bytes)"
            try StandardOutput.print("\(change.change.rawValue) \(folder.path(of: change.name))\(size)")
        }
        try StandardOutput.print(
            "next: domb install \(description) as root, then update-grub; or domb replay \(description), to see it first"
        )
    }

    private func initramfs(_ checked: CheckedLaunch, _ folder: BuildFolder) throws -> [UInt8] {
        if let path = checked.description.initramfsPath(checked.images), HostFile.isThere(path) {
            return try HostFile.read(path, limit: InstalledFiles.fileLimit)
        }
        let path = folder.path(of: BuildFolder.initramfs)
        let content = try BootArchive(launch: checked, modules: modules, xenstored: xenstored).made(in: folder.path)
        try LaunchBuild.check(content, of: checked, from: path)
        return content
    }

    private func golden() throws -> [UInt8] {
        guard !noGolden else { return [] }
        do {
            let options = images.map { ["--images", $0] } ?? []
            return try PredictCommand.parse([description] + options).prediction().written(as: .json)
        } catch let failure as CommandFailure {
            throw CommandFailure(
                exitCode: failure.exitCode,
                message: "no golden values (--no-golden builds without them):\ndomb: \(failure.message)")
        }
    }
}
