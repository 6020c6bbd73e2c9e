// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Where a menu entry of grub.cfg and an LCM are not in step.
struct GrubComparison {
    /// A boot module as the LCM wants it.
    private struct Wanted {
        /// "kernel of broker".
        var users: [String] = []
        var path: String?
        var isKernel = true
        var digest: Digest?
        /// `nil` where the LCM does not say it.
        var words: GrubWords?

        /// A thousand domains may share a kernel.
        var shortUsers: String {
            users.prefix(3).joined(separator: ", ") + (users.count > 3 ? " and \(users.count - 3) more" : "")
        }
    }

    private var wanted: [Int: Wanted] = [:]
    /// False where modules may be there that the LCM says nothing of: the boot domain's own.
    private var isComplete = true
    private var tableCount: Int?
    /// Path and start of the tables' names, where it is said.
    private var tables: String?
    private var hypervisor: (path: String, words: GrubWords)?

    /// With a description paths and words are known: those that `domb compile --grub` writes, or `domb install` where the
    /// entry is its.
    init(
        _ description: LaunchDescription, _ found: GrubConfiguration.Entry, tableCount: Int
    ) throws(CommandFailure) {
        let modules = try description.modules()
        let paths = GrubPaths(description, modules, found)
        self.tableCount = tableCount
        tables = paths.tables
        hypervisor = (paths.xen, GrubWords(arguments: description.xen.options.words))
        let bootWords = GrubWords(
            arguments: String(decoding: description.boot?.commandLine ?? [], as: UTF8.self).words)
        if description.builder == .construct {
            if let boot = description.boot {
                want(0, "kernel of the boot domain", paths.bootKernel, bootWords)
                if boot.initramfs != nil {
                    want(1, "initramfs of the boot domain", paths.bootInitramfs, .unpacked)
                }
            }
            return
        }
        isComplete = modules.bootKernel != nil
        want(0, "the LCM", paths.lcm, GrubWords())
        if let index = modules.bootKernel { want(Int(index), "kernel of the boot domain", nil, bootWords) }
        if let index = modules.bootInitramfs { want(Int(index), "initramfs of the boot domain", nil, .unpacked) }
        for (index, domain) in description.domains.enumerated() {
            let name = text(domain.description.name)
            let words = GrubWords(
                options: GrubWords.unpacked.options,
                arguments: GrubEntry(description).commandLine(ofDomain: index).words)
            want(Int(modules.kernels[index]), "kernel of \(name)", nil, words)
            if let ramdisk = modules.ramdisks[index] { want(Int(ramdisk), "ramdisk of \(name)", nil, .unpacked) }
        }
        for (index, path) in modules.paths { wanted[Int(index)]?.path = paths.image(index, path) }
    }

    /// A compiled LCM has indices and digests.
    init(_ launch: Launch, tableCount: Int) {
        self.tableCount = tableCount
        isComplete = launch.bootDomain?.kernelIndex != nil
        want(0, "the LCM", nil)
        if let index = launch.bootDomain?.kernelIndex { want(Int(index), "kernel of the boot domain", nil) }
        if let index = launch.bootDomain?.ramdiskIndex { want(Int(index), "initramfs of the boot domain", nil) }
        for domain in launch.lcm.domains {
            want(domain.kernel, "kernel of \(text(domain.name))", isKernel: true)
            if let ramdisk = domain.ramdisk { want(ramdisk, "ramdisk of \(text(domain.name))", isKernel: false) }
        }
    }

    private mutating func want(_ index: Int, _ user: String, _ path: String?, _ words: GrubWords? = nil) {
        wanted[index, default: Wanted()].users.append(user)
        wanted[index]?.path = path
        // The boot domain's kernel may be a domain's, too: its line is the one with words.
        let known = wanted[index]?.words
        wanted[index]?.words = known ?? words
    }

    private mutating func want(_ image: ImageReference, _ user: String, isKernel: Bool) {
        guard let index = image.moduleIndex else { return }
        want(Int(index), user, nil)
        wanted[Int(index)]?.isKernel = isKernel
        if let digest = image.expectedDigest { wanted[Int(index)]?.digest = digest }
    }

    /// One line for each difference; none where the two are in step. With `images` the files are compared, too.
    func differences(
        _ entry: GrubConfiguration.Entry, images: inout ImageFolder
    ) throws(CommandFailure) -> [String] {
        var found = tableDifferences(entry) + hypervisorDifferences(entry)
        let last = wanted.keys.max() ?? 0
        for (index, wanted) in wanted.sorted(by: { $0.key < $1.key }) {
            let what = [wanted.path, "(\(wanted.shortUsers))"].compactMap { $0 }.joined(separator: " ")
            guard index < entry.modules.count else {
                found.append(
                    "module \(index): the LCM expects \(what), the entry has only \(entry.modules.count) modules")
                continue
            }
            let module = entry.modules[index]
            if let path = wanted.path, path != module.path {
                let other = entry.modules.firstIndex { $0.path == path }.map { ", and \(path) as module \($0)" }
                found.append(
                    "module \(index): the LCM expects \(what), the entry has \(module.path) (line \(module.line))"
                        + (other ?? ""))
            } else if let words = wanted.words, let text = words.difference(module) {
                found.append("module \(index): \(what): \(text) (line \(module.line))")
            } else if images.root != nil, let digest = wanted.digest {
                let content = try wanted.isKernel ? images.kernel(module.path) : images.ramdisk(module.path)
                if content.digest != digest {
                    found.append(
                        "module \(index): the LCM expects \(what) with sha256 \(hexadecimal(digest.bytes)), the entry "
                            + "has \(module.path) (line \(module.line)) with \(hexadecimal(content.digest.bytes))")
                }
            }
        }
        for (index, module) in entry.modules.enumerated()
        where index > last || (isComplete && wanted[index] == nil) {
            found.append("module \(index): the LCM has none, the entry has \(module.path) (line \(module.line))")
        }
        return found
    }

    private func tableDifferences(_ entry: GrubConfiguration.Entry) -> [String] {
        guard !entry.tables.isEmpty else {
            let names = tables.map { " (\($0)1.aml)" } ?? ""
            return ["the entry has no acpi line: DomB reads the LCM from ACPI tables\(names)"]
        }
        var found = entry.tableOptions.map { "acpi: the entry has the option \($0): it would keep tables from Xen" }
        if let tables, let tableCount {
            let wanted = GrubWords(arguments: (0..<tableCount).map { "\(tables)\($0 + 1).aml" })
            if let text = wanted.difference(options: [], arguments: entry.tables) { found.append("acpi: \(text)") }
        } else if let tableCount, tableCount != entry.tables.count {
            found.append(
                "the LCM takes \(counted(tableCount, "ACPI table", "ACPI tables")), the entry's acpi line has "
                    + "\(entry.tables.count)")
        }
        return found
    }

    private func hypervisorDifferences(_ entry: GrubConfiguration.Entry) -> [String] {
        var found = entry.others.map {
            "the entry has '\($0.words.joined(separator: " "))' (line \($0.line)), which loads something else"
        }
        guard let load = entry.hypervisor else { return found }
        if let module = entry.modules.first, module.line < load.line {
            found.append(
                "the entry has \(module.path) (line \(module.line)) before Xen (line \(load.line)): GRUB takes no module then"
            )
        }
        guard let hypervisor else { return found }
        if load.path != hypervisor.path {
            found.append("Xen is \(load.path) (line \(load.line)) and not \(hypervisor.path)")
        }
        if let text = hypervisor.words.difference(load) {
            found.append("Xen's options: \(text) (line \(load.line))")
        }
        return found
    }
}
