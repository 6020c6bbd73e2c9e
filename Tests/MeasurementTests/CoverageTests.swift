// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

/// Coverage `all`: nothing in a domain's memory escapes.
@Suite struct CoverageTests {
    @Test func aDomainAsItIsBuiltIsCovered() throws {
        let record = try BuiltDomain().measure()
        #expect(record.pageCount == 2048 + 1 + 8)
        #expect(
            record.regions.map(\.role) == [.kernel, .ramdisk, .startInfo, .memoryMap, .acpi, .identityPageTable])
        #expect(record.logRegion == nil)
    }

    /// Any one byte, wherever it lies, is refused or changes the record. The seed of a failure is printed.
    @Test(arguments: [8192, 524_288] as [UInt64]) func aPlantedByteIsFoundAnywhere(kibibytes: UInt64) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("planted bytes: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let built = try BuiltDomain(kibibytes: kibibytes)
        let good = try built.measure()
        let runs = built.domain.memory.frames
        // Both ends of every run, of every named part, and of the pages around; then anywhere.
        var places = runs.flatMap { [$0.lowerBound << 12, ($0.upperBound << 12) - 1] }
        for region in good.regions {
            for segment in region.segments {
                let end = segment.address + segment.byteCount
                places += [segment.address - 1, segment.address, end - 1, end].filter { place in
                    runs.contains { $0.contains(place >> 12) }
                }
            }
        }
        for _ in 0..<400 {
            let run = runs[Int.random(in: 0..<runs.count, using: &random)]
            places.append(UInt64.random(in: (run.lowerBound << 12)..<(run.upperBound << 12), using: &random))
        }
        for place in places {
            var planted = built
            let old = try #require(built.domain.memory.bytes(at: place, count: 1))
            planted.domain.memory.write([old[0] ^ 0x40], at: place)
            let error = planted.error()
            let record = error == nil ? try planted.measure() : nil
            #expect(error != nil || record != good, "the byte at \(place) escaped")
        }
    }

    @Test func aByteThatNothingExplainsIsNamedByItsAddress() throws {
        var built = try BuiltDomain()
        built.domain.memory.write([1], at: 0x40_0123)
        #expect(built.error() == .strayByte(0x40_0123))
        built.coverage = .images
        #expect(built.error() == nil)
    }

    /// A page where the memory map says that there is none.
    @Test func aHiddenPageIsFoundByWhatLiesInItOrByItsCount() throws {
        var built = try BuiltDomain()
        built.domain.memory.add(0x8_0000..<0x8_0001)
        built.domain.info.totalPages += 1
        #expect(built.error() == nil, "a page of zeros is covered wherever it lies")
        built.domain.memory.write([1], at: 0x8000_0FFF)
        #expect(built.error() == .strayByte(0x8000_0FFF))
    }

    /// A map that tells the truth: nothing beside it is looked at.
    @Test func noFrameIsAskedForThatTheMapDoesNotName() throws {
        let (asked, error) = try BuiltDomain().framesAsked()
        #expect(error == nil && asked == 2048 + 1 + 8)
    }

    /// A memory map is the guest's word: one that claims all that 64 bits can name costs no more than the domain has, and
    /// hides nothing.
    @Test func aMapBeyondAllMemoryIsWalkedNoFurtherThanTheHighestFrame() throws {
        var built = try BuiltDomain()
        let entries = BuiltDomain.startInfo + 0x300
        var entry: [UInt8] = []
        for value in [0, UInt64.max - 1] { entry.append(littleEndian: value, byteCount: 8) }
        built.domain.memory.write(entry, at: entries)
        let (asked, error) = built.framesAsked()
        #expect(error == nil, "what there is, is covered, and the map is in the record")
        #expect(asked == 0xFF000)
        built.domain.memory.write([1], at: 0x40_0123)
        #expect(built.framesAsked().error == .strayByte(0x40_0123))
        built.domain.memory.write([0], at: 0x40_0123)
        built.domain.info.totalPages += 1
        #expect(built.framesAsked() == (2 * 0xFF000, .pageCount(owned: 2058, found: 2057)))
        // Nothing but what lies beyond.
        var beyond: [UInt8] = []
        for value in [UInt64.max - 0xFFFF, 0xFFFF] { beyond.append(littleEndian: value, byteCount: 8) }
        built.domain.memory.write(beyond, at: entries)
        #expect(built.framesAsked().error == .pageCount(owned: 2058, found: 2057))
    }

    @Test func aPageThatTheDomainOwnsAndNobodySeesIsRefused() throws {
        var built = try BuiltDomain()
        built.domain.info.totalPages += 1
        #expect(built.error() == .pageCount(owned: 2058, found: 2057))
        built.domain.info.totalPages -= 2
        #expect(built.error() == .pageCount(owned: 2056, found: 2057))
    }

    @Test func aSecondVCPUThatWouldRunIsRefused() throws {
        var built = try BuiltDomain(vcpus: 3)
        #expect(built.error() == nil)
        built.domain.onlineVCPUs.insert(2)
        #expect(built.error() == .onlineVCPU(2))
    }

    @Test func everyRegisterIsInTheRecord() throws {
        let built = try BuiltDomain()
        let good = try built.registersDigest()
        #expect(try built.measure().registers == good)
        for index in 0..<VCPUState.byteCount {
            var changed = built
            var registers = built.domain.state.registers
            registers[index] ^= 1
            changed.domain.state = VCPUState(
                instructionPointer: 0x10_0040, startInfo: BuiltDomain.startInfo, registers: registers)
            #expect(try changed.registersDigest() != good, "byte \(index)")
        }
    }

    @Test func anRSDPOutsideOfACPIMemoryIsRefused() throws {
        var built = try BuiltDomain()
        built.domain.memory.write([0, 0, 0x50, 0, 0, 0, 0, 0], at: BuiltDomain.startInfo + 32)
        #expect(built.error() == .strayRSDP(0x50_0000))
    }

    @Test func whatIsNoIdentityPageTableIsRefused() throws {
        var built = try BuiltDomain()
        built.domain.memory.write([0xE5], at: BuiltDomain.identityPageTable << 12 + 8)
        #expect(built.error() == .badIdentityPageTable)
        built = try BuiltDomain()
        built.domain.parameters = [:]
        #expect(built.error() == .strayByte(BuiltDomain.identityPageTable << 12))
    }

    /// XENCONSOLE_DISCONNECTED (xen/public/io/console.h), as libxenguest writes it from Xen 4.21 on, and xl with it.
    @Test func theConsolesMarkIsNamedInTheRecord() throws {
        var built = try BuiltDomain()
        let unmarked = try built.measure()
        let (frame, place) = (BuiltDomain.special.lowerBound + 5, (BuiltDomain.special.lowerBound + 5) << 12 + 0xC10)
        built.domain.parameters[.consoleFrame] = frame
        #expect(try built.measure() == unmarked, "a ring without one is as none")
        for coverage in [Coverage.all, .images] {
            built.coverage = coverage
            built.domain.memory.write([1], at: place)
            let mark = try #require(try built.measure().regions.last)
            #expect(mark.role == .consoleMark && mark.segments == [Segment(address: place, byteCount: 1)])
            #expect(mark.digest == SwiftCryptoHash.digest(.sha256, of: [1]))
        }
        built.coverage = .all
        for value in [2, 3, 0x81, 0xFF] as [UInt8] {
            built.domain.memory.write([value], at: place)
            #expect(built.error() == .strayByte(place), "\(value)")
        }
        built.domain.memory.write([1], at: place)
        for beside in [place - 1, place + 1, frame << 12, (frame + 1) << 12 - 1] {
            var planted = built
            planted.domain.memory.write([1], at: beside)
            #expect(planted.error() == .strayByte(beside))
        }
        built.domain.parameters[.consoleFrame] = frame - 1
        #expect(built.error() == .strayByte(place), "in a page that is no console's")
        built.domain.parameters[.consoleFrame] = nil
        #expect(built.error() == .strayByte(place), "without a console")
        for nowhere in [1 << 52, UInt64.max] {
            built.domain.parameters[.consoleFrame] = nowhere
            #expect(built.error() == .strayByte(place), "a frame beyond 64 bits")
        }
    }

    @Test func partsThatOverlapAreRefused() throws {
        var built = try BuiltDomain()
        built.domain.memory.write([0x10, 0, 0x10], at: BuiltDomain.startInfo + 0x100)
        #expect(built.error() == .overlap(.kernel, .ramdisk))
    }

    @Test func theLogRegionMustBeEmptyAndFree() throws {
        var built = try BuiltDomain()
        let place = Segment(address: 0x60_0000, byteCount: 0x2000)
        built.description.logRegion = place
        #expect(try built.measure().logRegion == place)
        built.domain.memory.write([1], at: 0x60_1FFF)
        for coverage in [Coverage.all, .images] {
            built.coverage = coverage
            #expect(built.error() == .logRegionInUse(0x60_1FFF))
        }
        built.description.logRegion = Segment(address: BuiltDomain.startInfo, byteCount: 4096)
        #expect(built.error() == .overlap(.commandLine, .log))
    }

    /// Device tree and config come behind the ramdisk, in the LCM's order.
    @Test func otherModulesAreMeasuredInTheStartInfosOrder() throws {
        var built = try BuiltDomain()
        built.description.otherModules = [
            OtherModule(kind: .deviceTree, image: ImageReference(moduleIndex: 3)),
            OtherModule(kind: .config, image: ImageReference(moduleIndex: 4)),
        ]
        #expect(built.error() == .moduleCount(expected: 3, actual: 1))
        var list: [UInt8] = []
        for (index, size) in [(0, 100), (1, 5000)] as [(UInt64, UInt64)] {
            for value in [0x50_0000 + index << 16, size, 0, 0] { list.append(littleEndian: value, byteCount: 8) }
        }
        built.domain.memory.write([3], at: BuiltDomain.startInfo + 12)
        built.domain.memory.write(list, at: BuiltDomain.startInfo + 0x120)
        built.domain.memory.write([UInt8](repeating: 7, count: 100), at: 0x50_0000)
        built.domain.memory.write([UInt8](repeating: 8, count: 5000), at: 0x51_0000)
        let record = try built.measure()
        #expect(record.regions.prefix(4).map(\.role) == [.kernel, .ramdisk, .deviceTree, .config])
        #expect(record.regions[3].digest == SwiftCryptoHash.digest(.sha256, of: [UInt8](repeating: 8, count: 5000)))
    }
}

/// SplitMix64.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
