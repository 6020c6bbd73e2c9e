// SPDX-License-Identifier: Apache-2.0

extension FlatTree {
    /// The blob, version 17, byte for byte as dtc lays it out: header, reserve map, structure, strings, and nothing
    /// between them.
    var blob: [UInt8] {
        var structure: [UInt8] = []
        var strings = StringBlock()
        Self.write(root, to: &structure, &strings)
        structure += BigEndian.bytes(UInt32(9))
        let reserveMap =
            reservations.flatMap { BigEndian.bytes($0.address) + BigEndian.bytes($0.byteCount) }
            + [UInt8](repeating: 0, count: 16)
        let headerSize = 40
        let structureStart = headerSize + reserveMap.count
        let stringsStart = structureStart + structure.count
        let words: [Int] = [
            stringsStart + strings.bytes.count, structureStart, stringsStart, headerSize, 17, 16, Int(bootCPU),
            strings.bytes.count, structure.count,
        ]
        return Self.magic + words.flatMap { BigEndian.bytes(UInt32($0)) } + reserveMap + structure + strings.bytes
    }

    private static func write(_ node: Node, to structure: inout [UInt8], _ strings: inout StringBlock) {
        structure += BigEndian.bytes(UInt32(1)) + node.name + [0]
        pad(&structure)
        for property in node.properties {
            structure += BigEndian.bytes(UInt32(3)) + BigEndian.bytes(UInt32(property.value.count))
            structure += BigEndian.bytes(UInt32(strings.offset(of: property.name))) + property.value
            pad(&structure)
        }
        for child in node.children { write(child, to: &structure, &strings) }
        structure += BigEndian.bytes(UInt32(2))
    }

    private static func pad(_ bytes: inout [UInt8]) {
        while bytes.count % 4 != 0 { bytes.append(0) }
    }
}

/// The names of the properties, each once. dtc uses the end of a longer name for a shorter one ("cpus" in "max-cpus"), the
/// first that there is; so does this, or a tree would not be the same as dtc's.
private struct StringBlock {
    private(set) var bytes: [UInt8] = []
    private var offsets: [ArraySlice<UInt8>: Int] = [:]

    mutating func offset(of name: [UInt8]) -> Int {
        if let offset = offsets[name[...]] { return offset }
        let offset = bytes.count
        for start in name.indices where offsets[name[start...]] == nil { offsets[name[start...]] = offset + start }
        bytes += name + [0]
        return offset
    }
}
