// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

/// Memory that keeps slices is as memory that keeps bytes.
@Suite struct SimulatedMemoryTests {
    @Test func everyWriteAndReadIsAsInPlainBytes() {
        let size = 3 * 4096
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(state: seed)
        var memory = SimulatedMemory(frames: 0..<3)
        var plain = [UInt8](repeating: 0, count: size)
        for step in 0..<2000 {
            let start = Int.random(in: 0..<size, using: &random)
            let count = Int.random(in: 0...min(size - start, step % 3 == 0 ? 5000 : 40), using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...3, using: &random) }
            let isWritten = memory.write(bytes, at: UInt64(start))
            #expect(isWritten)
            plain.replaceSubrange(start..<(start + count), with: bytes)
            let first = Int.random(in: 0..<size, using: &random)
            let length = Int.random(in: 0...(size - first), using: &random)
            let part = [UInt8](plain[first..<(first + length)])
            #expect(memory.bytes(at: UInt64(first), count: length) == part, "seed \(seed), step \(step)")
            let stray = memory.firstNonZero(at: UInt64(first), byteCount: UInt64(length))
            #expect(
                stray == part.firstIndex { $0 != 0 }.map { UInt64(first + $0) }, "seed \(seed), step \(step)")
        }
    }

    @Test func hashIsOverWhatIsThereAndZerosBetween() throws {
        var host = SimulatedHypervisor()
        let domid = try #require(DomainID(rawValue: 5))
        var domain = SimulatedDomain(domid: domid, kibibytes: 1024)
        domain.memory.write([1, 2, 3], at: 5000)
        domain.memory.write([4], at: 90_000)
        host.add(domain)
        let region = ContentRegion(domid: domid, segments: [Segment(address: 4097, byteCount: 200_000)])
        let digest = try host.digest(of: region, hashing: SwiftCryptoHash.self)
        var plain = [UInt8](repeating: 0, count: 200_000)
        plain.replaceSubrange(903..<906, with: [1, 2, 3])
        plain[85903] = 4
        #expect(digest == SwiftCryptoHash.digest(.sha256, of: plain))
    }

    @Test func pageTakenAwayTakesItsBytesAlong() {
        var memory = SimulatedMemory(frames: 0..<3)
        memory.write([UInt8](repeating: 1, count: 3 * 4096), at: 0)
        memory.remove(frame: 1)
        #expect(memory.bytes(at: 4095, count: 2) == nil)
        memory.add(1..<2)
        #expect(memory.bytes(at: 4095, count: 2) == [1, 0])
        #expect(memory.bytes(at: 8191, count: 2) == [0, 1])
    }
}

/// A random number generator that a seed repeats.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
