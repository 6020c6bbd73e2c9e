// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@Suite struct FixtureTests {
    @Test func applianceSaysWhatItsSourceSays() throws {
        let lcm = try LCM(
            parsing: try Fixture.bytes("appliance.dtb"), hashing: SwiftCryptoHash.self)
        #expect(
            lcm.settings
                == LaunchSettings(
                    pcr: try #require(PCRIndex(rawValue: 12)), tpmPolicy: .warn, coverage: .images, handoff: .execute,
                    handoffTarget: bytes("/sbin/init")))
        #expect(lcm.domains.map { $0.name } == ["hw", "broker", "console", "app"].map(bytes))
        // Those without a domid get the lowest that nobody has.
        #expect(lcm.domains.map { $0.domid.rawValue } == [1, 3, 4, 2])
        #expect(lcm.domains.map { $0.roles } == [.hardware, .xenstore, .console, []])
        #expect(lcm.domains.map { $0.dependencies } == [[], [], [1], [2, 1]])
        #expect(try lcm.domains[0] == hardwareDomain())
        #expect(lcm.unknownProperties.map { $0.name } == [bytes("vendor,note")])
        #expect(lcm.unknownProperties.map { $0.node } == [bytes("/chosen/hypervisor")])
    }

    private func hardwareDomain() throws -> DomainDescription {
        DomainDescription(
            domid: try #require(DomainID(rawValue: 1)), name: bytes("hw"),
            handle: DomainHandle(high: 0x7D44_4840_9DC0_11D1, low: 0xB245_5FFD_CE74_FA01), roles: .hardware,
            memory: 524_288, maxMemory: 1_048_576, vcpus: 4,
            affinities: [
                VCPUAffinity(vcpu: 0, hard: CPUSet(words: [0xF, 1]), soft: CPUSet(words: [2])),
                VCPUAffinity(vcpu: 3, hard: CPUSet(words: [4]), soft: nil),
            ],
            settings: [.weight(512), .cap(150)],
            kernel: ImageReference(
                moduleIndex: 1,
                segments: [
                    Segment(address: 0x10_0000, byteCount: 0x2000), Segment(address: 0x20_0000, byteCount: 1),
                ],
                expectedDigest: Digest(.sha256, bytes: [UInt8](0..<32))),
            ramdisk: ImageReference(
                moduleIndex: 2, expectedDigest: Digest(.sha256, bytes: (0..<32).map { UInt8(255 - $0) }),
                byteCount: 0x123_4567),
            commandLine: bytes("console=hvc0 root=/dev/xvda"))
    }

    @Test func domainsStraightUnderChosenAreRead() throws {
        let lcm = try LCM(
            parsing: try Fixture.bytes("dom0less.dtb"), hashing: SwiftCryptoHash.self)
        // A unit address is no part of the name.
        #expect(lcm.domains.map { $0.name } == ["first", "second"].map(bytes))
        #expect(lcm.domains.map { $0.domid.rawValue } == [1, 2])
        #expect(lcm.domains.map { $0.roles } == [[.control, .hardware], []])
        #expect(lcm.domains.map { $0.memory } == [131_072, 131_072])
        #expect(lcm.domains.map { $0.kernel.moduleIndex } == [1, nil])
        #expect(lcm.domains.map { $0.ramdisk?.moduleIndex } == [2, nil])
        #expect(lcm.settings == LaunchSettings(handoff: .park))
    }

    @Test func prototypeDialectIsRead() throws {
        let lcm = try LCM(
            parsing: try Fixture.bytes("hyperlaunch-2022.dtb"), hashing: SwiftCryptoHash.self)
        // The boot domain is DomB itself, so it is not among those that DomB launches.
        #expect(lcm.domains.map { $0.name } == ["dom0", "crash"].map(bytes))
        #expect(lcm.domains.map { $0.domid.rawValue } == [1, 9])
        #expect(lcm.domains.map { $0.roles } == [[.control, .hardware, .xenstore, .legacyDom0], .recovery])
        #expect(lcm.domains.map { $0.mode } == [.pv, .hvm])
        #expect(lcm.domains.map { $0.memory } == [64 << 10, 1 << 20])
        #expect(lcm.domains.map { $0.kernel.moduleIndex } == [4, 5])
        #expect(lcm.unknownProperties.map { $0.node } == [bytes("/chosen/hypervisor/config")])
        #expect(lcm.unknownProperties.map { $0.name } == [[]])
    }

    @Test func theSeriesOf2025IsRead() throws {
        let lcm = try LCM(
            parsing: try Fixture.bytes("hyperlaunch-2025.dtb"), hashing: SwiftCryptoHash.self)
        let domain = try #require(lcm.domains.first)
        #expect(domain.roles == [.control, .hardware])
        #expect(domain.vcpus == 4)
        #expect(domain.memory == 0x80000)
        #expect(domain.maxMemory == 0x100000)
        // Beyond MAX_NR_BOOTMODS, which is Xen's limit and not the format's.
        #expect(domain.kernel.moduleIndex == 70)
        #expect(domain.commandLine == bytes("console=xvc0"))
        #expect(domain.ramdisk?.bootAddress == Segment(address: 0x1_2000_0000, byteCount: 0x40_0000))
        #expect(lcm.unknownProperties.map { $0.name } == [bytes("mem-min")])
        #expect(lcm.settings == LaunchSettings())
    }

    @Test(arguments: Fixture.names) func everyPrefixIsRefused(_ name: String) throws {
        let whole = try Fixture.bytes(name)
        for length in 0..<whole.count {
            #expect(refusal(of: [UInt8](whole[..<length])) != nil, "cut to \(length) bytes")
        }
    }

    @Test(arguments: Fixture.names) func trailingBytesAreRejected(_ name: String) throws {
        let whole = try Fixture.bytes(name)
        #expect(refusal(of: whole + [0]) == ParseError(.trailingData, at: whole.count))
    }

    /// Each of them is refused or read: the test fails by a trap, or by never ending.
    @Test(arguments: Fixture.names) func noBitFlipTraps(_ name: String) throws {
        var blob = try Fixture.bytes(name)
        var read = 0
        for bit in 0..<(8 * blob.count) {
            blob[bit / 8] ^= 1 << UInt8(bit % 8)
            if refusal(of: blob) == nil { read += 1 }
            blob[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        // A flip in a name or a number gives another good LCM: its digest is what tells it apart.
        #expect(read > 0 && read < 8 * blob.count)
    }

    /// Bytes, runs and lengths damaged at random; a failure prints the seed to put here.
    @Test(arguments: Fixture.names) func noRandomDamageTraps(_ name: String) throws {
        let whole = try Fixture.bytes(name)
        let seed = UInt64.random(in: 1 ... .max)
        print("let seed = 0x\(String(seed, radix: 16)) as UInt64  // noRandomDamageTraps, \(name)")
        var generator = Xorshift(state: seed)
        for _ in 0..<1000 {
            var blob = whole
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let start = Int.random(in: 0..<blob.count, using: &generator)
                let end = min(blob.count, start + Int.random(in: 1...8, using: &generator))
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: blob[start] = UInt8.random(in: 0 ... .max, using: &generator)
                case 1: blob.replaceSubrange(start..<end, with: [UInt8](repeating: 0xFF, count: end - start))
                case 2: blob.removeSubrange(start..<max(end, start + 1))
                default: blob.insert(contentsOf: blob[start..<end], at: start)
                }
                if blob.isEmpty { blob = [0] }
            }
            _ = refusal(of: blob)
            // The same with a length that is right, so that it gets further.
            if blob.count >= 8 { blob.replaceSubrange(4..<8, with: cells(UInt32(blob.count))) }
            _ = refusal(of: blob)
        }
    }
}

/// Marsaglia's xorshift64: the same seed, the same damage.
private struct Xorshift: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
