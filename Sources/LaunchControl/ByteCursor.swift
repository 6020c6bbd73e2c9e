// SPDX-License-Identifier: Apache-2.0

/// A bounds-checked reader over bytes that nobody vouches for. It owns no copy: the array is shared.
struct ByteCursor {
    let bytes: [UInt8]
    /// From the start of the whole blob, so that errors name one place.
    private(set) var offset: Int
    let end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
        end = bytes.count
    }

    /// A cursor over `count` bytes from `start`; throws `blockOutOfBounds` where they are not all there.
    init(_ bytes: [UInt8], start: UInt32, count: UInt32) throws(ParseError) {
        guard UInt64(start) + UInt64(count) <= UInt64(bytes.count) else {
            throw ParseError(.blockOutOfBounds, at: Int(start))
        }
        self.bytes = bytes
        offset = Int(start)
        end = Int(start) + Int(count)
    }

    var remaining: Int { end - offset }

    mutating func readByte() throws(ParseError) -> UInt8 {
        guard offset < end else { throw ParseError(.truncated, at: offset) }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func readBigEndian() throws(ParseError) -> UInt32 {
        guard remaining >= 4 else { throw ParseError(.truncated, at: offset) }
        var value: UInt32 = 0
        for index in offset..<(offset + 4) { value = value << 8 | UInt32(bytes[index]) }
        offset += 4
        return value
    }

    mutating func readLittleEndian16() throws(ParseError) -> UInt16 {
        guard remaining >= 2 else { throw ParseError(.truncated, at: offset) }
        defer { offset += 2 }
        return UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
    }

    mutating func readLittleEndian32() throws(ParseError) -> UInt32 {
        let low = try readLittleEndian16()
        let high = try readLittleEndian16()
        return UInt32(low) | UInt32(high) << 16
    }

    mutating func readBytes(_ count: Int) throws(ParseError) -> [UInt8] {
        guard count >= 0, remaining >= count else { throw ParseError(.truncated, at: offset) }
        defer { offset += count }
        return [UInt8](bytes[offset..<(offset + count)])
    }

    mutating func skip(_ count: Int) throws(ParseError) {
        guard count >= 0, remaining >= count else { throw ParseError(.truncated, at: offset) }
        offset += count
    }

    /// Skips to the next multiple of `alignment` from `base`; the bytes between must be zero.
    mutating func align(to alignment: Int, from base: Int) throws(ParseError) {
        while (offset - base) % alignment != 0 {
            let place = offset
            guard try readByte() == 0 else { throw ParseError(.badToken, at: place) }
        }
    }

    /// The bytes up to a zero, which is passed too.
    mutating func readTerminated(limit: Int) throws(ParseError) -> [UInt8] {
        let start = offset
        while true {
            let byte = try readByte()
            if byte == 0 { return [UInt8](bytes[start..<(offset - 1)]) }
            guard offset - start <= limit else { throw ParseError(.nameTooLong, at: start) }
        }
    }
}
