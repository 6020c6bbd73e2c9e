// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

/// Domain nodes: what is read, and the edges of every limit.
@Suite struct DomainTests {
    private func domain(_ change: (inout TestNode) -> Void) throws -> DomainDescription {
        var broker = TestLaunch.broker
        change(&broker)
        return try #require(try TestLaunch.parse(TestLaunch.launch(broker)).domains.first)
    }

    @Test func plainDomainHasTheDefaults() throws {
        #expect(
            try domain { _ in }
                == DomainDescription(
                    domid: try #require(DomainID(rawValue: 2)), name: bytes("broker"), memory: 8192,
                    kernel: ImageReference(moduleIndex: 1)))
    }

    @Test(arguments: [UInt32(1), 0x7FEF]) func domidsBelowTheReservedAreRead(_ value: UInt32) throws {
        #expect(try UInt32(domain { $0.set("domid", cells(value)) }.domid.rawValue) == value)
    }

    @Test func domidZeroAndNoDomidAreTheNextFreeOne() throws {
        let zero = TestLaunch.domain("zero", domid: 0)
        let none = TestLaunch.domain("none")
        let domains = try TestLaunch.parse(
            TestLaunch.launch(TestLaunch.domain("one", domid: 1), zero, TestLaunch.domain("three", domid: 3), none)
        ).domains
        #expect(domains.map { $0.domid.rawValue } == [1, 2, 3, 4])
    }

    @Test func rolesOfAllDialectsAreOneSet() throws {
        let roles = try domain {
            $0.set("permissions", cells(1))
            $0.set("functions", cells(0x4000_0004))
            $0.set("capabilities", cells(2))
        }.roles
        #expect(roles == [.control, .hardware, .xenstore, .console])
    }

    @Test(arguments: [
        (UInt32(0), DomainMode.pvh), (4, .pvh), (1, .pv), (5, .pv), (2, .hvm), (6, .hvm),
    ]) func modesAreRead(value: UInt32, mode: DomainMode) throws {
        #expect(try domain { $0.set("mode", cells(value)) }.mode == mode)
    }

    @Test(
        arguments: [
            (longs(8192), 8192), (cells(4096), 4096), (string("64M"), 64 << 10), (string("1G"), 1 << 20),
            (string("131072K"), 131_072), (string("256m"), 256 << 10), (string("12288k"), 12288),
            (string("1048576000"), 1_024_000),
        ] as [([UInt8], UInt64)]) func memoryOfEveryDialectIsRead(value: [UInt8], kibibytes: UInt64) throws
    {
        #expect(try domain { $0.set("memory", value) }.memory == kibibytes)
    }

    @Test func memoryMayBeSixteenTebibytes() throws {
        #expect(try domain { $0.set("memory", longs(Limits.memory)) }.memory == Limits.memory)
    }

    @Test func maximumMemoryMayEqualMemory() throws {
        #expect(try domain { $0.set("mem-max", longs(8192)) }.maxMemory == 8192)
    }

    @Test(arguments: [UInt32(1), Limits.vcpus]) func vcpusUpTo512AreRead(_ count: UInt32) throws {
        #expect(try domain { $0.set("cpus", cells(count)) }.vcpus == count)
    }

    @Test(arguments: [UInt32(1), 65535]) func weightsAreRead(_ weight: UInt32) throws {
        #expect(try domain { $0.set("domb,weight", cells(weight)) }.weight.map(UInt32.init) == weight)
    }

    @Test(arguments: [UInt32(0), 65535]) func capsAreRead(_ cap: UInt32) throws {
        #expect(try domain { $0.set("domb,cap", cells(cap)) }.cap.map(UInt32.init) == cap)
    }

    @Test func handleIsSixteenBytes() throws {
        let uuid = [UInt8](1...16)
        #expect(try domain { $0.set("domain-uuid", uuid) }.handle?.bytes == uuid)
    }

    @Test func affinitiesAreSortedByVCPU() throws {
        let affinities = try domain {
            $0.set("cpus", cells(8))
            for id in [UInt32(7), 0, 3] {
                $0.children.append(
                    TestNode(
                        "vcpu\(id)",
                        [("compatible", string("xen,vcpu")), ("id", cells(id)), ("hard-affinity", string("\(id)"))]))
            }
        }.affinities
        #expect(affinities.map { $0.vcpu } == [0, 3, 7])
        #expect(affinities.map { $0.hard?.highest } == [0, 3, 7])
        #expect(affinities.allSatisfy { $0.soft == nil })
    }

    @Test func unknownPropertiesOfOthersAreNoted() throws {
        var broker = TestLaunch.broker
        broker.set("xen,passthrough", [])
        broker.children[0].set("xen,cache", longs(0, 1))
        broker.children.append(
            TestNode("vcpu", [("compatible", string("xen,vcpu")), ("id", cells(0)), ("hard-afinity", string("0"))]))
        var launch = TestLaunch.launch(broker)
        launch.children.append(TestNode("typo", [("compatible", string("xen,domian"))]))
        let unknown = try TestLaunch.parse(launch).unknownProperties
        #expect(
            unknown.map { String(decoding: $0.node + bytes(":") + $0.name, as: UTF8.self) } == [
                "/chosen/hypervisor/typo:", "/chosen/hypervisor/broker:xen,passthrough",
                "/chosen/hypervisor/broker/kernel:xen,cache", "/chosen/hypervisor/broker/vcpu:hard-afinity",
            ])
    }

    @Test func bootDomainIsLeftOut() throws {
        let boot = TestNode(
            "boot", [("compatible", string("xen,domain")), ("functions", cells(1)), ("domid", cells(0x7FF5))])
        let lcm = try TestLaunch.parse(TestLaunch.launch(boot, TestLaunch.broker))
        #expect(lcm.domains.map { $0.name } == [bytes("broker")])
    }

    @Test func domidsMayRunOut() {
        // Every domid from 1 to the last one below the reserved.
        let most = Int(DomainID.firstReserved) - 1
        #expect(refusal(of: launch(ofSmall: most)) == nil)
        #expect(refusal(of: launch(ofSmall: most + 1))?.code == .tooManyDomains)
        #expect(refusal(of: launch(ofSmall: Limits.domains + 1))?.code == .tooManyDomains)
    }

    /// The author looks for the domain that is one too many, not for the one whose domid ran out.
    @Test func theFirstDomainThatIsTooManyIsNamed() {
        let found = refusal(of: launch(ofSmall: Limits.domains + 3))
        #expect(found?.code == .tooManyDomains)
        #expect(found?.placeText == "/chosen/hypervisor/d\(Limits.domains)")
    }

    /// The bytes of one domain so many times, each with a name of its own: a tree of as many nodes takes long to make.
    private func launch(ofSmall count: Int) -> [UInt8] {
        let one = TestLaunch.blob(TestLaunch.launch([small("d00000")]))
        let (structure, strings) = (Self.cell(one, at: 8), Self.cell(one, at: 12))
        // The node's name follows its token; behind its end stand those of three nodes and of the tree.
        let start = (structure..<strings).first { one[$0...].starts(with: Array("d00000".utf8)) }.map { $0 - 4 } ?? 0
        let domain = [UInt8](one[start..<(strings - 16)])
        var result = [UInt8](one[structure..<start])
        for index in 0..<count {
            let place = result.count + 5
            result += domain
            var (digit, rest) = (place + 4, index)
            while rest > 0 {
                result[digit] += UInt8(rest % 10)
                (digit, rest) = (digit - 1, rest / 10)
            }
        }
        return DeviceTreeWriter().assemble(
            structure: result + one[(strings - 16)..<strings], strings: [UInt8](one[strings...]))
    }

    private static func cell(_ bytes: [UInt8], at offset: Int) -> Int {
        bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
    }

    private func small(_ name: String) -> TestNode {
        TestNode(
            name, [("compatible", string("xen,domain")), ("memory", cells(8))],
            children: [TestNode("k", [("compatible", string("module,kernel"))])])
    }

    /// Each part begins a page of its own; the start info has one.
    @Test func aDomainNeedsWholePagesForEachPart() throws {
        let domid = try #require(DomainID(rawValue: 1))
        for (byteCount, pages) in [(1, 1), (4095, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3)] as [(UInt64, UInt64)]
        {
            let kernel = ImageReference(moduleIndex: 1, segments: [Segment(address: 0x10_0000, byteCount: byteCount)])
            var domain = DomainDescription(domid: domid, name: [0x61], memory: 8192, kernel: kernel)
            #expect(domain.neededMemory == 4 * (pages + 1), "\(byteCount)")
            domain.kernel.segments.append(Segment(address: 0x20_0000, byteCount: byteCount))
            #expect(domain.neededMemory == 4 * (2 * pages + 1), "\(byteCount)")
        }
    }
}
