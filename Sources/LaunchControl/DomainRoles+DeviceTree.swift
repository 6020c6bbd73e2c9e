// SPDX-License-Identifier: Apache-2.0

import Platform

extension DomainRoles {
    /// `permissions`, `functions` (Hyperlaunch) and `capabilities` (dom0less, Xen's bootfdt.h) as one set. A bit that no
    /// dialect knows is refused: it may be a privilege. `isX86`: the tree is for the hypervisor that says `xen,x86`, which
    /// starts the domain with the function of a legacy dom0, INITIAL_DOM there, and nothing else.
    init(_ view: NodeView, isX86: Bool) {
        self = []
        // The design document's reserved domid.
        if view.word("domid") == 0x7FF5 { insert(.boot) }
        insert(view, "permissions", [(0, .control), (1, .hardware)])
        insert(
            view, "functions",
            [
                (0, .boot), (1, .recovery), (2, .console), (3, .stubDomain), (30, .xenstore),
                (31, isX86 ? .boot : .legacyDom0),
            ])
        insert(view, "capabilities", [(0, .control), (1, .hardware), (2, .xenstore)])
        // Privileges and a label of Hyperlaunch's other binding, which no reader of this one gives.
        for name in ["role", "capability", "security-id"] as [Line] {
            if let property = view.property(name), view.tree.value(property).contains(where: { $0 != 0 }) {
                view.report(.reservedBits, property)
            }
        }
    }

    private mutating func insert(_ view: NodeView, _ name: Line, _ bits: [(bit: UInt32, role: DomainRoles)]) {
        guard var value = view.word(name) else { return }
        for (bit, role) in bits where value >> bit & 1 == 1 {
            formUnion(role)
            value &= ~(1 << bit)
        }
        if value != 0 { view.report(.reservedBits, name) }
    }
}

extension DomainMode {
    /// Bit 0 PARAVIRTUALIZED, bit 1 ENABLE_DEVICE_MODEL, bit 2 LONG (no matter to a launch), bit 3 START_ON_BOOT, which
    /// is the boot domain's alone.
    init?(_ view: NodeView, isBoot: Bool) {
        let mode = view.word("mode") ?? 0
        if mode & 8 != 0, !isBoot { view.report(.startsByItself, "mode") }
        switch mode & ~8 {
        case 0, 4: self = .pvh
        case 1, 5: self = .pv
        case 2, 6: self = .hvm
        case 3, 7:
            view.report(.conflictingProperties, "mode")
            return nil
        default:
            view.report(.reservedBits, "mode")
            return nil
        }
    }
}
