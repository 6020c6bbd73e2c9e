// SPDX-License-Identifier: Apache-2.0

@testable import Platform
import Testing

@Suite struct MappingWindowsTests {
    private func windows(_ address: UInt64, _ byteCount: UInt64, pageLimit: UInt64 = 4) -> [MappingWindows.Window]? {
        guard var windows = MappingWindows(address: address, byteCount: byteCount, pageLimit: pageLimit) else {
            return nil
        }
        var all: [MappingWindows.Window] = []
        while let window = windows.next() { all.append(window) }
        return all
    }

    /// Every byte is in exactly one window, whatever the range begins and ends with.
    @Test(arguments: [0, 1, 4095, 4096, 0x10_0010, 0xFFFF_FFFF_FFFF_0000] as [UInt64])
    func windowsFollowEachOtherToTheEnd(address: UInt64) throws {
        for byteCount in [0, 1, 4095, 4096, 4097, 16384, 16385, 40000, 65535] as [UInt64] {
            var position = address
            var total: UInt64 = 0
            for window in try #require(windows(address, byteCount)) {
                #expect(window.firstPage == position / 4096)
                #expect(window.skip == Int(position % 4096))
                #expect((1...4).contains(window.pageCount))
                #expect(window.byteCount > 0 && window.skip + window.byteCount <= window.pageCount * 4096)
                #expect(window.skip + window.byteCount > (window.pageCount - 1) * 4096, "a page that nobody needs")
                position &+= UInt64(window.byteCount)
                total += UInt64(window.byteCount)
            }
            #expect(total == byteCount)
        }
    }

    /// The last page that 64 bits can name: one past its end is no number any more.
    @Test func theLastPageOfAllEndsTheRange() throws {
        let window = MappingWindows.Window(firstPage: (1 << 52) - 1, pageCount: 1, skip: 4090, byteCount: 6)
        #expect(windows(.max - 5, 6) == [window])
        #expect(windows(.max, 1)?.first?.skip == 4095)
        #expect(windows(.max, 0)?.isEmpty == true)
    }

    @Test func aRangeBeyond64BitsHasNoWindows() {
        #expect(windows(.max - 5, 7) == nil)
        #expect(windows(2, .max) == nil)
        #expect(windows(.max, .max) == nil)
    }

    /// A range that a guest made up is cut lazily: its first mapping already fails.
    @Test func aRangeOfAllMemoryHasABoundedFirstWindow() throws {
        var windows = try #require(MappingWindows(address: 0, byteCount: .max, pageLimit: 256))
        #expect(windows.next() == MappingWindows.Window(firstPage: 0, pageCount: 256, skip: 0, byteCount: 1 << 20))
    }

    @Test func aWindowWithoutPagesIsRefused() { #expect(windows(0, 1, pageLimit: 0) == nil) }
}
