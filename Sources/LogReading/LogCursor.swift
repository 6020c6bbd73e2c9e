// SPDX-License-Identifier: Apache-2.0

import Platform

/// A bounds-checked reader of little-endian fields.
struct LogCursor {
    private let bytes: [UInt8]
    private(set) var offset: Int
    private let end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    var remaining: Int { end - offset }

    mutating func read16() throws(LogError) -> UInt16 { UInt16(truncatingIfNeeded: try integer(2)) }
    mutating func read32() throws(LogError) -> UInt32 { UInt32(truncatingIfNeeded: try integer(4)) }
    mutating func read64() throws(LogError) -> UInt64 { try integer(8) }

    mutating func read(_ count: Int) throws(LogError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw LogError(.truncated, at: offset) }
        defer { offset += count }
        return [UInt8](bytes[offset..<(offset + count)])
    }

    /// A count of four bytes, then as many bytes.
    mutating func readCounted() throws(LogError) -> [UInt8] { try read(Int(try read32())) }

    /// A cursor over the next `count` bytes, which this one passes.
    mutating func slice(_ count: Int) throws(LogError) -> LogCursor {
        guard count >= 0, count <= remaining else { throw LogError(.truncated, at: offset) }
        defer { offset += count }
        return LogCursor(bytes, offset..<(offset + count))
    }

    /// A TPM_ALG_ID and its digest.
    mutating func readDigest() throws(LogError) -> Digest {
        let place = offset
        guard let algorithm = HashAlgorithm(rawValue: try read16()) else { throw LogError(.badField, at: place) }
        return Digest(algorithm, exactly: try read(algorithm.digestSize))
    }

    func finish() throws(LogError) {
        guard remaining == 0 else { throw LogError(.badLength, at: offset) }
    }

    private mutating func integer(_ count: Int) throws(LogError) -> UInt64 {
        guard count <= remaining else { throw LogError(.truncated, at: offset) }
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        offset += count
        return value
    }
}
