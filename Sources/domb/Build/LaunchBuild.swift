// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Sequencer

/// Everything that boots a described launch, made and checked before anything is written.
struct LaunchBuild {
    let files: [(content: [UInt8], name: String)]
    private let lcm: LCM
    private let modules: LaunchDescription.Modules

    /// `golden`: what `domb predict --json` says of it; empty for none.
    init(_ checked: CheckedLaunch, initramfs: [UInt8], golden: [UInt8]) throws(CommandFailure) {
        lcm = checked.file.lcm
        modules = checked.modules
        let tables = try LaunchControlContainer.written(
            checked.content, checked.file.path, signature: checked.description.tableSignature)
        let entry = try GrubEntry(checked.description.with(builtInitramfs: BuildFolder.initramfs)).written(
            modules, output: BuildFolder.lcm, tableCount: tables.count)
        var files = [(content: checked.content, name: BuildFolder.lcm)]
        for (index, table) in tables.enumerated() { files.append((table, "lcm\(index + 1).aml")) }
        files += [(initramfs, BuildFolder.initramfs), (Array(entry.utf8), "grub.cfg")]
        if !golden.isEmpty { files.append((golden, "golden.json")) }
        self.files = files
    }

    /// What the boot domain will find there is what the launch says.
    static func check(_ initramfs: [UInt8], of checked: CheckedLaunch, from path: String) throws(CommandFailure) {
        var images = checked.images
        let archive = try Initramfs(initramfs, from: path)
        var check = InitramfsCheck(checked.description, checked.modules, checked.file.lcm.domains, archive)
        try check.run(&images)
        guard check.refusals.isEmpty else { throw .refusal(check.refusals) { "\(checked.file.path): \($0)" } }
    }

    /// Who is started when, of what: for people.
    var table: [String] {
        var rows = [["order", "domid", "domain", "memory", "vcpus", "after", "images"]]
        for (place, index) in order.enumerated() {
            let domain = lcm.domains[index]
            let after = domain.dependencies.map { text(lcm.domains[$0].name) }.joined(separator: ", ")
            let images = [domain.kernel] + domain.loadedModules
            let names = images.compactMap { $0.moduleIndex }.map { modules.paths[$0] ?? "module \($0)" }
            rows.append([
                "\(place + 1)", "\(domain.domid.rawValue)", text(domain.name), DescriptionWriter.size(domain.memory),
                "\(domain.vcpus)", after.isEmpty ? "-" : after, names.joined(separator: ", "),
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            return line.trimmed
        }
    }

    private var order: [Int] {
        do throws(DependencyCycle) {
            return try DependencyGraph(dependencies: lcm.domains.map { $0.dependencies }).order()
        } catch {
            return Array(lcm.domains.indices)
        }
    }
}
