// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// The boot domain's entry of an xLCM, among others and in both generations: the host tool reads it as DomB's reader does.
@Suite struct BootDomainEntryTests {
    private static func little(_ value: Int, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func entry(_ type: Int, _ payload: [UInt8]) -> [UInt8] {
        little(type, 4) + little(8 + payload.count, 4) + payload
    }

    /// What is in a DOMAIN entry of a basic configuration: its text, and so many zeros behind it.
    private static func domain(kernel: UInt8, functions: Int, text: String, slack: Int = 0) -> [UInt8] {
        var payload = little(text.isEmpty ? 1 : 5, 2) + [kernel, 0, 0, 0, 0, 0]
        for word in [0, functions, 0] { payload += little(word, 4) }
        payload +=
            [UInt8](repeating: 0, count: 20) + little(64 << 20, 8) + little(0, 4) + little(kernel == 1 ? 1 : 2, 4)
        payload += little(text.utf8.count, 4) + Array(text.utf8)
        return payload + [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4 + slack)
    }

    private static let boot = entry(
        2, domain(kernel: 1, functions: 1, text: "domb: pcr=14 handoff=park bootargs=\"a\""))
    private static let guest = entry(2, domain(kernel: 2, functions: 0, text: "domb: name=guest load=0x100000+0x8"))

    private static func file(_ entries: [[UInt8]], header: Int = 72) -> [UInt8] {
        let content = entries.flatMap { $0 }
        return Array("xLCM".utf8) + little(header + content.count, 4) + [UInt8](repeating: 0, count: header - 8)
            + content
    }

    private func isReadAsDomBDoes(_ file: [UInt8]) throws -> Bool {
        let lcm = try LCM(parsing: file, hashing: SwiftCryptoHash.self)
        let boot = BootDomain(xlcm: file)
        return lcm.settings.pcr?.rawValue == 14 && boot?.kernelIndex == 1 && boot?.commandLine == Array("a".utf8)
    }

    @Test func theBootDomainMayBeAnywhere() throws {
        #expect(try isReadAsDomBDoes(Self.file([Self.boot, Self.guest])))
        #expect(try isReadAsDomBDoes(Self.file([Self.guest, Self.boot])))
        #expect(BootDomain(xlcm: Self.file([Self.guest])) == nil)
        #expect(BootDomain(xlcm: Self.file([])) == nil)
    }

    /// The same bytes under another type are something else.
    @Test(arguments: [0, 1, 3]) func onlyADomainIsTheBootDomain(type: Int) throws {
        let other = Self.entry(type, Self.domain(kernel: 1, functions: 1, text: "domb: bootargs=\"b\""))
        #expect(BootDomain(xlcm: Self.file([other, Self.boot]))?.commandLine == Array("a".utf8))
        #expect(BootDomain(xlcm: Self.file([other])) == nil)
    }

    /// A checksum's index and digest can be what flags and functions are in a domain.
    @Test func aChecksumIsNoDomain() throws {
        let checksum = Self.entry(
            3, [1, 0x0B] + Self.little(32, 2) + [UInt8](repeating: 0xFF, count: 32) + [UInt8](repeating: 0, count: 40))
        #expect(try isReadAsDomBDoes(Self.file([checksum, Self.boot, Self.guest])))
    }

    /// 72 bytes, a text's length among them.
    @Test(arguments: [0, 4, 8]) func theShortestEntryIsOne(slack: Int) throws {
        let entry = Self.entry(2, Self.domain(kernel: 1, functions: 1, text: "", slack: slack))
        let file = Self.file([entry, Self.guest])
        #expect((BootDomain(xlcm: file)?.kernelIndex == 1) == (entry.count >= 72), "\(entry.count) bytes")
        let problems = LCM.read(file, hashing: SwiftCryptoHash.self).problems
        #expect(problems.map(\.code).contains(.badPropertyLength) == (entry.count < 72))
    }

    /// What no other format has a place for is told, as it is of a tree.
    @Test func whatABootDomainsEntryHasBesidesIsTold() throws {
        let fields: [(name: String, offset: Int, values: ClosedRange<UInt8>, known: [UInt8])] = [
            ("permissions", 16, 0...3, [0, 3]), ("functions", 20, 1...7, [1]), ("mode", 24, 0...2, [0, 1]),
        ]
        for field in fields {
            // All four bytes of it.
            var wide = Self.boot
            wide[field.offset + 3] |= 0x80
            #expect(BootDomain(xlcm: Self.file([wide]))?.foreign.count == 1, "\(field.name)")
            for value in field.values where field.name != "functions" || value % 2 == 1 {
                var boot = Self.boot
                boot[field.offset] = value
                let file = Self.file([boot, Self.guest])
                #expect(try isReadAsDomBDoes(file))
                let told = field.known.contains(value) ? [] : ["\(field.name) \(value)"]
                #expect(BootDomain(xlcm: file)?.foreign == told)
                let launch = try Launch(compiled: file, "l.lcm")
                for format in LaunchFormat.allCases {
                    let written = try? launch.written(as: format, from: "l.lcm")
                    #expect((written == nil) == !told.isEmpty, "\(format), \(field.name) \(value)")
                }
            }
        }
    }

    /// Where the newer generation's entries begin the older has anything: no length that stands there leads astray.
    @Test(arguments: [0, 1, 2, 3, 4, 9, 0xFFFF_FFFF]) func theOlderGenerationIsToldFromTheNewer(type: Int) throws {
        for left in -8...12 {
            var fill = [UInt8](repeating: 0xFF, count: 56 + 8 + 120)
            let count = 8 + 8 + fill.count + Self.boot.count + Self.guest.count
            // What looks like an entry's head at 72, and like a boot domain behind it.
            fill.replaceSubrange(56..<64, with: Self.little(type, 4) + Self.little(count - 72 - left, 4))
            let decoy = Self.domain(kernel: 1, functions: 1, text: "domb: bootargs=\"b\"")
            fill.replaceSubrange(64..<(64 + decoy.count), with: decoy)
            let file = Self.file([Self.entry(0, fill), Self.boot, Self.guest], header: 8)
            #expect(file.count == count)
            // One entry to the very end is the newer generation's, whoever wrote it.
            if left == 0, (0...3).contains(type) { continue }
            #expect(try isReadAsDomBDoes(file), "type \(type), \(left) bytes left")
        }
    }
}
