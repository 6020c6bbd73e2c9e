// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Measurement

/// What the builder wrote into a domain, part by part: each is what the LCM says, or measured, whatever the coverage.
@Suite struct BuiltMemoryTests {
    private static let coverages: [Coverage] = [.all, .images]

    private func built(_ coverage: Coverage, vcpus: UInt32 = 1) throws -> BuiltDomain {
        var built = try BuiltDomain(vcpus: vcpus)
        built.coverage = coverage
        return built
    }

    private func long(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: value, byteCount: 8)
        return bytes
    }

    private func region(_ record: LaunchEvent.DomainRecord, _ role: RegionRole) -> MeasuredRegion? {
        record.regions.first { $0.role == role }
    }

    /// Only vcpu 0's registers are in the record.
    @Test(arguments: coverages, 2...6 as ClosedRange<UInt32>)
    func everyVCPUButTheFirstMustBeDown(coverage: Coverage, vcpus: UInt32) throws {
        for vcpu in 1..<vcpus {
            var built = try built(coverage, vcpus: vcpus)
            built.domain.onlineVCPUs = [0, vcpu]
            #expect(built.error() == .onlineVCPU(vcpu))
            built.domain.onlineVCPUs = [vcpu]
            #expect(built.error() == .onlineVCPU(vcpu))
        }
        #expect(try built(coverage, vcpus: vcpus).error() == nil)
    }

    /// Each module is held against its own digest; what the LCM gives none for is measured alone.
    @Test(arguments: coverages) func everyModuleIsHeldAgainstItsDigest(coverage: Coverage) throws {
        var built = try built(coverage)
        let contents: [(role: RegionRole, place: UInt64, content: [UInt8])] = [
            (.kernel, BuiltDomain.kernelAddress, BuiltDomain.kernel),
            (.ramdisk, BuiltDomain.ramdiskAddress, BuiltDomain.ramdisk),
            (.deviceTree, 0x50_0000, [UInt8](repeating: 7, count: 100)),
            (.config, 0x51_0000, [UInt8](repeating: 8, count: 5000)),
        ]
        built.domain.memory.write([3], at: BuiltDomain.startInfo + 12)
        for (index, module) in contents.dropFirst(2).enumerated() {
            built.domain.memory.write(module.content, at: module.place)
            built.domain.memory.write(
                long(module.place) + long(UInt64(module.content.count)) + long(0) + long(0),
                at: BuiltDomain.startInfo + 0x120 + 32 * UInt64(index))
        }
        built.description.otherModules = [
            OtherModule(kind: .deviceTree, image: ImageReference(moduleIndex: 3)),
            OtherModule(kind: .config, image: ImageReference(moduleIndex: 4)),
        ]
        func expect(_ digest: Digest, of role: RegionRole) -> BuiltDomain {
            var built = built
            switch role {
            case .kernel: built.description.kernel.expectedDigest = digest
            case .ramdisk: built.description.ramdisk?.expectedDigest = digest
            case .deviceTree: built.description.otherModules[0].image.expectedDigest = digest
            default: built.description.otherModules[1].image.expectedDigest = digest
            }
            return built
        }
        let other = SwiftCryptoHash.digest(.sha256, of: [1])
        for module in contents {
            let actual = SwiftCryptoHash.digest(.sha256, of: module.content)
            #expect(region(try built.measure(), module.role)?.digest == actual)
            #expect(expect(actual, of: module.role).error() == nil)
            #expect(
                expect(other, of: module.role).error()
                    == .digestMismatch(module.role, expected: other, actual: actual))
        }
    }

    /// No list, a list of one, of several: all of it is a part of the start info's region.
    @Test(arguments: coverages, 0...3) func theWholeModuleListIsMeasured(coverage: Coverage, count: Int) throws {
        var built = try built(coverage)
        let list = BuiltDomain.startInfo + 0x100
        built.domain.memory.write([UInt8](repeating: 0, count: 32), at: list)
        built.domain.memory.write([UInt8](repeating: 0, count: 8192), at: BuiltDomain.ramdiskAddress)
        built.domain.memory.write([UInt8(count)], at: BuiltDomain.startInfo + 12)
        built.description.ramdisk = nil
        built.description.otherModules = (0..<count).map { index in
            OtherModule(kind: .config, image: ImageReference(moduleIndex: UInt32(3 + index)))
        }
        for index in 0..<UInt64(count) {
            // The last eight bytes of an entry nobody reads: they are measured all the same.
            let entry = long(0x50_0000 + index << 16) + long(9) + long(0) + long(index + 77)
            built.domain.memory.write(entry, at: list + 32 * index)
            built.domain.memory.write([UInt8](repeating: 1, count: 9), at: 0x50_0000 + index << 16)
        }
        let startInfo = try #require(region(try built.measure(), .startInfo))
        var places = [Segment(address: BuiltDomain.startInfo, byteCount: 56)]
        if count > 0 { places.append(Segment(address: list, byteCount: 32 * UInt64(count))) }
        #expect(startInfo.segments == places)
        let content = try places.flatMap {
            try #require(built.domain.memory.bytes(at: $0.address, count: Int($0.byteCount)))
        }
        #expect(startInfo.digest == SwiftCryptoHash.digest(.sha256, of: content))
    }

    /// XEN_HVM_MEMMAP_TYPE_ACPI and _NVS: AML is code, whichever of the two its range has.
    @Test(arguments: coverages, [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 0x103, 0xFFFF_FFFF] as [UInt64])
    func bothKindsOfACPIMemoryAreMeasuredAndNoOther(coverage: Coverage, type: UInt64) throws {
        var built = try built(coverage)
        built.domain.memory.write(long(type), at: BuiltDomain.startInfo + 0x300 + 24 + 16)
        guard type == 3 || type == 4 else { return #expect(built.error() == .strayRSDP(BuiltDomain.acpi)) }
        let acpi = try #require(region(try built.measure(), .acpi))
        #expect(acpi.segments == [Segment(address: BuiltDomain.acpi, byteCount: 4096)])
        // And a second range of the other kind, which lies before it.
        built.domain.memory.write(
            long(0x70_0000) + long(0x1000) + long(7 - type), at: BuiltDomain.startInfo + 0x300 + 48)
        built.domain.memory.write([5], at: 0x70_0010)
        let both = try #require(region(try built.measure(), .acpi))
        #expect(both.segments == [Segment(address: 0x70_0000, byteCount: 0x1000)] + acpi.segments)
        #expect(both.digest != acpi.digest)
    }

    /// One wrong byte of any entry is told: of the first, the last, and those at every power of two.
    @Test(arguments: coverages) func everyEntryOfTheIdentityPageTableIsCompared(coverage: Coverage) throws {
        let good = try built(coverage)
        let table = BuiltDomain.identityPageTable << 12
        let entries = (0..<10).flatMap { [1 << $0, (1 << $0) - 1] } + [511, 512, 513, 1023] as [UInt64]
        for entry in Set(entries) {
            for byte in 0..<UInt64(4) {
                var built = good
                let old = try #require(built.domain.memory.bytes(at: table + 4 * entry + byte, count: 1))
                built.domain.memory.write([old[0] ^ 1], at: table + 4 * entry + byte)
                #expect(built.error() == .badIdentityPageTable, "entry \(entry), byte \(byte)")
            }
        }
        #expect(
            region(try good.measure(), .identityPageTable)?.segments == [Segment(address: table, byteCount: 4096)])
    }

    /// The line in memory is the LCM's to the last byte, its zero included; and there is one where the LCM has one.
    @Test(arguments: coverages) func theCommandLineIsTheLCMsToTheLastByte(coverage: Coverage) throws {
        let good = try built(coverage)
        let (place, line) = (BuiltDomain.startInfo + 0x200, good.description.commandLine)
        for index in 0...line.count {
            var built = good
            built.domain.memory.write([(index < line.count ? line[index] : 0) ^ 0x20], at: place + UInt64(index))
            #expect(built.error() == .commandLineMismatch, "byte \(index)")
        }
        for count in 0..<line.count {
            var built = good
            built.description.commandLine = [UInt8](line.prefix(count))
            #expect(built.error() == .commandLineMismatch, "an LCM with \(count) bytes of it")
        }
        var dropped = good
        dropped.domain.memory.write(long(0), at: BuiltDomain.startInfo + 24)
        #expect(dropped.error() == .commandLineMismatch, "a builder that leaves it out")
        dropped.description.commandLine = []
        #expect(dropped.error() == (coverage == .all ? .strayByte(place) : nil))
        var empty = good
        empty.description.commandLine = []
        empty.domain.memory.write([UInt8](repeating: 0, count: line.count), at: place)
        #expect(empty.error() == nil)
        #expect(try empty.measure().commandLine == [])
    }

    /// A place for the log: zero from its first byte to its last.
    @Test(arguments: coverages) func everyByteOfTheLogsPlaceMustBeZero(coverage: Coverage) throws {
        var good = try built(coverage)
        good.description.logRegion = Segment(address: 0x60_0000, byteCount: 0x3000)
        #expect(good.error() == nil)
        for offset in [0, 1, 0xFFF, 0x1000, 0x1FFF, 0x2000, 0x2FFF] as [UInt64] {
            var built = good
            built.domain.memory.write([1], at: 0x60_0000 + offset)
            #expect(built.error() == .logRegionInUse(0x60_0000 + offset))
        }
        for beside in [0x5F_FFFF, 0x60_3000] as [UInt64] {
            var built = good
            built.domain.memory.write([1], at: beside)
            #expect(built.error() == (coverage == .all ? .strayByte(beside) : nil))
        }
    }

    /// Every run of frames is looked at: below the hole, in it, the special pages, above 4 GiB.
    @Test func everyRunOfFramesIsLookedAt() throws {
        var good = try BuiltDomain()
        good.domain.memory.add(0x10_0000..<0x10_0003)
        good.domain.memory.add(0x20_0000..<0x20_0001)
        good.domain.info.totalPages += 4
        #expect(good.error() == nil)
        let identity = BuiltDomain.identityPageTable
        for run in good.domain.memory.frames {
            for frame in [run.lowerBound, run.upperBound - 1] where frame != identity {
                let place = frame << 12 + 0xFFF
                guard !(BuiltDomain.acpi..<(BuiltDomain.acpi + 4096)).contains(place) else { continue }
                var built = good
                built.domain.memory.write([1], at: place)
                #expect(built.error() == .strayByte(place), "frame \(frame)")
            }
        }
    }

    /// Every field of the record has the LCM's or the domain's own value, and not another's.
    @Test(arguments: coverages) func everyFieldOfTheRecordIsItsOwn(coverage: Coverage) throws {
        var built = try built(coverage, vcpus: 3)
        built.description.handle = DomainHandle(high: 5, low: 6)
        built.description.roles = [.hardware, .console]
        built.description.logRegion = Segment(address: 0x60_0000, byteCount: 0x1000)
        let record = try built.measure()
        #expect(record.domid == built.description.domid && record.name == built.description.name)
        #expect(record.handle == DomainHandle(high: 5, low: 6) && record.roles == [.hardware, .console])
        #expect(record.coverage == coverage && record.vcpus == 3 && record.entry == 0x10_0040)
        #expect(record.registers == SwiftCryptoHash.digest(.sha256, of: built.domain.state.registers))
        #expect(record.commandLine == built.description.commandLine)
        #expect(record.logRegion == built.description.logRegion)
        #expect(record.pageCount == (coverage == .all ? built.domain.info.totalPages : 0))
        built.description.handle = nil
        #expect(try built.measure().handle == .unset)
    }

    /// Whatever makes no start info (xen/public/arch-x86/hvm/start_info.h).
    @Test(arguments: coverages) func whatIsNoStartInfoIsRefused(coverage: Coverage) throws {
        let good = try built(coverage)
        for byte in 0..<UInt64(4) {
            var built = good
            built.domain.memory.write([0], at: BuiltDomain.startInfo + byte)
            #expect(built.error() == .badStartInfo, "byte \(byte) of the magic")
        }
        func error(_ value: UInt8, at offset: UInt64) -> MeasurementError? {
            var built = good
            built.domain.memory.write([value], at: BuiltDomain.startInfo + offset)
            return built.error()
        }
        #expect(error(0, at: 4) == .badACPITable(BuiltDomain.acpi), "version 0 has no memory map")
        #expect(error(2, at: 4) == .startInfoVersion(2))
        #expect(error(129, at: 48) == .badStartInfo, "E820_MAX is 128")
        #expect(error(128, at: 48) != .badStartInfo)
        #expect(error(0, at: 12) == .moduleCount(expected: 1, actual: 0))
        #expect(error(2, at: 12) == .moduleCount(expected: 1, actual: 2))
    }
}
