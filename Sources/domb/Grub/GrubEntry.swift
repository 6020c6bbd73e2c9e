// SPDX-License-Identifier: Apache-2.0

import LaunchControl

/// A menu entry of grub.cfg that boots a described launch. The n-th `module2` line is boot module n.
struct GrubEntry {
    private let description: LaunchDescription

    init(_ description: LaunchDescription) { self.description = description }

    /// As GRUB finds a file.
    func path(_ name: String) -> String {
        name.hasPrefix("/") ? name : "\(description.grub.folder)/\(name)"
    }

    /// `output` is the LCM's own file, which takes `tableCount` ACPI tables.
    func written(
        _ modules: LaunchDescription.Modules, output: String, tableCount: Int
    ) throws(CommandFailure) -> String {
        let name = output.split(separator: "/").last.map(String.init) ?? output
        let stem = name.split(separator: ".").first.map(String.init) ?? name
        let tables = path(description.grub.tables ?? stem)
        let signature = description.tableSignature
        let option = signature == "OEM1" ? "" : " --signature \(signature)"
        let lines =
            [
                "# Written by domb compile. The ACPI tables: domb table \(name) --output \(tables)\(option)",
                "menuentry \(title) {",
            ] + (try commands(modules, lcm: name, tables: tables, tableCount: tableCount)) + ["}"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// As a word of GRUB's shell.
    var title: String { Self.quoted(description.grub.title, always: true) }

    /// The entry's own commands, one a line. `lcm` is the LCM's name, `tables` path and start of the tables' names.
    func commands(
        _ modules: LaunchDescription.Modules, lcm: String, tables: String, tableCount: Int
    ) throws(CommandFailure) -> [String] {
        guard let boot = description.boot, let kernel = boot.kernel?.path else {
            throw .malformed("\(description.file): boot_domain: a grub.cfg needs it, with its kernel's path")
        }
        let files = (1...max(1, tableCount)).map { Self.quoted("\(tables)\($0).aml") }
        var lines = [
            "    acpi \(files.joined(separator: " "))",
            "    multiboot2 \(words([path(description.xen.path)], description.xen.options))",
        ]
        let bootLine = "    module2 \(words([path(kernel)], String(decoding: boot.commandLine, as: UTF8.self)))"
        switch description.builder {
        case .construct:
            lines.append(bootLine)
            if let initramfs = boot.initramfs?.path { lines.append(module(initramfs)) }
            lines += modules.paths.sorted { $0.key < $1.key }.map {
                "    # in the initramfs as /images/\($0.key): \($0.value.filter { !$0.isNewline })"
            }
        case .xen, .xen2024, .xen2025:
            lines.append("    module2 \(Self.quoted(path(description.grub.lcm ?? lcm)))")
            let last = max(modules.paths.keys.max() ?? 0, modules.kernels.max() ?? 0)
            for index in 1...max(1, last) {
                guard let path = modules.paths[index] else {
                    throw .malformed(
                        "\(description.file): no image with a path has index \(index), and GRUB leaves no gaps")
                }
                let words = modules.kernels.firstIndex(of: index).map { commandLine(ofDomain: $0) } ?? ""
                lines.append(index == modules.bootKernel ? bootLine : module(path, words))
            }
        }
        return lines
    }

    /// Unpacked by GRUB an image would not be what was measured.
    private func module(_ name: String, _ arguments: String = "") -> String {
        "    module2 --nounzip \(words([path(name)], arguments))"
    }

    /// As the module's own words: the hypervisors take them before `bootargs`. Where domains share a module it has none.
    func commandLine(ofDomain index: Int) -> String {
        guard !description.builder.dialect.sharesModules else { return "" }
        return String(decoding: description.domains[index].description.commandLine, as: UTF8.self)
    }

    private func words(_ first: [String], _ rest: String) -> String {
        (first + rest.split(separator: " ").map(String.init)).map { Self.quoted($0) }.joined(separator: " ")
    }

    /// For GRUB's shell.
    private static func quoted(_ word: String, always: Bool = false) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_=+.,:/@%".utf8.contains(byte)
            }
        }
        if isPlain, !always { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
