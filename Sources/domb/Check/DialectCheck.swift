// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Where a hypervisor's own reader would take a tree otherwise than DomB does: by the rules of its source, of which
/// rig/dialects.py is an independent copy.
struct DialectCheck {
    private let dialect: TreeDialect
    /// "/chosen/hypervisor/broker: ...", in the tree's order.
    private(set) var misreadings: [String] = []
    /// Who has a boot module, by its index.
    private var users: [UInt32: String] = [:]
    /// Those that the hypervisor itself unpauses.
    private var started: [String] = []

    /// The design document has no reader that could be asked.
    init(_ tree: FlatTree, as dialect: TreeDialect) {
        self.dialect = dialect
        guard dialect != .document else { return }
        guard let launch = tree.hypervisor else {
            add("/chosen/hypervisor", "is not there, and \(dialect.rawValue) looks nowhere else")
            return
        }
        check(launch, "/chosen/hypervisor")
    }

    private mutating func add(_ path: String, _ words: String) {
        misreadings.append("\(path): \(dialect.rawValue): \(words)")
    }

    private mutating func check(_ launch: FlatTree.Node, _ path: String) {
        for token in dialect.launch where !launch.isCompatible(token) {
            add(path, "compatible has no \"\(token)\": the tree is passed over, and taken for dom0's kernel")
        }
        for child in launch.children {
            let place = "\(path)/\(text(child.name))"
            if child.isCompatible("xen,domain") {
                check(domain: child, place)
            } else if child.isCompatible("xen,config") {
                for module in child.children {
                    _ = index(module, "\(place)/\(text(module.name))", failing: "is not found")
                }
            } else if dialect == .xen2024 {
                add(place, "its reader ends at a node that it does not know, and builds no domain behind it")
            }
        }
        if started.isEmpty { add(path, "no domain would be started: the boot domain needs what starts it") }
        for other in started.dropFirst() { add(other, "it would run beside the boot domain, before it is measured") }
    }

    private mutating func check(domain: FlatTree.Node, _ path: String) {
        let mode = domain.cell("mode") ?? 0
        let isInitial = (domain.cell("functions") ?? 0) & TreeDialect.initialDomain != 0
        let isHardware = (domain.cell("capabilities") ?? 0) & 2 != 0
        let isBoot = dialect == .xen2024 ? isInitial : (domain.cell("functions") ?? 0) & 1 != 0
        if mode & TreeDialect.startsOnBoot != 0 || (dialect == .xen2024 ? isInitial : isHardware) {
            if isBoot { started.insert(path, at: 0) } else { started.append(path) }
        }
        checkDomid(domain, path, isBoot: isBoot)
        checkMemory(domain, path)
        let (unread, read) =
            dialect == .xen2024 ? ("capabilities", "permissions") : ("permissions", "capabilities")
        if domain.cell(unread) ?? 0 != 0 { add(path, "\(unread) is not read: a role is said by \(read)") }
        for child in domain.children { check(child, "\(path)/\(text(child.name))", isBoot: isBoot) }
        let kernel = dialect.module("kernel")[0]
        if !domain.children.contains(where: { $0.isCompatible(kernel) }) { add(path, "it has no \(kernel)") }
    }

    private mutating func checkDomid(_ domain: FlatTree.Node, _ path: String, isBoot: Bool) {
        let domid = domain.cell("domid")
        switch dialect {
        case .document: break
        // The initial domain gets 0 whatever stands there.
        case .xen2024:
            if !isBoot, domid ?? 0 == 0 {
                add(path, "it gets the lowest domid that is free when it is built: name one")
            }
        case .xen2025:
            if domid.map({ $0 >= 0x7FF0 }) ?? true { add(path, "domid has to be there, below 0x7ff0") }
        }
    }

    private mutating func checkMemory(_ domain: FlatTree.Node, _ path: String) {
        let value = domain.value("memory") ?? []
        switch dialect {
        case .document: break
        case .xen2024:
            let isText = value.count > 1 && value.count < 64 && value.last == 0
            if !isText || !value.dropLast().allSatisfy({ (0x20..<0x7F).contains($0) }) {
                add(path, "memory has to be a text with a unit, as \"8M\"")
            }
        case .xen2025: if value.count != 8 { add(path, "memory has to be KiB in two cells") }
        }
    }

    private mutating func check(_ module: FlatTree.Node, _ path: String, isBoot: Bool) {
        let kinds = ["kernel", "ramdisk"].filter { module.isCompatible(dialect.module($0)[0]) }
        if kinds.isEmpty, dialect == .xen2025 {
            if module.isKernel || module.isRamdisk {
                add(path, "it is no module to its reader, which wants multiboot,")
            }
            return
        }
        guard let index = index(module, path, failing: "crashes its reader") else { return }
        if let other = users[index] { add(path, "boot module \(index) is that of \(other) already") }
        users[index] = path
        let words = text(module.value("bootargs")?.dropLast() ?? [])
        if !isBoot, words.words.joined(separator: " ") != words || words.contains(where: { "'\"\\".contains($0) }) {
            add(path, "bootargs: GRUB cannot hand on these words as they are (spaces, quotes, backslashes)")
        }
    }

    /// `nil` for what is found by its address, or not at all.
    private mutating func index(_ module: FlatTree.Node, _ path: String, failing: String) -> UInt32? {
        let locator = dialect.module("kernel")[1]
        switch dialect {
        case .document: return nil
        case .xen2024:
            if module.isCompatible("module,addr"), !module.isCompatible(locator) { return nil }
            guard module.isCompatible(locator), let index = module.cell("module-index"), index != 0 else {
                add(path, "what has no \"\(locator)\" with a module-index \(failing)")
                return nil
            }
            return index
        case .xen2025:
            let index = module.cell("module-index")
            guard module.isCompatible(locator), (index != nil) != (module.value("reg") != nil),
                (1..<TreeDialect.moduleLimit).contains(index ?? 1)
            else {
                add(path, "a module needs \"\(locator)\", and module-index from 1 to 62 or reg")
                return nil
            }
            return index
        }
    }
}

extension TreeDialect: ExpressibleByArgument {}
