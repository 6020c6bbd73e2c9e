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

    /// The next so many bytes; throws `truncated` where they are not all there.
    mutating func read(_ count: Int) throws(ParseError) -> ArraySlice<UInt8> {
        guard count >= 0, remaining >= count else { throw ParseError(.truncated, at: offset) }
        defer { offset += count }
        return bytes[offset..<(offset + count)]
    }

    mutating func readBytes(_ count: Int) throws(ParseError) -> [UInt8] { [UInt8](try read(count)) }

    mutating func readBigEndian() throws(ParseError) -> UInt32 { try read(4).reduce(0) { $0 << 8 | UInt32($1) } }

    /// A number of at most four bytes.
    mutating func readLittleEndian(_ count: Int) throws(ParseError) -> Int {
        try read(count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func skip(_ count: Int) throws(ParseError) { _ = try read(count) }

    /// Skips to the next multiple of four, whatever is between: libfdt leaves bytes of a longer value there.
    mutating func align() throws(ParseError) { try skip((4 - offset % 4) % 4) }

    /// The bytes up to a zero, which is passed too.
    mutating func readTerminated(limit: Int) throws(ParseError) -> [UInt8] {
        let start = offset
        while true {
            if try read(1).first == 0 { return [UInt8](bytes[start..<(offset - 1)]) }
            guard offset - start <= limit else { throw ParseError(.nameTooLong, at: start) }
        }
    }
}
