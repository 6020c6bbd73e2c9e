// SPDX-License-Identifier: Apache-2.0

import Platform

/// A flattened device tree (Devicetree Specification 0.4, chapter 5), every offset and length checked. The blob is read
/// once; the tree keeps places in it, not copies of values.
struct DeviceTree {
    struct Node {
        let name: [UInt8]
        /// Index of the parent; the root's own index for the root.
        let parent: Int
        /// Of the node's token, from the start of the blob.
        let offset: Int
        var properties: Range<Int>
        var children: [Int] = []
    }

    struct Property {
        let name: [UInt8]
        /// The value's place in the blob.
        let value: Range<Int>
        /// Of the property's token.
        let offset: Int
    }

    private enum Token {
        static let beginNode: UInt32 = 1
        static let endNode: UInt32 = 2
        static let property: UInt32 = 3
        static let nop: UInt32 = 4
        static let end: UInt32 = 9
    }

    static let magic: [UInt8] = [0xD0, 0x0D, 0xFE, 0xED]

    let bytes: [UInt8]
    private(set) var nodes: [Node] = []
    private(set) var properties: [Property] = []

    init(parsing bytes: [UInt8]) throws(ParseError) {
        self.bytes = bytes
        let header = try Header(parsing: bytes)
        try checkReserveMap(header)
        try readStructure(header)
        try checkSiblingNames()
    }

    func value(_ property: Property) -> [UInt8] { [UInt8](bytes[property.value]) }

    /// "/chosen/hypervisor/broker".
    func path(of index: Int) -> [UInt8] {
        var names: [[UInt8]] = []
        var current = index
        while nodes[current].parent != current {
            names.append(nodes[current].name)
            current = nodes[current].parent
        }
        if names.isEmpty { return [UInt8(ascii: "/")] }
        var path: [UInt8] = []
        for name in names.reversed() { path += [UInt8(ascii: "/")] + name }
        return path
    }
}

extension DeviceTree {
    /// The ten big-endian words at the start of a blob (5.2).
    private struct Header {
        let structure: (start: UInt32, count: UInt32)
        let strings: (start: UInt32, count: UInt32)
        let reserveMap: UInt32
        let structureSizeIsKnown: Bool

        init(parsing bytes: [UInt8]) throws(ParseError) {
            guard bytes.count <= Limits.moduleBytes else { throw ParseError(.tooLarge, at: Limits.moduleBytes) }
            var cursor = ByteCursor(bytes)
            guard try cursor.readBytes(4) == DeviceTree.magic else { throw ParseError(.unknownFormat, at: 0) }
            let totalSize = try cursor.readBigEndian()
            guard UInt64(totalSize) <= UInt64(bytes.count) else { throw ParseError(.truncated, at: bytes.count) }
            guard UInt64(totalSize) == UInt64(bytes.count) else { throw ParseError(.trailingData, at: Int(totalSize)) }
            let structureStart = try cursor.readBigEndian()
            let stringsStart = try cursor.readBigEndian()
            reserveMap = try cursor.readBigEndian()
            let version = try cursor.readBigEndian()
            let lastCompatible = try cursor.readBigEndian()
            guard version >= 16, lastCompatible <= 17 else { throw ParseError(.badVersion, at: 20) }
            _ = try cursor.readBigEndian()
            let stringsSize = try cursor.readBigEndian()
            guard structureStart <= totalSize else { throw ParseError(.blockOutOfBounds, at: 8) }
            // Version 16 has no size of the structure block: it ends with its end token.
            structureSizeIsKnown = version >= 17
            let structureSize = structureSizeIsKnown ? try cursor.readBigEndian() : totalSize - structureStart
            guard structureStart % 4 == 0 else { throw ParseError(.blockOutOfBounds, at: 8) }
            structure = (structureStart, structureSize)
            strings = (stringsStart, stringsSize)
        }
    }

    /// The reserve map says nothing to DomB, but it must end inside the blob (5.3).
    private func checkReserveMap(_ header: Header) throws(ParseError) {
        guard header.reserveMap % 8 == 0, UInt64(header.reserveMap) <= UInt64(bytes.count) else {
            throw ParseError(.blockOutOfBounds, at: 16)
        }
        var cursor = try ByteCursor(
            bytes, start: header.reserveMap, count: UInt32(bytes.count) - header.reserveMap)
        while true {
            let entry = try cursor.readBytes(16)
            if !entry.contains(where: { $0 != 0 }) { return }
        }
    }

