// SPDX-License-Identifier: Apache-2.0

extension BootDomain {
    /// Those that `init` reads, or that mean nothing to a launch.
    private static let known = [
        "compatible", "domid", "cpus", "memory", "phandle", "linux,phandle", "#address-cells", "#size-cells",
    ]

    /// The boot domain of a tree: the domain with the function boot.
    init?(_ tree: FlatTree) {
        let chosen = tree.root.children.first { $0.baseName.elementsEqual("chosen".utf8) }
        guard let chosen else { return nil }
        let launch = chosen.children.first { $0.isCompatible("hypervisor,xen") } ?? chosen
        let functions = launch.isCompatible("xen,x86") ? 1 | TreeDialect.initialDomain : 1
        let boot = launch.children.first {
            $0.isCompatible("xen,domain") && ($0.cell("functions") ?? 0) & functions != 0
        }
        guard let boot else { return nil }
        name = boot.baseName
        let kernel = boot.children.first { $0.isKernel }
        let ramdisk = boot.children.first { $0.isRamdisk }
        kernelIndex = kernel?.moduleIndex
        ramdiskIndex = ramdisk?.moduleIndex
        commandLine = kernel?.value("bootargs")?.dropLast() ?? []
        memory = boot.kibibytes("memory")
        vcpus = boot.cell("cpus") ?? 1
        mode = (boot.cell("mode") ?? 0) & 3 == 1 ? .pv : .pvh
        foreign = Self.foreign(boot, isMemoryRead: memory != nil)
    }

    private static func foreign(_ boot: FlatTree.Node, isMemoryRead: Bool) -> [String] {
        let defaults: [(name: String, value: UInt32)] = [
            ("functions", 1), ("functions", TreeDialect.initialDomain), ("functions", TreeDialect.initialDomain | 1),
            ("permissions", 0), ("permissions", 3), ("capabilities", 0), ("capabilities", 3),
        ]
        let properties = boot.properties.filter { property in
            let name = String(decoding: property.name, as: UTF8.self)
            if name == "memory" { return !isMemoryRead }
            // PVH or PV, and whether its kernel has 64 bits and who starts it, which is the dialect's to say.
            if name == "mode" { return boot.cell(name).map { $0 & ~12 > 1 } ?? true }
            return !known.contains(name) && !defaults.contains { $0.name == name && boot.cell(name) == $0.value }
        }
        let children = boot.children.filter { !($0.isKernel || $0.isRamdisk) || $0.moduleIndex == nil }
        return properties.map { "property \(text($0.name))" } + children.map { "node \(text($0.name))" }
    }
}

extension FlatTree.Node {
    var isKernel: Bool { isCompatible("module,kernel", "multiboot,kernel", "xen,linux-zimage") }
    var isRamdisk: Bool { isCompatible("module,ramdisk", "multiboot,ramdisk", "xen,linux-initrd") }
    var moduleIndex: UInt32? { cell("module-index") ?? cell("mb-index") }

    /// As LaunchControl's reader takes it: text with a unit first, then a number of eight or four bytes.
    fileprivate func kibibytes(_ name: String) -> UInt64? {
        guard let value = value(name) else { return nil }
        let units: [(letters: String, shift: UInt64)] = [("Kk", 0), ("Mm", 10), ("Gg", 20)]
        let text = String(decoding: value.dropLast(), as: UTF8.self)
        if value.last == 0, let letter = text.last, let number = DescriptionValue.number(text.dropLast()),
            let unit = units.first(where: { $0.letters.contains(letter) })
        {
            return number << unit.shift
        }
        return value.count == 8 || value.count == 4 ? value.reduce(0) { $0 << 8 | UInt64($1) } : nil
    }
}
