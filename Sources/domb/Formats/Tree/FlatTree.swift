// SPDX-License-Identifier: Apache-2.0

import Platform

/// A device tree as its file has it, whatever it says: every node and property in order, and what stands beside the tree.
struct FlatTree: Equatable {
    struct Node: Equatable {
        var name: [UInt8]
        var properties: [Property] = []
        var children: [Node] = []
    }

    struct Property: Equatable {
        var name: [UInt8]
        var value: [UInt8]
    }

    /// Memory that nobody may use: an entry of the reserve map.
    struct Reservation: Equatable {
        var address: UInt64
        var byteCount: UInt64
    }

    static let magic: [UInt8] = [0xD0, 0x0D, 0xFE, 0xED]

    var reservations: [Reservation] = []
    /// `boot_cpuid_phys` of the header.
    var bootCPU: UInt32 = 0
    var root = Node(name: [])
}

extension FlatTree.Node {
    init(_ name: String) { self.init(name: Array(name.utf8)) }

    /// The name without the unit address.
    var baseName: [UInt8] { [UInt8](name.prefix { $0 != UInt8(ascii: "@") }) }

    func value(_ name: String) -> [UInt8]? {
        properties.first { $0.name.elementsEqual(name.utf8) }?.value
    }

    /// A number in one cell; `nil` also where the value is no cell.
    func cell(_ name: String) -> UInt32? {
        guard let value = value(name), value.count == 4 else { return nil }
        return value.reduce(0) { $0 << 8 | UInt32($1) }
    }

    func isCompatible(_ tokens: String...) -> Bool {
        guard let value = value("compatible") else { return false }
        return value.split(separator: 0).contains { part in tokens.contains { part.elementsEqual($0.utf8) } }
    }

    mutating func set(_ name: String, bytes: [UInt8]) {
        properties.append(FlatTree.Property(name: Array(name.utf8), value: bytes))
    }

    mutating func set(_ name: String, text: [UInt8]) { set(name, bytes: text + [0]) }
    mutating func set(_ name: String, text: String) { set(name, text: Array(text.utf8)) }
    mutating func set(_ name: String, texts: [String]) { set(name, bytes: texts.flatMap { Array($0.utf8) + [0] }) }
    mutating func set(_ name: String, cells: [UInt32]) { set(name, bytes: cells.flatMap { BigEndian.bytes($0) }) }
    mutating func set(_ name: String, longs: [UInt64]) { set(name, bytes: longs.flatMap { BigEndian.bytes($0) }) }
}

enum BigEndian {
    static func bytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
        stride(from: Number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> Number($0)) }
    }
}

enum LittleEndian {
    static func bytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] { BigEndian.bytes(value).reversed() }
}
