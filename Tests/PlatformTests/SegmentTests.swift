// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

/// Runs of memory against the bytes that they are.
@Suite struct SegmentTests {
    private static let few: [Segment] = (0..<5 as Range<UInt64>).flatMap { address in
        (0..<4 as Range<UInt64>).map { Segment(address: address, byteCount: $0) }
    }

    private func bytes(_ segment: Segment) -> Set<UInt64> {
        Set(segment.address..<(segment.address + segment.byteCount))
    }

    @Test func whatSharesAByteOverlaps() {
        for left in Self.few {
            for right in Self.few {
                #expect(left.overlaps(right) == !bytes(left).isDisjoint(with: bytes(right)), "\(left), \(right)")
            }
        }
    }

    @Test func whatHasEveryByteOfAnotherContainsIt() {
        for left in Self.few where left.byteCount > 0 {
            for right in Self.few where right.byteCount > 0 {
                #expect(left.contains(right) == bytes(left).isSuperset(of: bytes(right)), "\(left), \(right)")
            }
        }
    }

    /// An end beyond 64 bits is none: such a run reaches to the top, and no other one is known to lie in it.
    @Test func whatHasNoEndReachesToTheTop() {
        let last = Segment(address: .max, byteCount: 1)
        let endless = Segment(address: .max - 1, byteCount: 9)
        #expect(last.end == nil && endless.end == nil)
        #expect(Segment(address: .max - 1, byteCount: 1).end == .max)
        #expect(endless.overlaps(Segment(address: .max - 1, byteCount: 1)))
        #expect(!endless.overlaps(Segment(address: .max - 2, byteCount: 1)))
        #expect(!endless.contains(last) && !last.contains(endless))
        #expect(!Segment(address: 0, byteCount: .max).contains(last))
    }
}
