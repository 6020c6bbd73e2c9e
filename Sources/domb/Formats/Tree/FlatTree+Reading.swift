// SPDX-License-Identifier: Apache-2.0

extension FlatTree {
    enum Problem: Error, Equatable {
        case notATree
        case cutShort(Int)
        case badToken(Int)
        case unbalanced(Int)
        case badName(Int)
        case tooDeep(Int)

        var text: String {
            switch self {
            case .notATree: "not a device tree blob"
            case .cutShort(let offset): "the blob ends too early (offset \(offset))"
            case .badToken(let offset): "unknown structure token (offset \(offset))"
            case .unbalanced(let offset): "nodes do not begin and end in pairs (offset \(offset))"
            case .badName(let offset): "a name with characters that no .dts can have (offset \(offset))"
            case .tooDeep(let offset): "nodes nested too deeply (offset \(offset))"
            }
        }
    }

    /// Any tree, not only an LCM: what it says is nobody's matter here, so that what LaunchControl's reader would refuse
    /// can still be looked at.
    init(parsing blob: [UInt8]) throws(Problem) {
        guard blob.starts(with: Self.magic) else { throw .notATree }
        var reader = BlobReader(blob)
        let structure = Int(try reader.word(at: 8))
        let strings = Int(try reader.word(at: 12))
        bootCPU = try reader.word(at: 28)
        var offset = Int(try reader.word(at: 16))
        while true {
            let entry = Reservation(address: try reader.long(at: offset), byteCount: try reader.long(at: offset + 8))
            guard entry != Reservation(address: 0, byteCount: 0) else { break }
            reservations.append(entry)
            offset += 16
        }
        reader.strings = strings
        reader.offset = structure
        guard try reader.token() == .beginNode else { throw .unbalanced(structure) }
        root = try reader.node(depth: 0)
        guard try reader.token() == .end else { throw .unbalanced(reader.offset) }
    }
}

private struct BlobReader {
    enum Token: UInt32 {
        case beginNode = 1
        case endNode = 2
        case property = 3
        case nop = 4
        case end = 9
    }

    /// Deeper than any real tree, and shallow enough for the stack.
    private static let depthLimit = 64

    /// Far beyond any real name: or a few long names, referred to often, would take for ever.
    private static let nameLimit = 1024

    private let blob: [UInt8]
    var offset = 0
    var strings = 0

    init(_ blob: [UInt8]) { self.blob = blob }

    func word(at offset: Int) throws(FlatTree.Problem) -> UInt32 { UInt32(try number(at: offset, byteCount: 4)) }
    func long(at offset: Int) throws(FlatTree.Problem) -> UInt64 { try number(at: offset, byteCount: 8) }

    private func number(at offset: Int, byteCount: Int) throws(FlatTree.Problem) -> UInt64 {
        try bytes(at: offset, byteCount).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private func bytes(at offset: Int, _ byteCount: Int) throws(FlatTree.Problem) -> ArraySlice<UInt8> {
        guard offset >= 0, offset <= blob.count, blob.count - offset >= byteCount else { throw .cutShort(blob.count) }
        return blob[offset..<(offset + byteCount)]
    }

    /// The next token that means something.
    mutating func token() throws(FlatTree.Problem) -> Token {
        while true {
            guard let token = Token(rawValue: try word(at: offset)) else { throw .badToken(offset) }
            offset += 4
            if token != .nop { return token }
        }
    }

    mutating func node(depth: Int) throws(FlatTree.Problem) -> FlatTree.Node {
        guard depth < Self.depthLimit else { throw .tooDeep(offset) }
        var node = FlatTree.Node(name: try name(at: offset, isRoot: depth == 0))
        skip(node.name.count + 1)
        while true {
            let start = offset
            switch try token() {
            case .beginNode: node.children.append(try self.node(depth: depth + 1))
            case .endNode: return node
            case .property:
                // All properties of a node come before its children: a .dts could not say it otherwise.
                guard node.children.isEmpty else { throw .unbalanced(start) }
                node.properties.append(try property())
            case .nop, .end: throw .unbalanced(start)
            }
        }
    }

    private mutating func property() throws(FlatTree.Problem) -> FlatTree.Property {
        let byteCount = Int(try word(at: offset))
        let name = try name(at: strings + Int(try word(at: offset + 4)), isRoot: false)
        let value = try bytes(at: offset + 8, byteCount)
        skip(8 + byteCount)
        return FlatTree.Property(name: name, value: [UInt8](value))
    }

    private mutating func skip(_ byteCount: Int) { offset += (byteCount + 3) / 4 * 4 }

    /// The characters are those of dtc's PROPNODECHAR: a .dts cannot name others.
    private func name(at start: Int, isRoot: Bool) throws(FlatTree.Problem) -> [UInt8] {
        var end = start
        while let byte = try bytes(at: end, 1).first, byte != 0 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                break
            default: guard ",._+*#?@-".utf8.contains(byte) else { throw .badName(end) }
            }
            end += 1
            guard end - start <= Self.nameLimit else { throw .badName(start) }
        }
        guard isRoot == (end == start) else { throw .badName(start) }
        return [UInt8](blob[start..<end])
    }
}
