// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

@testable import domb

/// The sizes in a written xLCM, each against the bytes that it is of.
@Suite struct XLCMEntryTests {
    private func word(_ bytes: ArraySlice<UInt8>, _ place: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[bytes.startIndex + place + $1]) << (8 * $1) }
    }

    /// Texts of every length modulo four, which decides how much an entry is filled up.
    @Test(arguments: ["", "a", "ab", "abc", "abcd"]) func everyEntryEndsWhereItsSizeSays(more: String) throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            let text = TestLaunchFiles.description.replacing("name: spare", with: "name: spare\(more)")
            try sandbox.write(text, to: "l.yaml")
            #expect(sandbox.failure(["compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")])?.message == nil)
            #expect(
                sandbox.failure([
                    "convert", sandbox.path("l.dtb"), "--format", "xlcm", "-o", sandbox.path("l.lcm"),
                ])?.message == nil)
            let bytes = try sandbox.read("l.lcm")
            #expect(word(bytes[...], 4) == bytes.count)
            // Magic, size, SHA-512.
            var rest = bytes[72...]
            var domains = 0
            while !rest.isEmpty {
                let (type, length) = (word(rest, 0), word(rest, 4))
                #expect(length >= 8 && length % 4 == 0 && length <= rest.count)
                let entry = rest.prefix(length)
                var used = length
                switch type {
                case 1:
                    used = 12 + word(entry, 8)
                    // One type a module: the boot domain's two, two kernels and a ramdisk.
                    #expect(word(entry, 8) == 5)
                case 2:
                    used = 68 + word(entry, 64)
                    // Behind the handle: nothing, then bytes of memory.
                    #expect(word(entry, 44) == 0 && word(entry, 48) % 4096 == 0)
                    domains += 1
                case 3: used = 12 + word(entry, 8) >> 16
                default: break
                }
                #expect((0..<4).contains(length - used), "type \(type)")
                #expect(entry.dropFirst(used).allSatisfy { $0 == 0 }, "type \(type)")
                rest = rest.dropFirst(length)
            }
            // The boot domain is one.
            #expect(domains == 4)
        }
    }

    /// A byte for each module up to the last that is used, and zeros to a whole word.
    @Test(arguments: 1...9) func theTypesOfAllModulesFillTheirEntry(count: Int) throws {
        var lcm = LCM(domains: [], settings: LaunchSettings(handoff: .park))
        for index in 1...count {
            lcm.domains.append(
                DomainDescription(
                    domid: try #require(DomainID(rawValue: UInt16(index))), name: Array("d\(index)".utf8), memory: 8192,
                    kernel: ImageReference(
                        moduleIndex: UInt32(index), segments: [Segment(address: 0x10_0000, byteCount: 8)])))
        }
        let bytes = try Launch(lcm: lcm, bootDomain: nil).written(as: .xlcm, from: "l")
        let entry = bytes[72...]
        #expect(word(entry, 0) == 1 && word(entry, 8) == count)
        #expect(word(entry, 4) == 12 + (count + 3) / 4 * 4)
        let types = entry.dropFirst(12).prefix(word(entry, 4) - 12)
        let zeros = [UInt8](repeating: 0, count: (4 - count % 4) % 4)
        #expect(types.elementsEqual([UInt8](repeating: 2, count: count) + zeros))
    }
}
