// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import domb

/// bzImages, and the program that unpacks them.
@Suite struct BootProtocolImageTests {
    private static let kernel = TestELF(programs: [TestELF.Program(address: 0x10_0000, content: [1, 2, 3])]).bytes

    /// A bzImage of one setup sector and the payload after it, its size at its end.
    private func bzImage(
        _ payload: [UInt8], size: Int? = nil, version: UInt16 = 0x20F, offset: Int = 0, length: Int? = nil
    ) -> [UInt8] {
        let trailer = little(size ?? Self.kernel.count)
        var image = [UInt8](repeating: 0, count: 1024)
        image[0x1F1] = 1
        image.replaceSubrange(0x202..<0x206, with: Array("HdrS".utf8))
        image.replaceSubrange(0x206..<0x208, with: [UInt8(version & 0xFF), UInt8(version >> 8)])
        image.replaceSubrange(0x248..<0x24C, with: little(offset))
        image.replaceSubrange(0x24C..<0x250, with: little(length ?? payload.count + trailer.count))
        return image + payload + trailer
    }

    private func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    private func problem(_ image: [UInt8]) -> BootProtocolImage.Problem? {
        do throws(BootProtocolImage.Problem) {
            let image = try BootProtocolImage(parsing: image)
            try image.check(unpacked: Self.kernel)
            return nil
        } catch {
            return error
        }
    }

    @Test func elfKernelIsNoBzImage() {
        #expect(BootProtocolImage.isOne(bzImage([])))
        #expect(!BootProtocolImage.isOne(Self.kernel))
        #expect(!BootProtocolImage.isOne([UInt8](bzImage([]).prefix(0x24F))))
    }

    @Test func payloadComesBackAsItWas() throws {
        let packed = try Filter.run(["gzip", "-nc"], on: Self.kernel[...], limit: 1 << 20, to: .unpack)
        // gzip's own last word is the size: nothing is put after it.
        let image = try BootProtocolImage(parsing: bzImage([UInt8](packed.dropLast(4))))
        #expect(image.program == ["gzip", "-dc"])
        #expect(try Filter.run(image.program, on: image.payload, limit: 1 << 20, to: .unpack) == Self.kernel)
        try image.check(unpacked: Self.kernel)
    }

    @Test(
        arguments: [
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
            ([0x42, 0x5A, 0x68], "bzip2"),
            ([0x5D, 0x00, 0x00], "xz"), ([0x02, 0x21, 0x4C, 0x18], "lz4"), ([0x89, 0x4C, 0x5A, 0x4F], "lzop"),
        ] as [([UInt8], String)])
    func packingIsKnownByItsMagic(magic: [UInt8], program: String) throws {
        let image = try BootProtocolImage(parsing: bzImage(magic + [1, 2, 3]))
        #expect(image.program.first == program)
        #expect([UInt8](image.payload) == magic + [1, 2, 3])
    }

    @Test func unpackedPayloadNeedsNoProgram() throws {
        let image = try BootProtocolImage(parsing: bzImage(Self.kernel))
        #expect(image.program.isEmpty)
        #expect([UInt8](image.payload) == Self.kernel)
    }

    @Test func wrongSizeIsRefused() {
        #expect(
            problem(bzImage(Self.kernel, size: 5)) == .wrongSize(declared: 5, actual: Self.kernel.count))
    }

    @Test func oldProtocolsAreRefused() {
        #expect(problem(bzImage(Self.kernel, version: 0x207)) == .tooOld)
        #expect(problem(bzImage(Self.kernel, version: 0x208)) == nil)
    }

    @Test(arguments: [(1, nil), (0x7FFF_FFFF, nil), (0, 0x7FFF_FFFF), (0, 4), (0, 0)] as [(Int, Int?)])
    func payloadOutsideTheFileIsRefused(offset: Int, length: Int?) {
        #expect(problem(bzImage(Self.kernel, offset: offset, length: length)) == .payloadOutsideTheFile)
    }

    @Test func unknownPackingIsRefused() { #expect(problem(bzImage([1, 2, 3, 4, 5])) == .unknownCompression) }

    @Test func filterThatFailsIsTold() {
        #expect(throws: CommandFailure.self) {
            try Filter.run(["gzip", "-dc"], on: [1, 2, 3], limit: 100, to: .unpack)
        }
        #expect(throws: CommandFailure.self) {
            try Filter.run(["/nonexistent/program"], on: [], limit: 100, to: .unpack)
        }
    }

    @Test func outputBeyondTheLimitIsRefused() {
        #expect(throws: CommandFailure.self) { try Filter.run(["cat"], on: [1, 2, 3], limit: 2, to: .unpack) }
    }
}
