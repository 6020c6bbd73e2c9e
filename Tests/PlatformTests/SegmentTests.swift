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

    /// 52 bits of physical address, for the machine and for the domain, whatever the sums do.
    @Test func framesOfADeviceAreThoseThatCanBe() {
        let most: UInt64 = 1 << 40
        let numbers: [UInt64] = [0, 1, most / 2, most - 1, most, most + 1, .max - most, .max - 1, .max]
        for host in numbers {
            for count in numbers {
                for guest in numbers {
                    let ends = [host, guest].map { $0.addingReportingOverflow(count) }
                    let isPossible = count > 0 && ends.allSatisfy { !$0.overflow && $0.partialValue <= most }
                    let range = IOMemoryRange(host: host, count: count, guest: guest)
                    #expect((range != nil) == isPossible, "\(host) \(count) \(guest)")
                }
            }
        }
    }

    @Test func aRegionHasTheBytesOfItsSegments() throws {
        let domid = try #require(DomainID(rawValue: 1))
        for left in Self.few {
            for right in Self.few {
                let region = ContentRegion(domid: domid, segments: [left, right])
                #expect(region.byteCount == left.byteCount + right.byteCount)
            }
        }
        #expect(ContentRegion(domid: domid, segments: []).byteCount == 0)
        let endless = Segment(address: 0, byteCount: .max)
        #expect(ContentRegion(domid: domid, segments: [endless, Segment(address: 0, byteCount: 2)]).byteCount == .max)
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
