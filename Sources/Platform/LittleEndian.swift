// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// Appends the low `byteCount` bytes of the value, least significant first.
    public mutating func append(littleEndian value: UInt64, byteCount: Int) {
        for index in 0..<byteCount { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
