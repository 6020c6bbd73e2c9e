// SPDX-License-Identifier: Apache-2.0

import Platform

extension ImageReference {
    static let knownProperties: [StaticString] = [
        "compatible", "module-index", "mb-index", "module-addr", "reg", "xen,uefi-binary", "bootargs", "phandle",
        "linux,phandle", "domb,load", "domb,digest", "domb,size",
    ]

    /// What a module node says; a problem leaves that part out.
    init(_ view: NodeView, _ problems: ProblemList) {
        self.init(moduleIndex: nil)
        view.refuseUnknownDombProperties(Self.knownProperties, problems)
        func get<Value>(_ read: (NodeView) throws(ParseError) -> Value?) -> Value? {
            problems.attempt { () throws(ParseError) in try read(view) } ?? nil
        }
        moduleIndex = get(Self.index)
        bootAddress = get(Self.address)
        uefiBinary = get { (view) throws(ParseError) in try view.string("xen,uefi-binary", limit: Limits.pathBytes) }
        if let problem = Self.locationProblem(view) { problems.report(problem) }
        segments = get(Self.segments) ?? []
        byteCount = get(Self.size)
        expectedDigest = get { (view) throws(ParseError) in try view.digest("domb,digest") }
    }

    private static func index(_ view: NodeView) throws(ParseError) -> UInt32? {
        let index = try view.word("module-index")
        let multibootIndex = try view.word("mb-index")
        if let index, let multibootIndex, index != multibootIndex {
            throw view.error(.conflictingProperties, missing: "mb-index")
        }
        // Module 0 is the LCM itself.
        guard index != 0, multibootIndex != 0 else { throw view.error(.badPropertyValue, missing: "module-index") }
        return index ?? multibootIndex
    }

    /// `module-addr` as two cells of four or of eight bytes; `reg` by the parent's cell sizes.
    private static func address(_ view: NodeView) throws(ParseError) -> Segment? {
        if let property = view.property("module-addr") {
            guard property.value.count == 8 || property.value.count == 16 else {
                throw view.error(.badPropertyLength, property)
            }
            let cells = property.value.count / 8
            return Segment(address: view.cells(property, 0, cells), byteCount: view.cells(property, cells, cells))
        }
        guard let property = view.property("reg") else { return nil }
        // Where the parent says nothing the specification (2.3.5) means 2 and 1, and many trees 2 and 2: the length tells.
        let addressCells = Int(try view.parent.word("#address-cells") ?? (property.value.count == 8 ? 1 : 2))
        let sizeCells = Int(try view.parent.word("#size-cells") ?? (property.value.count == 16 ? 2 : 1))
        guard (1...2).contains(addressCells), (1...2).contains(sizeCells),
            property.value.count == 4 * (addressCells + sizeCells)
        else { throw view.error(.badPropertyLength, property) }
        return Segment(
            address: view.cells(property, 0, addressCells), byteCount: view.cells(property, addressCells, sizeCells))
    }

    /// One module lies in one place: Xen refuses a node with an index and an address.
    private static func locationProblem(_ view: NodeView) -> ParseError? {
        let byIndex = view.property("module-index") != nil || view.property("mb-index") != nil
        let others: [StaticString] = ["module-addr", "reg", "xen,uefi-binary"]
        var found = byIndex ? 1 : 0
        for name in others {
            guard let property = view.property(name) else { continue }
            found += 1
            if found > 1 { return view.error(.conflictingProperties, property) }
        }
        return nil
    }

    private static func segments(_ view: NodeView) throws(ParseError) -> [Segment]? {
        guard let cells = try view.longs("domb,load") else { return nil }
        let (segments, problem) = Segment.list(cells)
        if let problem { throw view.error(problem, missing: "domb,load") }
        return segments
    }

    private static func size(_ view: NodeView) throws(ParseError) -> UInt64? {
        let size = try view.longs("domb,size")
        guard size?.count ?? 1 == 1 else { throw view.error(.badPropertyLength, missing: "domb,size") }
        return size?.first
    }
}