    private mutating func readStructure(_ header: Header) throws(ParseError) {
        var cursor = try ByteCursor(bytes, start: header.structure.start, count: header.structure.count)
        let strings = try ByteCursor(bytes, start: header.strings.start, count: header.strings.count)
        var open: [Int] = []
        while true {
            let offset = cursor.offset
            switch try cursor.readBigEndian() {
            case Token.beginNode:
                try beginNode(&cursor, at: offset, open: &open)
            case Token.endNode:
                guard open.popLast() != nil else { throw ParseError(.unbalancedNodes, at: offset) }
            case Token.property:
                guard let node = open.last else { throw ParseError(.unbalancedNodes, at: offset) }
                try readProperty(&cursor, at: offset, of: node, strings: strings)
            case Token.nop:
                continue
            case Token.end:
                guard open.isEmpty, !nodes.isEmpty else { throw ParseError(.unbalancedNodes, at: offset) }
                guard cursor.remaining == 0 || !header.structureSizeIsKnown else {
                    throw ParseError(.trailingData, at: cursor.offset)
                }
                return
            default:
                throw ParseError(.badToken, at: offset)
            }
        }
    }

    private mutating func beginNode(_ cursor: inout ByteCursor, at offset: Int, open: inout [Int]) throws(ParseError) {
        guard nodes.count < Limits.nodes else { throw ParseError(.tooManyNodes, at: offset) }
        guard open.count < Limits.depth else { throw ParseError(.tooDeep, at: offset) }
        let name = try cursor.readTerminated(limit: Limits.foreignNameBytes)
        try cursor.align()
        let index = nodes.count
        if let parent = open.last {
            guard Self.isNodeName(name) else { throw ParseError(.badName, at: offset) }
            nodes[parent].children.append(index)
        } else {
            // One root, and its name is empty.
            guard nodes.isEmpty else { throw ParseError(.unbalancedNodes, at: offset) }
            guard name.isEmpty else { throw ParseError(.badName, at: offset) }
        }
        nodes.append(
            Node(
                name: name, parent: open.last ?? index, offset: offset,
                properties: properties.count..<properties.count))
        open.append(index)
    }

    private mutating func readProperty(
        _ cursor: inout ByteCursor, at offset: Int, of node: Int, strings: ByteCursor
    ) throws(ParseError) {
        guard properties.count < Limits.properties else { throw ParseError(.tooManyProperties, at: offset) }
        // All properties of a node come before its children (5.4.2): so they are one run.
        guard nodes[node].children.isEmpty else { throw ParseError(.unbalancedNodes, at: offset) }
        let length = try cursor.readBigEndian()
        let nameOffset = try cursor.readBigEndian()
        guard Int(nameOffset) < strings.remaining else { throw ParseError(.blockOutOfBounds, at: offset + 8) }
        var nameCursor = strings
        try nameCursor.skip(Int(nameOffset))
        let name = try nameCursor.readTerminated(limit: Limits.foreignNameBytes)
        guard Self.isPropertyName(name) else { throw ParseError(.badName, at: offset) }
        let start = cursor.offset
        try cursor.skip(Int(length))
        try cursor.align()
        let run = nodes[node].properties
        guard run.count < Limits.propertiesPerNode else { throw ParseError(.tooManyProperties, at: offset) }
        for other in properties[run] where other.name == name { throw ParseError(.duplicateName, at: offset) }
        properties.append(Property(name: name, value: start..<(start + Int(length)), offset: offset))
        nodes[node].properties = run.lowerBound..<properties.count
    }

    /// Readers differ in which of two nodes of one name they take: DomB must not read another one than Xen.
    private func checkSiblingNames() throws(ParseError) {
        for node in nodes where node.children.count > 1 {
            let sorted = node.children.inOrder { nodes[$0].name.lexicographicallyPrecedes(nodes[$1].name) }
            for (left, right) in zip(sorted, sorted.dropFirst()) where nodes[left].name == nodes[right].name {
                let second = max(left, right)
                throw ParseError(.duplicateName, at: nodes[second].offset, place: path(of: second))
            }
        }
    }

    /// 2.2.1: "@" stands before a unit address.
    private static func isNodeName(_ name: [UInt8]) -> Bool {
        name.first != UInt8(ascii: "@") && name.isWord(with: ",._+-@")
    }

    /// 2.2.4.1.
    private static func isPropertyName(_ name: [UInt8]) -> Bool { name.isWord(with: ",._+-?#") }
}

extension Collection<UInt8> {
    /// Whether it is not empty, and has ASCII's letters, digits and these characters alone.
    func isWord(with others: Line) -> Bool {
        !isEmpty
            && allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: others.bytes.contains(byte)
                }
            }
    }
}
