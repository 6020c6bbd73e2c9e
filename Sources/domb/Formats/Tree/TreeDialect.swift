// SPDX-License-Identifier: Apache-2.0

import Platform

/// Whose words a tree is written in. Each hypervisor's reader knows other ones, and none passes over all that it does not
/// know (docs/lcm-yaml.md, "builder").
enum TreeDialect: String, CaseIterable {
    /// What Xen's design document says (docs/designs/launch/hyperlaunch-devicetree.rst). No hypervisor reads it so far.
    case document = "xen"
    /// The previews of 2022 to 2024 (common/domain-builder/fdt.c).
    case xen2024 = "xen-2024"
    /// The series of 2025, "Hyperlaunch device tree for dom0", which was never merged.
    case xen2025 = "xen-2025"

    /// A tree says itself which one it is for, by the words that only one of them wants.
    init?(_ tree: FlatTree, builder: BuilderKind) {
        let launch = tree.hypervisor
        if launch?.isCompatible("xen,x86") == true {
            self = .xen2024
        } else if builder == .hypervisor, launch?.hasModules(of: "multiboot,module") == true {
            self = .xen2025
        } else {
            return nil
        }
    }

    /// `compatible` of the launch's node.
    var launch: [String] { self == .xen2024 ? ["hypervisor,xen", "xen,x86"] : ["hypervisor,xen"] }

    /// `compatible` of a module's node.
    func module(_ kind: String) -> [String] {
        switch self {
        case .document: ["module,\(kind)"]
        case .xen2024: ["module,\(kind)", "module,index"]
        case .xen2025: ["multiboot,\(kind)", "multiboot,module"]
        }
    }

    /// Whether a vcpu's affinity may have a node of its own: the others' readers take it for a module.
    var hasVCPUNodes: Bool { self == .document }

    /// Whether two domains may have one boot module: elsewhere it has one command line, and is given away with the first.
    var sharesModules: Bool { self == .document }

    /// MAX_NR_BOOTMODS of the series of 2025.
    static let moduleLimit: UInt32 = 63
    /// The mode bit with which a domain runs as soon as all are built, START_ON_BOOT.
    static let startsOnBoot: UInt32 = 8
    /// The function of the domain that Xen starts, INITIAL_DOM.
    static let initialDomain: UInt32 = 1 << 31
}

extension FlatTree {
    /// /chosen/hypervisor, by its name alone: where hypervisors look for a launch.
    var hypervisor: Node? {
        let chosen = root.children.first { $0.name.elementsEqual("chosen".utf8) }
        return chosen?.children.first { $0.name.elementsEqual("hypervisor".utf8) }
    }
}

extension FlatTree.Node {
    /// Whether a module of one of its domains has that word.
    fileprivate func hasModules(of token: String) -> Bool {
        children.contains { $0.children.contains { $0.isCompatible(token) } }
    }
}
