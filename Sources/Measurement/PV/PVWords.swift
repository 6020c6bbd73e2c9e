// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// Eight bytes, least significant first; `nil` where there are not so many.
    func word(at offset: Int) -> UInt64? {
        guard offset >= 0, offset <= count - 8 else { return nil }
        return self[offset..<(offset + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Without effect where there are not so many bytes.
    mutating func replaceWord(at offset: Int, with value: UInt64) {
        guard offset >= 0, offset <= count - 8 else { return }
        for index in 0..<8 { self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }

    /// The first offset of a word that is not zero, from one on and up to another; both are multiples of 8.
    func firstWordNotZero(from start: Int, to end: Int) -> Int? {
        stride(from: start, to: end, by: 8).first { word(at: $0) != 0 }
    }
}
