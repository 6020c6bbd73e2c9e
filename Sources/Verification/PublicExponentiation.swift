// SPDX-License-Identifier: Apache-2.0

/// RSA's public operation (RFC 8017, 5.2.2), on public values alone: it takes no care of how long it runs.
///
/// A product is made by doubling and adding, bit after bit, each time less the modulus: slow, with nothing in it that could
/// be wrong for some numbers only. A signature of 4096 bits takes some milliseconds.
struct PublicExponentiation {
    /// Least significant word first, and one more than the modulus needs: twice a remainder fits.
    private let modulus: [UInt64]
    private let exponent: [UInt8]
    private let byteCount: Int

    /// Both big-endian; the modulus without zeros before it.
    init(modulus: [UInt8], exponent: [UInt8]) {
        byteCount = modulus.count
        self.modulus = Self.words(modulus, count: modulus.count / 8 + 2)
        self.exponent = exponent
    }

    /// As long as the modulus. `nil` for a number that is not below it.
    func power(of number: [UInt8]) -> [UInt8]? {
        guard number.count == byteCount else { return nil }
        let base = Self.words(number, count: modulus.count)
        guard Self.isBelow(base, modulus) else { return nil }
        var result = Self.words([1], count: modulus.count)
        for bit in Self.bits(exponent) {
            result = product(result, result)
            if bit { result = product(result, base) }
        }
        return Self.bytes(result, count: byteCount)
    }

    private func product(_ left: [UInt64], _ right: [UInt64]) -> [UInt64] {
        var sum = [UInt64](repeating: 0, count: modulus.count)
        for word in right.reversed() {
            for place in (0..<64).reversed() {
                reduce(&sum, adding: sum)
                if word >> UInt64(place) & 1 == 1 { reduce(&sum, adding: left) }
            }
        }
        return sum
    }

    /// Both below the modulus, and so the sum is below twice as much.
    private func reduce(_ sum: inout [UInt64], adding other: [UInt64]) {
        var carry: UInt64 = 0
        for index in sum.indices {
            let (first, overflow) = sum[index].addingReportingOverflow(other[index])
            let (second, another) = first.addingReportingOverflow(carry)
            sum[index] = second
            carry = overflow || another ? 1 : 0
        }
        guard !Self.isBelow(sum, modulus) else { return }
        var borrow: UInt64 = 0
        for index in sum.indices {
            let (first, overflow) = sum[index].subtractingReportingOverflow(modulus[index])
            let (second, another) = first.subtractingReportingOverflow(borrow)
            sum[index] = second
            borrow = overflow || another ? 1 : 0
        }
    }

    private static func isBelow(_ left: [UInt64], _ right: [UInt64]) -> Bool {
        for index in left.indices.reversed() where left[index] != right[index] { return left[index] < right[index] }
        return false
    }

    /// From the first that is set.
    private static func bits(_ number: [UInt8]) -> ArraySlice<Bool> {
        number.flatMap { byte in (0..<8).reversed().map { byte >> UInt8($0) & 1 == 1 } }.drop { !$0 }
    }

    private static func words(_ bytes: [UInt8], count: Int) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: count)
        for (index, byte) in bytes.reversed().enumerated() where index / 8 < count {
            words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
        }
        return words
    }

    private static func bytes(_ words: [UInt64], count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(8 * ($0 % 8))) }
    }
}
