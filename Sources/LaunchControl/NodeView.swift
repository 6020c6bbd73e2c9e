// SPDX-License-Identifier: Apache-2.0

import Platform

/// Typed access to the properties of one node. What is wrong with one is reported, with the node's path and the property's
/// place, and it reads as if it were not there.
struct NodeView {
    let tree: DeviceTree
    let index: Int
    let problems: ProblemList

    var node: DeviceTree.Node { tree.nodes[index] }
    var offset: Int { node.offset }
    var children: [NodeView] { node.children.map { NodeView(tree: tree, index: $0, problems: problems) } }
    var parent: NodeView { NodeView(tree: tree, index: node.parent, problems: problems) }
    var properties: ArraySlice<DeviceTree.Property> { tree.properties[node.properties] }

    /// The node's name without its unit address.
    var baseName: [UInt8] { [UInt8](node.name.prefix { $0 != UInt8(ascii: "@") }) }

    var place: Place { Place(offset: offset, path: tree.path(of: index)) }

    func property(_ name: Line) -> DeviceTree.Property? { properties.first { $0.name == name.bytes } }

    func error(_ code: ParseError.Code) -> ParseError { place.error(code) }

    func report(_ code: ParseError.Code) { problems.report(error(code)) }

    /// Where the property is what is wrong.
    func report(_ code: ParseError.Code, _ property: DeviceTree.Property) {
        let place = Place(offset: property.offset, path: place.path)
        problems.report(place.error(code, Line(property.name[...])))
    }

    /// Where its value, or that it is not there, is what is wrong.
    func report(_ code: ParseError.Code, _ name: Line) { problems.report(place.error(code, name)) }

    /// A number in one cell of four bytes.
    func word(_ name: Line) -> UInt32? {
        bytes(name, count: 4).map { $0.reduce(0) { $0 << 8 | UInt32($1) } }
    }

    /// Consecutive big-endian cells of `width` bytes.
    func cells(_ name: Line, bytes width: Int) -> [UInt64]? {
        guard let property = property(name) else { return nil }
        guard property.value.count % width == 0 else {
            report(.badPropertyLength, property)
            return nil
        }
        return stride(from: 0, to: property.value.count, by: width).map { number(property, at: $0, bytes: width) }
    }

    /// One zero-terminated string, without its zero.
    func string(_ name: Line, limit: Int) -> [UInt8]? {
        guard let property = property(name) else { return nil }
        let value = tree.value(property)
        if value.firstIndex(of: 0) != value.count - 1 {
            report(.badPropertyValue, property)
        } else if value.count - 1 > limit {
            report(.limitExceeded, property)
        } else {
            return [UInt8](value.dropLast())
        }
        return nil
    }

    /// One zero-terminated string or several, without their zeros.
    func strings(_ name: Line) -> [ArraySlice<UInt8>]? {
        guard let property = property(name) else { return nil }
        let value = tree.value(property)
        guard value.last == 0 else {
            report(.badPropertyValue, property)
            return nil
        }
        return value.dropLast().split(separator: 0, omittingEmptySubsequences: false)
    }

    func bytes(_ name: Line, count: Int) -> [UInt8]? {
        guard let property = property(name) else { return nil }
        guard property.value.count == count else {
            report(.badPropertyLength, property)
            return nil
        }
        return tree.value(property)
    }

    /// KiB in a cell of eight bytes, in one of four, or as text with a unit: the dialects differ.
    func kibibytes(_ name: Line) -> UInt64? {
        guard let property = property(name) else { return nil }
        let value = tree.value(property)
        // First of all: as a cell "64M" would be 867 GiB.
        if value.count <= 32, value.last == 0, let size = Self.size(value.dropLast()) { return size }
        guard value.count == 8 || value.count == 4 else {
            report(.badPropertyValue, property)
            return nil
        }
        return number(property, at: 0, bytes: value.count)
    }

    /// "256M", "1G", "65536K"; bytes without a unit, in whole KiB.
    private static func size(_ text: ArraySlice<UInt8>) -> UInt64? {
        let shift: UInt64? =
            switch text.last {
            case UInt8(ascii: "K"), UInt8(ascii: "k"): 0
            case UInt8(ascii: "M"), UInt8(ascii: "m"): 10
            case UInt8(ascii: "G"), UInt8(ascii: "g"): 20
            default: nil
            }
        guard let value = Decimal.parse(shift == nil ? text : text.dropLast()) else { return nil }
        guard let shift else { return value % 1024 == 0 ? value / 1024 : nil }
        let (scaled, overflow) = value.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : scaled
    }

    func cpus(_ name: Line) -> CPUSet? {
        guard let text = string(name, limit: 4096) else { return nil }
        let cpus = CPUList.parse(text)
        if cpus == nil { report(.badCPUList, name) }
        return cpus
    }

    /// True if one of the strings of `compatible` is `token`.
    func isCompatible(_ token: Line) -> Bool {
        guard let property = property("compatible") else { return false }
        return tree.value(property).split(separator: 0).contains { $0.elementsEqual(token.bytes) }
    }

    /// Whether it says what only a domain has, and is none that is known: with a misspelt `compatible` it would vanish.
    /// `xen,config` is the prototype's, and has modules of the hypervisor's own.
    var isUnknownDomain: Bool {
        guard !isCompatible("xen,domain"), !isCompatible("xen,config"), !isModule else { return false }
        return property("memory") != nil || property("cpus") != nil || children.contains { $0.isModule }
    }

    /// Of any dialect: "multiboot,kernel", "module,ramdisk".
    private var isModule: Bool {
        guard let property = property("compatible") else { return false }
        return tree.value(property).split(separator: 0).contains {
            $0.starts(with: Line("module,").bytes) || $0.starts(with: Line("multiboot,").bytes)
        }
    }

    /// A misspelt security setting must not pass as somebody else's property.
    func refuseUnknownDombProperties(_ known: [Line]) {
        for property in others(than: known) where property.name.starts(with: Line("domb,").bytes) {
            report(.unknownDombProperty, property)
        }
    }

    /// What is not known here.
    func unknown(_ known: [Line]) -> [UnknownProperty] {
        others(than: known).map { UnknownProperty(node: place.path, name: $0.name, offset: $0.offset) }
    }

    private func others(than known: [Line]) -> [DeviceTree.Property] {
        properties.filter { property in !known.contains { $0.bytes == property.name } }
    }

    /// Big-endian, from a place in the property's value on. The bytes must be there.
    func number(_ property: DeviceTree.Property, at place: Int, bytes count: Int) -> UInt64 {
        let start = property.value.lowerBound + place
        return tree.bytes[start..<(start + count)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
