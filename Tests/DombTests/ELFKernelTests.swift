// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// The reader of `domb image`.
@Suite struct ELFKernelTests {
    private static let text = TestELF.Program(address: 0x20_0000, content: [1, 2, 3, 4], memorySize: 0x1_2345)
    private static let data = TestELF.Program(address: 0x10_0000, content: [5, 6])
    private static let note = TestELF.Program(type: 4, address: 0x10_0000, content: [9, 9])

    private func problem(_ programs: TestELF.Program...) -> ELFKernel.Problem? { problem(TestELF(programs: programs)) }

    private func problem(_ elf: TestELF) -> ELFKernel.Problem? { problem(elf.bytes) }

    private func problem(_ file: [UInt8]) -> ELFKernel.Problem? {
        do throws(ELFKernel.Problem) {
            _ = try ELFKernel(parsing: file)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [true, false]) func segmentsAreReadInAscendingOrder(is64Bit: Bool) throws {
        let file = TestELF(is64Bit: is64Bit, machine: is64Bit ? 62 : 3, programs: [Self.text, Self.note, Self.data])
            .bytes
        let segments = try ELFKernel(parsing: file).segments
        #expect(segments.map { $0.address } == [0x10_0000, 0x20_0000])
        #expect(segments.map { $0.byteCount } == [2, 0x1_2345])
        #expect(segments.map { [UInt8](file[$0.file]) } == [[5, 6], [1, 2, 3, 4]])
    }

    @Test func digestIsOverTheFilePartAndItsZeros() throws {
        let file = TestELF(programs: [Self.text, Self.data]).bytes
        let memory = [5, 6] + [1, 2, 3, 4] + [UInt8](repeating: 0, count: 0x1_2345 - 4)
        #expect(
            try ELFKernel(parsing: file).digest(of: file, SwiftCryptoHash.self)
                == SwiftCryptoHash.digest(.sha256, of: memory))
    }

    @Test func whatIsNotLoadedIsNotNamed() throws {
        var untouchable = Self.data
        untouchable.flags = 0
        let empty = TestELF.Program(address: 0x30_0000)
        let file = TestELF(programs: [Self.text, untouchable, empty]).bytes
        #expect(try ELFKernel(parsing: file).segments.map { $0.address } == [0x20_0000])
    }

    @Test func segmentsMayTouchButNotOverlap() {
        var second = TestELF.Program(address: 0x10_0002, content: [7])
        #expect(problem(Self.data, second) == nil)
        second.address -= 1
        #expect(problem(Self.data, second) == .badSegment(1, "overlaps program header 0 in memory"))
    }

    @Test func segmentMayEndAtFourGibibytes() {
        var last = TestELF.Program(address: (1 << 32) - 2, content: [1, 2])
        #expect(problem(last) == nil)
        last.address += 1
        #expect(problem(last) == .badSegment(0, "ends above 4 GiB"))
        last.address = .max
        #expect(problem(last) == .badSegment(0, "ends above 4 GiB"))
    }

    @Test func segmentLargerInTheFileThanInMemoryIsRefused() {
        var segment = Self.text
        segment.memorySize = 3
        #expect(problem(segment) == .badSegment(0, "more bytes in the file than in memory"))
    }

    @Test(arguments: [UInt64.max, 1 << 40, 121]) func segmentOutsideTheFileIsRefused(offset: UInt64) {
        var segment = Self.text
        segment.fileOffset = offset
        #expect(problem(segment) == .badSegment(0, "lies outside the file"))
    }

    @Test func manySegmentsAreRefused() {
        let programs = (0...UInt64(Limits.segments)).map { TestELF.Program(address: $0 * 16, content: [1]) }
        #expect(problem(TestELF(programs: [TestELF.Program](programs.dropLast()))) == nil)
        #expect(problem(TestELF(programs: programs)) != nil)
    }

    @Test func otherMachinesAndByteOrdersAreRefused() {
        #expect(problem(TestELF(machine: 183, programs: [Self.data])) == .unsupported("not for x86 (e_machine 183)"))
        #expect(problem(TestELF(byteOrder: 2, programs: [Self.data])) == .unsupported("not a little-endian ELF file"))
    }

    @Test func fileWithoutSegmentsIsRefused() {
        #expect(problem(Self.note) == .noSegments)
        #expect(problem(TestELF(programs: [])) == .noSegments)
    }

    @Test func whatIsNoELFIsRefused() {
        #expect(problem([]) == .notELF)
        #expect(problem([UInt8](repeating: 0x7F, count: 100)) == .notELF)
    }

    @Test(arguments: [true, false]) func everyPrefixIsRefused(is64Bit: Bool) {
        let file = TestELF(is64Bit: is64Bit, programs: [Self.text, Self.data]).bytes
        for length in 0..<file.count { #expect(problem([UInt8](file[..<length])) != nil, "cut to \(length)") }
    }

    @Test(arguments: [true, false]) func noBitFlipTraps(is64Bit: Bool) {
        var file = TestELF(is64Bit: is64Bit, programs: [Self.text, Self.note, Self.data]).bytes
        var refused = 0
        for bit in 0..<(8 * file.count) {
            file[bit / 8] ^= 1 << UInt8(bit % 8)
            if problem(file) != nil { refused += 1 }
            file[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        #expect(refused > 0)
    }
}
