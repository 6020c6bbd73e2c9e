// SPDX-License-Identifier: Apache-2.0

import Platform

/// Typed access to the properties of one node. Every error names the node's path and the property's place.
struct NodeView {
    let tree: DeviceTree
    let index: Int

    var node: DeviceTree.Node { tree.nodes[index] }
    var offset: Int { node.offset }
    var children: [NodeView] { node.children.map { NodeView(tree: tree, index: $0) } }
    var properties: ArraySlice<DeviceTree.Property> { tree.properties[node.properties] }

    /// The node's name without its unit address.
    var baseName: [UInt8] { [UInt8](node.name.prefix { $0 != UInt8(ascii: "@") }) }

    var place: Place { Place(offset: offset, path: tree.path(of: index)) }

    func child(_ name: StaticString) -> NodeView? {
        let wanted = Line(name).bytes
        return children.first { $0.baseName == wanted }
    }

    func property(_ name: StaticString) -> DeviceTree.Property? {
        let wanted = Line(name).bytes
        return properties.first { $0.name == wanted }
    }

    func error(_ code: ParseError.Code, _ property: DeviceTree.Property) -> ParseError {
        ParseError(code, at: property.offset, place: tree.path(of: index) + [UInt8(ascii: ":")] + property.name)
    }

    func error(_ code: ParseError.Code, missing name: StaticString) -> ParseError {
        ParseError(code, at: offset, place: tree.path(of: index) + [UInt8(ascii: ":")] + Line(name).bytes)
    }

    func error(_ code: ParseError.Code) -> ParseError { ParseError(code, at: offset, place: tree.path(of: index)) }

    func word(_ name: StaticString) throws(ParseError) -> UInt32? {
        guard let property = property(name) else { return nil }
        guard property.value.count == 4 else { throw error(.badPropertyLength, property) }
        return UInt32(truncatingIfNeeded: bigEndian(property.value))
    }

    /// Consecutive big-endian cells of four bytes.
    func words(_ name: StaticString) throws(ParseError) -> [UInt32]? {
        guard let property = property(name) else { return nil }
        guard property.value.count % 4 == 0 else { throw error(.badPropertyLength, property) }
        return stride(from: property.value.lowerBound, to: property.value.upperBound, by: 4).map {
            UInt32(truncatingIfNeeded: bigEndian($0..<($0 + 4)))
        }
    }

    /// Consecutive big-endian cells of eight bytes.
    func longs(_ name: StaticString) throws(ParseError) -> [UInt64]? {
        guard let property = property(name) else { return nil }
        guard property.value.count % 8 == 0 else { throw error(.badPropertyLength, property) }
        return stride(from: property.value.lowerBound, to: property.value.upperBound, by: 8).map {
            bigEndian($0..<($0 + 8))
        }
    }

    /// One zero-terminated string, without its zero.
    func string(_ name: StaticString, limit: Int) throws(ParseError) -> [UInt8]? {
        guard let property = property(name) else { return nil }
        var value = tree.value(property)
        guard value.popLast() == 0, !value.contains(0) else { throw error(.badPropertyValue, property) }
        guard value.count <= limit else { throw error(.limitExceeded, property) }
        return value
    }

    /// One zero-terminated string or several, without their zeros.
    func strings(_ name: StaticString) throws(ParseError) -> [ArraySlice<UInt8>]? {
        guard let property = property(name) else { return nil }
        let value = tree.value(property)
        guard value.last == 0 else { throw error(.badPropertyValue, property) }
        return value.dropLast().split(separator: 0, omittingEmptySubsequences: false)
    }

    func bytes(_ name: StaticString, count: Int) throws(ParseError) -> [UInt8]? {
        guard let property = property(name) else { return nil }
        guard property.value.count == count else { throw error(.badPropertyLength, property) }
        return tree.value(property)
    }

    /// True if one of the strings of `compatible` is `token`.
    func isCompatible(_ token: StaticString) -> Bool {
        guard let property = property("compatible") else { return false }
        let wanted = Line(token).bytes
        return tree.value(property).split(separator: 0).contains { [UInt8]($0) == wanted }
    }

    var parent: NodeView { NodeView(tree: tree, index: node.parent) }

    /// One or two cells of a property from a cell on, as one number. They must be there.
    func cells(_ property: DeviceTree.Property, _ first: Int, _ count: Int) -> UInt64 {
        let start = property.value.lowerBound + 4 * first
        return bigEndian(start..<(start + 4 * count))
    }

    private func bigEndian(_ range: Range<Int>) -> UInt64 {
        var value: UInt64 = 0
        for byte in tree.bytes[range] { value = value << 8 | UInt64(byte) }
        return value
    }
}
