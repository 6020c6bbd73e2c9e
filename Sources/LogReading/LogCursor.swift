// SPDX-License-Identifier: Apache-2.0

import Platform

/// A bounds-checked reader of little-endian fields.
struct LogCursor {
    private let bytes: [UInt8]
    private(set) var offset: Int
    private let end: Int
    /// False: everything is checked, and what would take memory is left out of what is read. A log of 100,000 records is
    /// read for its order and its digests, and almost nobody asks what its domains are called.
    let keepsContent: Bool

    /// `range` lies within `bytes`.
    init(_ bytes: [UInt8], _ range: Range<Int>, keepsContent: Bool = true) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
        self.keepsContent = keepsContent
    }

    init(_ bytes: [UInt8]) { self.init(bytes, bytes.indices) }

    var remaining: Int { end - offset }

    mutating func read16() throws(LogError) -> UInt16 {
        let place = try pass(2)
        return UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
    }

    mutating func read32() throws(LogError) -> UInt32 { integer32(at: try pass(4)) }

    mutating func read64() throws(LogError) -> UInt64 {
        let place = try pass(8)
        return UInt64(integer32(at: place)) | UInt64(integer32(at: place + 4)) << 32
    }

    mutating func read(_ count: Int) throws(LogError) -> [UInt8] {
        let place = try pass(count)
        return keepsContent ? [UInt8](bytes[place..<(place + count)]) : []
    }

    /// A count of four bytes, then as many bytes.
    mutating func readCounted() throws(LogError) -> [UInt8] { try read(Int(try read32())) }

    /// A TPM_ALG_ID and its digest.
    mutating func readDigest() throws(LogError) -> Digest {
        let place = offset
        guard let algorithm = HashAlgorithm(rawValue: try read16()) else { throw LogError(.badField, at: place) }
        let start = try pass(algorithm.digestSize)
        guard keepsContent else { return Self.leftOut(algorithm) }
        return Digest(algorithm, exactly: [UInt8](bytes[start..<(start + algorithm.digestSize)]))
    }

    func finish() throws(LogError) {
        guard remaining == 0 else { throw LogError(.badLength, at: offset) }
    }

    /// Passes over the next `count` bytes; returns where they begin.
    mutating func pass(_ count: Int) throws(LogError) -> Int {
        guard count >= 0, count <= end - offset else { throw LogError(.truncated, at: offset) }
        defer { offset += count }
        return offset
    }

    private func integer32(at place: Int) -> UInt32 {
        UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
            | UInt32(bytes[place + 3]) << 24
    }

    private static let zeros = HashAlgorithm.allCases.map {
        Digest($0, exactly: [UInt8](repeating: 0, count: $0.digestSize))
    }

    private static func leftOut(_ algorithm: HashAlgorithm) -> Digest {
        switch algorithm {
        case .sha1: zeros[0]
        case .sha256: zeros[1]
        case .sha384: zeros[2]
        case .sha512: zeros[3]
        }
    }
}
