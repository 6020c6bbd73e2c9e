// SPDX-License-Identifier: Apache-2.0

/// A node of a device tree that a test makes.
struct TestNode: Sendable {
    var name: String
    var properties: [(name: String, value: [UInt8])] = []
    var children: [TestNode] = []

    init(_ name: String, _ properties: [(String, [UInt8])] = [], children: [TestNode] = []) {
        self.name = name
        self.properties = properties.map { (name: $0.0, value: $0.1) }
        self.children = children
    }

    /// Replaces the property's value in its place, or adds it at the end.
    mutating func set(_ name: String, _ value: [UInt8]) {
        if let index = properties.firstIndex(where: { $0.name == name }) {
            properties[index].value = value
        } else {
            properties.append((name: name, value: value))
        }
    }

    mutating func remove(_ name: String) { properties.removeAll { $0.name == name } }

    /// The child of that name, which must be there to be read.
    subscript(_ name: String) -> TestNode {
        get { children.first { $0.name == name } ?? TestNode("missing") }
        set {
            if let index = children.firstIndex(where: { $0.name == name }) {
                children[index] = newValue
            } else {
                children.append(newValue)
            }
        }
    }
}

/// Cells of four bytes, as `<1 2>` in a .dts.
func cells(_ values: UInt32...) -> [UInt8] { values.flatMap { bigEndian(UInt64($0), byteCount: 4) } }
/// Cells of eight bytes, as `/bits/ 64 <1 2>`.
func longs(_ values: UInt64...) -> [UInt8] { values.flatMap { bigEndian($0, byteCount: 8) } }
func string(_ value: String) -> [UInt8] { [UInt8](value.utf8) + [0] }

func bigEndian(_ value: UInt64, byteCount: Int) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { [UInt8]($0.suffix(byteCount)) }
}

/// Writes flattened device trees (Devicetree Specification 0.4, chapter 5): good ones, and with its knobs bad ones.
struct DeviceTreeWriter {
    var version: UInt32 = 17
    var lastCompatible: UInt32 = 16
    /// In front of the structure block's tokens.
    var leadingTokens: [UInt8] = []
    /// In place of the end token.
    var endToken: [UInt8] = cells(9)
    /// After the end token, inside the structure block.
    var afterEnd: [UInt8] = []
    var reserveEntries: [[UInt8]] = [[UInt8](repeating: 0, count: 16)]

    private static let headerSize = 40

    func blob(_ root: TestNode) -> [UInt8] {
        var strings: [UInt8] = []
        var places: [String: Int] = [:]
        var structure = leadingTokens
        write(root, into: &structure, strings: &strings, places: &places)
        structure += endToken + afterEnd
        return assemble(structure: structure, strings: strings)
    }

    func assemble(structure: [UInt8], strings: [UInt8]) -> [UInt8] {
        let reserve = reserveEntries.flatMap { $0 }
        let structureStart = Self.headerSize + reserve.count
        let stringsStart = structureStart + structure.count
        let total = stringsStart + strings.count
        var header: [UInt8] = [0xD0, 0x0D, 0xFE, 0xED]
        for value in [total, structureStart, stringsStart, Self.headerSize] { header += cells(UInt32(value)) }
        header += cells(version, lastCompatible, 0, UInt32(strings.count), UInt32(structure.count))
        return header + reserve + structure + strings
    }

    private func write(
        _ node: TestNode, into structure: inout [UInt8], strings: inout [UInt8], places: inout [String: Int]
    ) {
        structure += cells(1) + string(node.name)
        pad(&structure)
        for property in node.properties {
            let place = places[property.name] ?? strings.count
            if place == strings.count {
                places[property.name] = place
                strings += string(property.name)
            }
            structure += cells(3, UInt32(property.value.count), UInt32(place)) + property.value
            pad(&structure)
        }
        for child in node.children { write(child, into: &structure, strings: &strings, places: &places) }
        structure += cells(2)
    }

    private func pad(_ structure: inout [UInt8]) {
        while structure.count % 4 != 0 { structure.append(0) }
    }
}
