// SPDX-License-Identifier: Apache-2.0

@testable import Measurement
import Platform
import SimulatedPlatform
import Testing

/// What page tables have to be, and that nothing of them escapes.
@Suite struct PVPageTableTests {
    private func generator(_ name: String) -> SeededGenerator {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("\(name): seed \(seed)")
        return SeededGenerator(seed: seed)
    }

    private func error(_ built: BuiltPVDomain) -> PVMeasurementError? {
        do throws(MeasurementError) {
            _ = try built.pageTables()
            return nil
        } catch {
            if case .pv(let found) = error { return found }
            Issue.record(error)
            return nil
        }
    }

    @Test func theTinyGuestsTablesAreTwoRunsAndTheTablesBetween() throws {
        var random = generator("tiny guest")
        let proven = try BuiltPVDomain(.tiny, using: &random).pageTables()
        #expect(proven.tables.map(\.level) == BuiltPVDomain.tinyLevels)
        #expect(proven.tables.map(\.frame) == [0x10C, 0x10D, 0x10E, 0x10F, 0x110])
        #expect(proven.runs == BuiltPVDomain.tinyRuns)
    }

    @Test func linuxsListOfFramesIsASecondMapping() throws {
        var random = generator("linux")
        let proven = try BuiltPVDomain(.linux, using: &random).pageTables()
        #expect(proven.tables.map(\.level) == [4, 3, 2, 1, 3, 2, 1, 1])
        #expect(proven.runs.first == PVPageTables.Run(address: 0x80_0000_0000, frame: 1024, count: 8, isWritable: true))
        #expect(proven.runs.last?.address == 0xFFFF_FFFF_8011_1000)
        #expect(
            proven.places == [
                Segment(address: 0x10C << 12, byteCount: 5 << 12), Segment(address: 1032 << 12, byteCount: 3 << 12),
            ])
    }

    /// I4: the allocator's choice of machine frames is in no canonical form.
    @Test(arguments: BuiltPVDomain.Kernel.allCases) func machineFramesLeaveNoTrace(_ kernel: BuiltPVDomain.Kernel)
        throws
    {
        var random = generator("machine frames")
        let (a, b) = (BuiltPVDomain(kernel, using: &random), BuiltPVDomain(kernel, using: &random))
        #expect(a.list != b.list)
        #expect(try a.pageTables().canonicalBytes == b.pageTables().canonicalBytes)
        #expect(try a.readStartInfo().canonicalBytes == b.readStartInfo().canonicalBytes)
        #expect(try a.readContext().canonicalBytes == b.readContext().canonicalBytes)
    }

    /// Every entry of every table, with one bit changed at random.
    @Test(arguments: BuiltPVDomain.Kernel.allCases) func anyChangedEntryIsFound(_ kernel: BuiltPVDomain.Kernel) throws {
        var random = generator("changed entries")
        let built = BuiltPVDomain(kernel, using: &random)
        let golden = try built.pageTables()
        let frames = try built.frames()
        for (frame, entries) in built.tables {
            for index in entries.indices where frame != built.root || !(256..<272).contains(index) {
                let bit = UInt64(1) << UInt64.random(in: 0..<64, using: &random)
                var found: PVPageTables?
                do throws(MeasurementError) {
                    found = try PVPageTables(root: built.root, frames: frames) {
                        var read = built.tables[$0] ?? []
                        if $0 == frame { read[index] ^= bit }
                        return read
                    }
                } catch {}
                #expect(found != golden, "bit \(bit) of entry \(index) of table \(frame)")
            }
        }
    }

    @Test func whatXenHasInItsOwnSlotsDoesNotCount() throws {
        var random = generator("Xen's slots")
        var built = BuiltPVDomain(.linux, using: &random)
        let golden = try built.pageTables()
        for slot in 256..<272 { built.tables[built.root]?[slot] = random.next() }
        #expect(try built.pageTables() == golden)
        for slot in [255, 272] {
            var other = built
            other.tables[other.root]?[slot] = 0x8000_0000_0000_0063
            #expect(error(other) == .entryFlags(table: other.root, index: slot))
        }
    }

    @Test func anotherDomainsPageIsRefused() throws {
        var random = generator("foreign pages")
        let built = BuiltPVDomain(.tiny, using: &random)
        let foreign = try #require((1..<BuiltPVDomain.sharedInfoFrame).first { !built.list.contains($0) })
        var page = built
        page.tables[0x10F]?[7] = foreign << 12 | BuiltPVDomain.page
        #expect(error(page) == .foreignPage(table: 0x10F, index: 7))
        var table = built
        table.tables[0x10E]?[1] = foreign << 12 | BuiltPVDomain.table
        #expect(error(table) == .foreignPage(table: 0x10E, index: 1))
    }

    @Test func aTableThatTheDomainCouldWriteIsRefused() throws {
        var random = generator("writable tables")
        var built = BuiltPVDomain(.tiny, using: &random)
        built.tables[0x10F]?[0x10D] |= 2
        #expect(error(built) == .writableTable(frame: 0x10D))
    }

    @Test func aReadOnlyPageThatIsNoTableIsRefused() throws {
        var random = generator("read-only pages")
        var built = BuiltPVDomain(.tiny, using: &random)
        built.tables[0x10F]?[0x20] &= ~2
        #expect(error(built) == .readOnlyPage(frame: 0x20))
    }

    @Test func aTableIsEnteredOnceOnly() throws {
        var random = generator("tables twice")
        var built = BuiltPVDomain(.tiny, using: &random)
        built.tables[0x10E]?[1] = built.list[0x10F] << 12 | BuiltPVDomain.table
        #expect(error(built) == .tableTwice(frame: 0x10F))
        // A root that leads to itself would let the domain see its tables as pages.
        built.tables[built.root]?[1] = built.list[Int(built.root)] << 12 | BuiltPVDomain.table
        built.tables[0x10E]?[1] = 0
        #expect(error(built) == .tableTwice(frame: built.root))
    }

    @Test func twoPagesSwappedAreRefused() throws {
        var random = generator("swapped pages")
        let built = BuiltPVDomain(.tiny, using: &random)
        var entries = built
        entries.tables[0x10F]?.swapAt(3, 4)
        #expect(error(entries) == .notLinear(address: 0x4000))
        var list = built
        list.list.swapAt(0x30, 0x31)
        #expect(error(list) == .notLinear(address: 0x3_1000))
    }

    @Test func aPageIsMappedOnceOnly() throws {
        var random = generator("aliases")
        var built = BuiltPVDomain(.linux, using: &random)
        let list = try #require(built.pageTables().tables.first { $0.level == 1 && $0.address == 0x80_0000_0000 })
        for index in 0..<8 { built.tables[list.frame]?[index] = built.list[index] << 12 | BuiltPVDomain.page }
        #expect(error(built) == .notLinear(address: 0xFFFF_FFFF_8000_0000))
    }

    @Test func aTableOfAnotherSizeIsRefused() throws {
        var random = generator("sizes")
        var built = BuiltPVDomain(.tiny, using: &random)
        built.tables[0x110]?.removeLast()
        #expect(error(built) == .badTable(frame: 0x110))
    }
}
