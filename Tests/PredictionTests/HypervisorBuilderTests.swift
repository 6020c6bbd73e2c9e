// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Prediction

/// The builder of the preview of 2024, against what a boot of it on QEMU left.
@Suite struct HypervisorBuilderTests {
    /// QEMU's: RSDP, XSDT with one entry, MADT without any.
    private static let tables: [UInt8] = {
        func table(_ signature: String, _ revision: UInt8, _ body: [UInt8]) -> [UInt8] {
            var table = Array(signature.utf8) + [UInt8(36 + body.count), 0, 0, 0, revision, 0]
            table += Array("BOCHS BXPC    ".utf8) + [1, 0, 0, 0] + Array("BXPC".utf8) + [1, 0, 0, 0] + body
            table[9] = 0 &- table.reduce(0, &+)
            return table
        }
        var rsdp = Array("RSD PTR ".utf8) + [0] + Array("BOCHS ".utf8) + [2, 0, 0, 0, 0, 36, 0, 0, 0]
        rsdp += [0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        rsdp[8] = 0 &- rsdp.prefix(20).reduce(0, &+)
        rsdp[32] = 0 &- rsdp.reduce(0, &+)
        return table("APIC", 1, [0, 0, 0xE0, 0xFE, 1, 0, 0, 0]) + rsdp
            + table("XSDT", 1, [0, 0x20, 0, 0, 0, 0, 0, 0])
    }()

    private func build(
        memory: UInt64 = 8192, kernel: Range<UInt64> = 0x10_0000..<0x10_4000, is64Bit: Bool = false,
        ramdisk: [UInt8]? = nil, commandLine: String = "first"
    ) throws -> SimulatedDomain {
        let domain = DomainDescription(
            domid: try #require(DomainID(rawValue: 1)), name: [1], memory: memory,
            kernel: ImageReference(
                moduleIndex: 3,
                segments: [Segment(address: kernel.lowerBound, byteCount: UInt64(kernel.count))]),
            ramdisk: ramdisk.map { _ in ImageReference(moduleIndex: 4) }, commandLine: Array(commandLine.utf8))
        let image = KernelImage(parts: [], range: kernel, entry: 0x10_0014, is64Bit: is64Bit)
        return try HypervisorBuilder(
            domain, kernel: image, modules: ramdisk.map { [$0] } ?? [], tables: try #require(HostTables(Self.tables))
        ).build(cpus: 1)
    }

    private func digest(_ bytes: [UInt8]?) -> String {
        let digest = SwiftCryptoHash.digest(.sha256, of: bytes ?? [])
        return digest.bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The digests of start info (all 56 bytes), ACPI tables and registers in the log of that boot.
    @Test func itIsWhatABootLeft() throws {
        for line in ["first", "second"] {
            let built = try build(commandLine: line)
            #expect(built.memory.frames == [0..<0x9E, 0x100..<0x862] && built.info.totalPages == 2048)
            #expect(built.state.startInfo == 0x10_4008)
            #expect(digest(built.memory.bytes(at: 0x10_4008, count: 56)) == "2b9fc72e")
            #expect(digest(built.memory.bytes(at: 0x86_1F6C, count: 148)) == "76a3a08a")
            #expect(digest(built.state.registers) == "95b865df")
            #expect(built.parameters[.consoleFrame] == 0x860 && built.parameters[.xenstoreFrame] == 0x85F)
        }
    }

    /// The first free port is 3.
    @Test func itHasTakenTwoPorts() throws {
        var host = SimulatedHypervisor()
        let built = try build()
        host.add(built)
        let remote = try #require(DomainID(rawValue: 0))
        // Console and xenstore are the boot domain's to serve.
        for (port, parameter) in [(1, .consoleChannel), (2, .xenstoreChannel)] as [(UInt32, HVMParameter)] {
            #expect(built.parameters[parameter] == UInt64(port))
            #expect(built.channels[port] == .some(remote))
        }
        #expect(try host.allocateChannel(built.info.domid, remote: remote) == 3)
    }

    @Test func ramdiskAndListStandBeforeTheStartInfo() throws {
        for (is64Bit, line, size) in [(true, "abc", 8), (false, "abc", 4), (true, "", 8), (false, "abcd", 8)]
            as [(Bool, String, UInt64)]
        {
            let built = try build(is64Bit: is64Bit, ramdisk: [UInt8](repeating: 7, count: 4097), commandLine: line)
            let list = 0x10_6000 + size
            #expect(built.state.startInfo == list + 32)
            #expect(built.memory.bytes(at: 0x10_4000, count: 4097) == [UInt8](repeating: 7, count: 4097))
            #expect(built.memory.bytes(at: list, count: 10) == [0, 0x40, 0x10, 0, 0, 0, 0, 0, 1, 0x10])
            #expect(built.memory.bytes(at: list + 32 + 16, count: 3) == [UInt8(truncatingIfNeeded: list), 0x60, 0x10])
        }
    }

    /// There is room from 1 MiB on where the kernel begins later.
    @Test func belowAHighKernelIsRoomForTheRest() throws {
        #expect(try build(kernel: 0x20_0000..<0x20_4000).state.startInfo == 0x10_0008)
        #expect(try build(kernel: 0x10_1000..<0x20_4000, ramdisk: [1]).state.startInfo == 0x20_4000 + 0x1000 + 8 + 32)
    }

    /// In whole pages: whatever is behind the kernel begins with one.
    @Test(arguments: [0x10_3001, 0x10_3FFF, 0x10_4000] as [UInt64]) func aKernelsLastPageIsItsOwn(_ end: UInt64) throws
    {
        let built = try build(kernel: 0x10_0000..<end, ramdisk: [7, 8])
        #expect(built.memory.bytes(at: 0x10_4000, count: 2) == [7, 8])
        #expect(built.state.startInfo == 0x10_5000 + 8 + 32)
    }

    /// Start info, command line with its zero and ramdisk: to the byte.
    @Test func whatGoesWithTheKernelHasToFitBehindIt() throws {
        for (room, lineCount, ramdisk, isBuilt) in [
            (1, 4039, nil, true), (1, 4040, nil, false), (1, 0, [1], false), (2, 0, [1], true),
            (2, 4096 - 56 - 32 - 1, [1], true), (2, 4096 - 56 - 32, [1], false),
        ] as [(UInt64, Int, [UInt8]?, Bool)] {
            let end = 0x86_2000 - room << 12
            let line = String(repeating: "x", count: lineCount)
            let size = UInt64(56 + (lineCount + 4) / 4 * 4) + (ramdisk == nil ? 0 : 4096 + 32)
            func built() throws -> SimulatedDomain {
                try build(kernel: 0x10_0000..<end, ramdisk: ramdisk, commandLine: line)
            }
            if isBuilt {
                #expect(try built().state.startInfo == end + size - 56, "\(lineCount)")
            } else {
                #expect(throws: BuildRefusal.tooLittleMemory(neededPages: (end + size) >> 12), "\(lineCount)") {
                    try built()
                }
            }
        }
    }

    @Test func whatWasNotSeenIsRefused() throws {
        for memory in [0, 2044, 8194, 3 << 20 + 4] as [UInt64] {
            #expect(throws: BuildRefusal.unmodelledMemory) { try build(memory: memory) }
        }
        #expect(throws: BuildRefusal.tooLittleMemory(neededPages: 0x863)) {
            try build(kernel: 0x10_0000..<0x86_2000, ramdisk: [1])
        }
    }

    @Test func everyByteOfTheHostsTablesCounts() {
        #expect(HostTables(Self.tables) != nil)
        for index in Self.tables.indices {
            var damaged = Self.tables
            damaged[index] ^= 1
            #expect(HostTables(damaged) == nil, "byte \(index)")
            #expect(HostTables([UInt8](Self.tables.prefix(index))) == nil)
        }
        #expect(HostTables(Self.tables + Self.tables) == nil)
    }
}
