// SPDX-License-Identifier: Apache-2.0

/// What GRUB calls the files of a launch: as `domb compile --grub` writes them, or as `domb install` does, whose script asks
/// update-grub where the boot folder is. Where it is a partition of its own that is "/".
struct GrubPaths {
    private let description: LaunchDescription
    private let modules: LaunchDescription.Modules
    /// The boot folder as GRUB has it; `nil` for an entry that is not `domb install`'s.
    private let installed: String?

    init(_ description: LaunchDescription, _ modules: LaunchDescription.Modules, _ entry: GrubConfiguration.Entry) {
        self.description = description
        self.modules = modules
        let end = "/\(InstalledNames.tables)1.aml"
        installed = entry.tables.first.flatMap { $0.hasSuffix(end) ? String($0.dropLast(end.count)) : nil }
    }

    /// A file that the distribution put there.
    private func own(_ name: String) -> String {
        guard let installed else { return GrubEntry(description).path(name) }
        return "\(installed)/\(InstalledNames.relative(name, to: Self.boot))"
    }

    /// Where `domb install` installs, if it is not told otherwise.
    private static let boot = "/boot"

    private func onBoot(_ name: String) -> String? { installed.map { "\($0)/\(name)" } }

    var tables: String? {
        onBoot(InstalledNames.tables) ?? description.grub.tables.map { GrubEntry(description).path($0) }
    }

    var xen: String { own(description.xen.path) }
    var lcm: String? { onBoot(InstalledNames.lcm) ?? description.grub.lcm.map { GrubEntry(description).path($0) } }
    var bootKernel: String? { description.boot?.kernel?.path.map(own) }

    var bootInitramfs: String? {
        description.boot?.initramfs?.path.map { onBoot(InstalledNames.initramfs) ?? GrubEntry(description).path($0) }
    }

    /// A module with an index: the boot domain's own keep their names.
    func image(_ index: UInt32, _ path: String) -> String? {
        if index == modules.bootKernel { return bootKernel }
        if index == modules.bootInitramfs { return bootInitramfs }
        return onBoot(InstalledNames.image(index)) ?? GrubEntry(description).path(path)
    }
}
