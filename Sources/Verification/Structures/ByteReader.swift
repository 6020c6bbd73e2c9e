// SPDX-License-Identifier: Apache-2.0

/// A bounds-checked reader. A TPM's own structures are big-endian, event logs little-endian.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var offset: Int
    private let end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
        end = bytes.count
    }

    var remaining: Int { end - offset }

    mutating func read(_ count: Int) throws(StructureError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw StructureError(.truncated, at: offset) }
        defer { offset += count }
        return [UInt8](bytes[offset..<(offset + count)])
    }

    mutating func read8() throws(StructureError) -> UInt8 { UInt8(truncatingIfNeeded: try big(1)) }
    mutating func readBig16() throws(StructureError) -> UInt16 { UInt16(truncatingIfNeeded: try big(2)) }
    mutating func readBig32() throws(StructureError) -> UInt32 { UInt32(truncatingIfNeeded: try big(4)) }
    mutating func readBig64() throws(StructureError) -> UInt64 { try big(8) }
    mutating func readLittle16() throws(StructureError) -> UInt16 { UInt16(truncatingIfNeeded: try little(2)) }
    mutating func readLittle32() throws(StructureError) -> UInt32 { UInt32(truncatingIfNeeded: try little(4)) }

    /// A TPM2B: a size of two bytes, then as many bytes, of which there may be at most `limit`.
    mutating func readSized(atMost limit: Int) throws(StructureError) -> [UInt8] {
        let place = offset
        let size = Int(try readBig16())
        guard size <= limit else { throw StructureError(.badSize, at: place) }
        return try read(size)
    }

    func finish() throws(StructureError) {
        guard remaining == 0 else { throw StructureError(.trailing, at: offset) }
    }

    private mutating func big(_ count: Int) throws(StructureError) -> UInt64 {
        var value: UInt64 = 0
        for byte in try read(count) { value = value << 8 | UInt64(byte) }
        return value
    }

    private mutating func little(_ count: Int) throws(StructureError) -> UInt64 {
        var value: UInt64 = 0
        for byte in try read(count).reversed() { value = value << 8 | UInt64(byte) }
        return value
    }
}
