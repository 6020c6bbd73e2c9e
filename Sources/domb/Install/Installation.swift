// SPDX-License-Identifier: Apache-2.0

import LaunchControl

/// The files of an installation, and how they get where they belong.
struct Installation {
    let places: InstallPlaces
    /// The script is the last: without it GRUB knows nothing of the others.
    private let files: [(content: [UInt8], path: String)]

    init(_ description: LaunchDescription, images: String?, _ places: InstallPlaces) throws(CommandFailure) {
        self.places = places
        let modules = try description.modules()
        var folder = ImageFolder(root: images, besides: description.file)
        let content = try description.compiled(modules, &folder)
        var files = [(content: content, path: "\(places.folder)/lcm.dtb")]
        let tables = try LaunchControlContainer.written(
            content, description.file, signature: description.tableSignature)
        for (index, table) in tables.enumerated() { files.append((table, "\(places.folder)/lcm\(index + 1).aml")) }

        let installed = try places.installed(description)
        if let initramfs = description.initramfsPath(folder) {
            let content = try HostFile.read(initramfs, limit: InstalledFiles.fileLimit)
            files.append((content, "\(places.folder)/initramfs"))
        }
        var names: [UInt32: String] = [:]
        if description.builder.isHypervisor {
            for (index, path) in modules.paths.sorted(by: { $0.key < $1.key }) {
                switch index {
                case modules.bootKernel: names[index] = installed.boot?.kernel?.path
                case modules.bootInitramfs: names[index] = installed.boot?.initramfs?.path
                default:
                    names[index] = InstalledNames.image(index)
                    let content = try HostFile.read(folder.path(of: path), limit: InstalledFiles.fileLimit)
                    files.append((content, "\(places.folder)/image\(index)"))
                }
            }
        }
        let entry = GrubEntry(installed)
        let commands = try entry.commands(
            modules.renamed { index, path in names[index] ?? path }, lcm: InstalledNames.lcm,
            tables: entry.path(InstalledNames.tables), tableCount: tables.count)
        let script = try InstalledScript(title: entry.title, boot: places.boot, commands: commands)
        files.append((Array(script.content.utf8), places.script))
        self.files = files
    }

    /// Every step, said before it is done; nothing is written where something is in the way.
    func run(dryRun: Bool, _ say: (String) throws(CommandFailure) -> Void) throws(CommandFailure) {
        let before = try InstalledFiles(in: places)
        let after = InstalledFiles(path: places.list, files)
        let stale = before.paths.filter { !after.paths.contains($0) }
        var foreign: [String] = []
        for path in after.paths + stale where try before.state(of: path) == .foreign { foreign.append(path) }
        guard foreign.isEmpty else { throw Self.refusal(foreign) }
        for file in files {
            let isThere = try before.state(of: file.path) == .written
            let isSame = try after.state(of: file.path) == .written
            try say("\(isSame ? "keep" : isThere ? "replace" : "write") \(file.path) (\(file.content.count) bytes)")
        }
        for path in stale { try say("remove \(path)") }
        guard !dryRun else { return }
        try HostFile.makeFolder(places.folder)
        // Whatever happens on the way, the list has what is there.
        try before.adding(after).write()
        try HostFile.write(files)
        try HostFile.makeExecutable(places.script)
        for path in stale { try HostFile.remove(path) }
        try after.write()
        HostFile.flush()
    }

    /// SHA-256 of the LCM, as a launch measures it.
    var lcmDigest: [UInt8]? { files.first.map { InstalledFiles.digest($0.content) } }

    /// What is not on the machine as this would be.
    func differences() throws(CommandFailure) -> [String] {
        let before = try InstalledFiles(in: places)
        let after = InstalledFiles(path: places.list, files)
        var differences: [String] = []
        for file in files {
            switch (try before.state(of: file.path), try after.state(of: file.path)) {
            case (_, .written): continue
            case (.absent, _): differences.append("\(file.path) is not there: domb install writes it")
            case (.written, _): differences.append("\(file.path) is of an earlier launch: domb install replaces it")
            case (.foreign, _): differences.append("\(file.path) was changed since domb install wrote it")
            }
        }
        return differences
            + before.paths.filter { !after.paths.contains($0) }.map {
                "\($0) is of an earlier launch: domb install removes it"
            }
    }

    static func refusal(_ foreign: [String]) -> CommandFailure {
        .refusal(foreign) { "\($0): not as domb install wrote it; move it away" }
    }
}

extension InstallPlaces {
    /// With the paths that files have once they are installed, as GRUB's script has them.
    fileprivate func installed(_ description: LaunchDescription) throws(CommandFailure) -> LaunchDescription {
        guard let kernel = description.boot?.kernel?.path else {
            throw .malformed("\(description.file): boot_domain: an installation needs it, with its kernel's path")
        }
        var installed = description
        installed.grub.folder = InstalledScript.boot
        installed.grub.lcm = InstalledNames.lcm
        installed.xen.path = try onBoot(description.xen.path, description.place(of: "xen", "path"))
        installed.boot?.kernel?.path = try onBoot(kernel, description.place(of: "boot_domain", "kernel"))
        if description.boot?.initramfs?.path != nil { installed.boot?.initramfs?.path = InstalledNames.initramfs }
        return installed
    }

    /// A file of the distribution's own below the boot folder, relative to that.
    fileprivate func onBoot(_ name: String, _ place: String) throws(CommandFailure) -> String {
        let relative = InstalledNames.relative(name, to: boot)
        guard !relative.hasPrefix("/") else { throw .refusal("\(place): \(name): not below \(boot)") }
        guard HostFile.isThere("\(boot)/\(relative)") else {
            throw .noInput("\(place): \(boot)/\(relative): no such file")
        }
        return relative
    }
}

extension LaunchDescription {
    /// "launch.yaml:7: xen.path"; without a line for what nobody wrote.
    fileprivate func place(of section: String, _ key: String) -> String {
        let value = sections[section]?[key]
        return "\(file):\(value.map { "\($0.line): " } ?? " ")\(section).\(key)"
    }
}
