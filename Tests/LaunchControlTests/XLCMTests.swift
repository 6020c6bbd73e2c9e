// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@Suite struct XLCMTests {
    private static let boot = XLCMWriter.Domain(kernel: 1, functions: 1, handle: "boot domain")

    private func lcm(_ change: (inout XLCMWriter) -> Void) -> [UInt8] {
        var writer = XLCMWriter()
        writer.add(moduleTypes: [2, 2, 3])
        change(&writer)
        return writer.bytes()
    }

    private func parse(_ bytes: [UInt8]) throws -> LCM {
        try LCM(parsing: bytes, hashing: SwiftCryptoHash.self)
    }

    @Test func thePrototypesOwnFilesAreRead() throws {
        let hardware = try #require(try parse(try Fixture.bytes("boot-plus-hwdom.lcm")).domains.first)
        #expect(hardware.name == bytes("hw domain"))
        #expect(hardware.domid.rawValue == 1)
        #expect(hardware.roles == [.hardware, .console])
        #expect(hardware.mode == .pv)
        #expect(hardware.memory == 65536)
        #expect(hardware.vcpus == 1)
        #expect(hardware.kernel.moduleIndex == 2)
        let classic = try #require(try parse(try Fixture.bytes("boot-plus-dom0.lcm")).domains.first)
        #expect(classic.roles == .legacyDom0)
        #expect(classic.kernel.moduleIndex == 2)
    }

    @Test(arguments: ["boot-plus-hwdom.lcm", "boot-plus-dom0.lcm"]) func everyPrefixIsRefused(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for count in bytes.indices { #expect(refusal(of: [UInt8](bytes.prefix(count))) != nil) }
    }

    @Test(arguments: ["boot-plus-hwdom.lcm", "boot-plus-dom0.lcm"]) func noBitFlipTraps(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for bit in 0..<(bytes.count * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            _ = refusal(of: flipped)
        }
    }

    @Test func theOlderGenerationHasNoChecksumField() throws {
        let bytes = lcm {
            $0.headerSize = 8
            $0.add(Self.boot)
            $0.add(XLCMWriter.Domain())
        }
        #expect(try parse(bytes).domains.map { $0.name } == [LaunchControlTests.bytes("guest")])
    }

    @Test func aRightChecksumIsAcceptedAndAWrongOneIsNot() throws {
        var bytes = lcm { $0.add(XLCMWriter.Domain()) }
        let digest = SwiftCryptoHash.digest(.sha512, of: bytes).bytes
        bytes.replaceSubrange(8..<72, with: digest)
        #expect(try parse(bytes).domains.count == 1)
        bytes[8] ^= 1
        #expect(refusal(of: bytes)?.code == .badChecksum)
    }

    /// The prototype's tool has a name where others have a handle: it is one if it can be read.
    @Test func aHandleIsANameWhereEveryByteIsPrintable() throws {
        for byte in 1...127 as ClosedRange<UInt8> {
            let bytes = lcm { $0.add(XLCMWriter.Domain(handle: "a\(Unicode.Scalar(byte))b")) }
            let isName = (0x20...0x7E).contains(byte)
            #expect((try parse(bytes).domains.first?.name.contains(byte) == true) == isName, "\(byte)")
        }
    }

    /// Walking by a length below the head's own would never end.
    @Test(arguments: [0, 4, 7] as [UInt8]) func anEntryShorterThanItsHeadIsRefused(length: UInt8) {
        var bytes = lcm { $0.add(XLCMWriter.Domain()) }
        bytes[76] = length
        #expect(refusal(of: bytes)?.code == .badPropertyLength)
    }

    @Test func moduleChecksumsAreExpectedDigests() throws {
        let digest = [UInt8](repeating: 0xAB, count: 32)
        let bytes = lcm {
            $0.add(checksum: digest, of: 2)
            $0.add(XLCMWriter.Domain())
        }
        #expect(try parse(bytes).domains[0].kernel.expectedDigest?.bytes == digest)
        let other = lcm {
            $0.add(checksum: [UInt8](repeating: 0, count: 48), of: 2, algorithm: 0x0C)
            $0.add(XLCMWriter.Domain())
        }
        #expect(refusal(of: other)?.code == .badPropertyValue)
    }

    @Test func settingsAreReadFromTheText() throws {
        let digest = String(repeating: "ab", count: 32)
        let bytes = lcm {
            var boot = Self.boot
            boot.text = "domb: pcr=12 tpm=warn coverage=images handoff=exec handoff-target=/sbin/init"
            $0.add(boot)
            $0.add(XLCMWriter.Domain(handle: "first"))
            $0.add(
                XLCMWriter.Domain(
                    ramdisk: 3, handle: "second", vcpus: 2,
                    text: "domb: name=sensor depends-on=first weight=512 cap=50 mem-max=131072 "
                        + "hard-affinity=0:0-3,5/1:2 soft-affinity=1:1 bootargs=\"a=\\\"b c\\\" d\" "
                        + "load=0x100000+0x2000,0x200000+0x10 kernel-digest=sha256:\(digest) ramdisk-size=4096 "
                        + "ramdisk-digest=sha256:\(digest) uuid=000102030405060708090a0b0c0d0e0f"))
        }
        let lcm = try parse(bytes)
        #expect(
            lcm.settings
                == LaunchSettings(
                    pcr: try #require(PCRIndex(rawValue: 12)), tpmPolicy: .warn, coverage: .images, handoff: .execute,
                    handoffTarget: LaunchControlTests.bytes("/sbin/init")))
        let sensor = lcm.domains[1]
        #expect(sensor.name == LaunchControlTests.bytes("sensor"))
        #expect(sensor.dependencies == [0])
        #expect(sensor.weight == 512)
        #expect(sensor.cap == 50)
        #expect(sensor.maxMemory == 131_072)
        #expect(sensor.affinities.map { $0.hard } == [CPUSet(words: [0b10_1111]), CPUSet(words: [0b100])])
        #expect(sensor.affinities.map { $0.soft } == [nil, CPUSet(words: [0b10])])
        #expect(sensor.commandLine == LaunchControlTests.bytes("a=\"b c\" d"))
        #expect(sensor.kernel.segments.map { $0.address } == [0x10_0000, 0x20_0000])
        #expect(sensor.kernel.expectedDigest?.bytes == [UInt8](repeating: 0xAB, count: 32))
        #expect(sensor.ramdisk?.byteCount == 4096)
        #expect(sensor.handle?.bytes == (0..<16).map { UInt8($0) })
    }

    @Test func somebodyElsesTextIsShownAndNoError() throws {
        let lcm = try parse(lcm { $0.add(XLCMWriter.Domain(text: "1st domU config goes here")) })
        #expect(lcm.unknownProperties.map { $0.name } == [bytes("1st domU config goes here")])
    }

    @Test(arguments: [
        ("domb: wieght=1", ParseError.Code.unknownDombProperty), ("domb: weight=0", .badPropertyValue),
        ("domb: weight=1 weight=2", .duplicateName), ("domb: weight", .badPropertyValue),
        ("domb: bootargs=\"open", .badPropertyValue), ("domb: tpm=off", .conflictingProperties),
        ("domb: depends-on=nobody", .unknownPhandle), ("domb: depends-on=guest", .selfDependency),
        ("domb: load=0x200000+0x10,0x100000+0x10", .overlappingSegments), ("domb: load=100+10", .badPropertyValue),
        ("domb: hard-affinity=1:0", .badCPUList), ("domb: kernel-digest=sha1:00", .badPropertyValue),
        ("domb: ramdisk-size=1", .conflictingProperties), ("domb: uuid=00", .badPropertyValue),
        ("domb: mem-max=1", .conflictingProperties),
        ("domb:" + (0...64).map { " k\($0)=" }.joined(), .tooManyProperties),
    ])
    func wrongTextsAreRefused(text: String, code: ParseError.Code) {
        let problems = LCM.read(
            lcm { $0.add(XLCMWriter.Domain(text: text)) }, hashing: SwiftCryptoHash.self
        ).problems
        #expect(problems.contains { $0.code == code })
    }

    @Test(arguments: [
        (XLCMWriter.Domain(flags: 3), ParseError.Code.conflictingProperties),
        (XLCMWriter.Domain(flags: 0), .conflictingProperties), (XLCMWriter.Domain(flags: 9), .reservedBits),
        (XLCMWriter.Domain(kernel: 0), .missingProperty), (XLCMWriter.Domain(kernel: 3), .conflictingProperties),
        (XLCMWriter.Domain(ramdisk: 2), .conflictingProperties), (XLCMWriter.Domain(kernel: 4), .conflictingProperties),
        (XLCMWriter.Domain(permissions: 4), .reservedBits), (XLCMWriter.Domain(functions: 8), .reservedBits),
        (XLCMWriter.Domain(mode: 3), .conflictingProperties), (XLCMWriter.Domain(mode: 4), .reservedBits),
        (XLCMWriter.Domain(memory: 1000), .badPropertyValue), (XLCMWriter.Domain(memory: 0), .badPropertyValue),
        (XLCMWriter.Domain(vcpus: 0), .limitExceeded), (XLCMWriter.Domain(vcpus: 513), .limitExceeded),
    ])
    func wrongDomainsAreRefused(domain: XLCMWriter.Domain, code: ParseError.Code) {
        #expect(refusal(of: lcm { $0.add(domain) })?.code == code)
    }
}
