// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

/// What the hypervisor's builder leaves in a domain, measured.
@Suite struct HypervisorBuiltTests {
    private typealias Built = HypervisorBuiltDomain

    @Test func whatItBuiltIsCovered() throws {
        let record = try Built().measure().record
        #expect(record.pageCount == 2048)
        #expect(record.regions.map(\.role) == [.kernel, .startInfo, .acpi])
        #expect(record.regions[1].segments == [Segment(address: Built.startInfo, byteCount: 40)])
        #expect(
            record.regions[2].segments == [
                Segment(address: Built.rsdp, byteCount: 36), Segment(address: Built.xsdt, byteCount: 52),
                Segment(address: Built.madt, byteCount: 60),
            ])
    }

    @Test func withCoverageOfImagesTheTablesAreMeasuredToo() throws {
        var built = try Built()
        built.coverage = .images
        let good = try built.measure().record
        #expect(good.regions.map(\.role) == [.kernel, .startInfo, .acpi])
        built.write([7], 0x50_0000)
        #expect(try built.measure().record == good)
        // The MADT's APIC id, and the checksum with it.
        built.write([1], Built.madt + 48)
        #expect(built.error() == .badACPITable(Built.madt))
    }

    /// Any one byte, wherever it lies, is refused or changes the record.
    @Test func aPlantedByteIsFoundAnywhere() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("planted bytes: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let built = try Built()
        let good = try built.measure().record
        var places = Built.frames.flatMap { [$0.lowerBound << 12, ($0.upperBound << 12) - 1] }
        places += Array(Built.startInfo - 9..<Built.startInfo + 60) + Array(Built.rsdp - 4..<0x86_2000)
        places += [0x85_F000, 0x85_FF6B, 0x85_FF6C, 0x86_0000, 0x86_0C10, 0x86_0FFF]
        for _ in 0..<200 {
            let run = Built.frames[Int.random(in: 0..<2, using: &random)]
            places.append(UInt64.random(in: (run.lowerBound << 12)..<(run.upperBound << 12), using: &random))
        }
        for place in places {
            var planted = built
            let old = try #require(built.domain.memory.bytes(at: place, count: 1))
            planted.write([old[0] ^ 0x40], place)
            let error = planted.error()
            let record = error == nil ? try planted.measure().record : nil
            #expect(error != nil || record != good, "the byte at \(place) escaped")
        }
    }

    @Test func whatLayThereBeforeIsCalledByItsName() throws {
        var built = try Built()
        built.write([0x53], 0)
        #expect(built.error() == .oldMemory(0))
        let message = String(decoding: MeasurementError.oldMemory(0).message.bytes, as: UTF8.self)
        #expect(message.hasPrefix("coverage all: memory from before the launch at 0x0"))
    }

    /// Behind a structure of 40 bytes at the end of a page no page has to be.
    @Test(arguments: [40, 48, 55, 56] as [UInt64]) func theShortStartInfoMayEndItsPage(room: UInt64) throws {
        var built = try Built()
        let place = 0x86_2000 - room
        built.domain.memory.remove(frame: 0x861)
        built.domain.memory.add(0x861..<0x862)
        built.domain.memory.remove(frame: 0x104)
        built.domain.memory.add(0x104..<0x105)
        built.write(built.description.commandLine + [0], Built.commandLine)
        var bytes = Built.startInfoBytes
        bytes.replaceSubrange(32..., with: [UInt8](repeating: 0, count: 8))
        built.write(bytes, place)
        built.domain.state = VCPUState(
            instructionPointer: 0x10_0000, startInfo: place, registers: built.domain.state.registers)
        let record = try built.measure().record
        #expect(record.regions.map(\.role) == [.kernel, .startInfo])
        #expect(record.regions[1].segments == [Segment(address: place, byteCount: 40)])
    }

    /// The flags of dom0 belong to its roles, unless the LCM says who sets them everywhere.
    @Test func dom0sFlagsAreRefusedOrTold() throws {
        var built = try Built()
        let told = try built.measure().notes.filter { $0.contains("0x3 (1 SIF_PRIVILEGED, 2 SIF_INITDOMAIN)") }
        #expect(told.count == 1 && told[0].hasPrefix("note: domain 1: "))
        built.builder = .toolstack
        #expect(built.error() == .foreignFlags(3))
        for (roles, refused) in [
            (.control, 2), (.hardware, 1), ([.control, .hardware], 0), (.legacyDom0, 0), (.xenstore, 3),
        ] as [(DomainRoles, UInt32)] {
            built.description.roles = roles
            #expect(built.error() == (refused == 0 ? nil : .foreignFlags(refused)))
            if refused == 0 { #expect(try built.measure().notes.isEmpty) }
        }
    }

    @Test(arguments: [2, 3, 0x100, 0xFFFF_FFFF] as [UInt32]) func anUnknownVersionIsNamed(version: UInt32) throws {
        var built = try Built()
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(version), byteCount: 4)
        built.write(bytes, Built.startInfo + 4)
        #expect(built.error() == .startInfoVersion(version))
    }

    /// Tables of a domain without a map lie below its highest frame, whatever an address says.
    @Test(arguments: [0x86_2000 - 35, 0x86_2000, UInt64.max - 3, 0x9_E000] as [UInt64]) func tablesLieInItsMemory(
        _ place: UInt64
    ) throws {
        var built = try Built()
        built.write(Built.long(place), Built.startInfo + 32)
        let error = try #require(built.error())
        #expect(error == .badACPITable(place) || place == 0x9_E000, "\(error)")
    }

    /// No processor has memory there, and an end of it would not have to fit into 64 bits.
    @Test(arguments: [-2, -1, 0, 1, 2] as [Int64]) func tablesLieBelowTheLastFrameThatCanBe(_ distance: Int64) throws {
        var built = try Built()
        built.coverage = .images
        let limit: UInt64 = 1 << 40
        let frame = limit.advanced(by: Int(distance))
        built.domain.memory.add((limit - 2)..<(limit + 4))
        built.write(Built.pointer(xsdt: Built.xsdt), frame << 12)
        built.write(Built.long(frame << 12), Built.startInfo + 32)
        #expect(built.error() == (distance < 0 ? nil : .badACPITable(frame << 12)))
    }
}
