// SPDX-License-Identifier: Apache-2.0

import Platform

extension ImageReference {
    static let knownProperties: [Line] =
        [
            "compatible", "module-index", "mb-index", "module-addr", "reg", "xen,uefi-binary", "bootargs", "phandle",
            "linux,phandle",
        ] + SettingKey.keys(in: .module, .moduleNode).map { $0.schema.property }

    /// What a module node says; a problem leaves that part out.
    init(_ view: NodeView) {
        view.refuseUnknownDombProperties(Self.knownProperties)
        let source = SettingSource(view)
        moduleIndex = Self.index(view)
        bootAddress = Self.address(view)
        uefiBinary = view.string("xen,uefi-binary", limit: Limits.pathBytes)
        Self.refuseSecondLocation(view)
        segments = source.segments(.load)
        byteCount = view.bytes("domb,size", count: 8)?.reduce(0) { $0 << 8 | UInt64($1) }
        expectedDigest = source.digest(.digest)
    }

    private static func index(_ view: NodeView) -> UInt32? {
        let index = view.word("module-index")
        let multibootIndex = view.word("mb-index")
        if let index, let multibootIndex, index != multibootIndex {
            view.report(.conflictingProperties, "mb-index")
        } else if index == 0 || multibootIndex == 0 {
            // Module 0 is the LCM itself.
            view.report(.badPropertyValue, "module-index")
        }
        return index ?? multibootIndex
    }

    /// `module-addr` as two cells of four or of eight bytes; `reg` by the parent's cell sizes.
    private static func address(_ view: NodeView) -> Segment? {
        if let property = view.property("module-addr") {
            let count = property.value.count
            return segment(view, property, count == 16 ? (2, 2) : (1, 1))
        }
        guard let property = view.property("reg") else { return nil }
        // Where the parent says nothing the specification (2.3.5) means 2 and 1, and many trees 2 and 2: the length tells.
        let count = property.value.count
        return segment(
            view, property,
            (
                view.parent.word("#address-cells") ?? (count == 8 ? 1 : 2),
                view.parent.word("#size-cells") ?? (count == 16 ? 2 : 1)
            ))
    }

    private static func segment(
        _ view: NodeView, _ property: DeviceTree.Property, _ cells: (address: UInt32, size: UInt32)
    ) -> Segment? {
        let widths = (address: 4 * Int(cells.address), size: 4 * Int(cells.size))
        guard (1...2).contains(cells.address), (1...2).contains(cells.size),
            property.value.count == widths.address + widths.size
        else {
            view.report(.badPropertyLength, property)
            return nil
        }
        return Segment(
            address: view.number(property, at: 0, bytes: widths.address),
            byteCount: view.number(property, at: widths.address, bytes: widths.size))
    }

    /// One module lies in one place: Xen refuses a node with an index and an address.
    private static func refuseSecondLocation(_ view: NodeView) {
        let index = view.property("module-index") ?? view.property("mb-index")
        let found = [index, view.property("module-addr"), view.property("reg"), view.property("xen,uefi-binary")]
        for second in found.compactMap({ $0 }).dropFirst().prefix(1) { view.report(.conflictingProperties, second) }
    }
}
