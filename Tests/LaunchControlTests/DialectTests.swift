// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@Suite struct DialectTests {
    private func domain(_ change: (inout TestNode) -> Void) throws -> DomainDescription {
        var broker = TestLaunch.broker
        change(&broker)
        return try #require(try TestLaunch.parse(TestLaunch.launch(broker)).domains.first)
    }

    private func kernel(_ properties: [(String, [UInt8])], domain cellSizes: [(String, [UInt8])] = []) throws
        -> ImageReference
    {
        try domain { broker in
            for (name, value) in cellSizes { broker.set(name, value) }
            broker.children = [TestNode("kernel", [("compatible", string("multiboot,kernel"))] + properties)]
        }.kernel
    }

    @Test(arguments: ["module,kernel", "multiboot,kernel", "xen,linux-zimage"])
    func everyWordForAKernelIsKnown(word: String) throws {
        let kernel = try domain { $0.children[0].set("compatible", string(word)) }.kernel
        #expect(kernel.moduleIndex == 1)
    }

    @Test(arguments: ["module,ramdisk", "multiboot,ramdisk", "xen,linux-initrd"])
    func everyWordForARamdiskIsKnown(word: String) throws {
        let ramdisk = try domain {
            $0.children.append(TestNode("r", [("compatible", string(word)), ("mb-index", cells(77))]))
        }.ramdisk
        #expect(ramdisk?.moduleIndex == 77)
    }

    @Test func modulesThatCannotBeMeasuredAreKept() throws {
        let domain = try domain {
            for word in ["module,device-tree", "module,config", "module,microcode", "xen,xsm-policy"] {
                $0.children.append(TestNode(word, [("compatible", string(word)), ("module-index", cells(9))]))
            }
        }
        #expect(domain.otherModules.map { $0.kind } == [.deviceTree, .config, .microcode, .securityPolicy])
    }

    @Test func addressesAreReadInEveryCellSize() throws {
        let expected = Segment(address: 0x4A00_0000, byteCount: 0x10_0000)
        #expect(try kernel([("module-addr", cells(0x4A00_0000, 0x10_0000))]).bootAddress == expected)
        #expect(try kernel([("module-addr", longs(0x4A00_0000, 0x10_0000))]).bootAddress == expected)
        #expect(try kernel([("reg", longs(0x4A00_0000, 0x10_0000))]).bootAddress == expected)
        #expect(try kernel([("reg", cells(0, 0x4A00_0000, 0x10_0000))]).bootAddress == expected)
        let one = [("#address-cells", cells(1)), ("#size-cells", cells(1))]
        #expect(try kernel([("reg", cells(0x4A00_0000, 0x10_0000))], domain: one).bootAddress == expected)
    }

    @Test func aFileOfXensLoaderIsAPlaceToo() throws {
        #expect(try kernel([("xen,uefi-binary", string("vmlinuz"))]).uefiBinary == bytes("vmlinuz"))
    }

    @Test(arguments: [
        [("module-index", cells(1)), ("reg", longs(0, 1))], [("mb-index", cells(1)), ("module-addr", longs(0, 1))],
        [("reg", longs(0, 1)), ("xen,uefi-binary", string("vmlinuz"))],
    ])
    func aModuleInTwoPlacesIsRefused(properties: [(String, [UInt8])]) {
        var broker = TestLaunch.broker
        broker.children = [TestNode("kernel", [("compatible", string("module,kernel"))] + properties)]
        #expect(refusal(of: TestLaunch.launch(broker))?.code == .conflictingProperties)
    }

    @Test func theReservedDomidIsTheBootDomains() throws {
        let boot = TestLaunch.domain("boot", domid: 0x7FF5)
        let lcm = try TestLaunch.parse(TestLaunch.launch(boot, TestLaunch.broker))
        #expect(lcm.domains.map { $0.name } == [bytes("broker")])
    }

    /// Where the tree is for the hypervisor that says `xen,x86`, INITIAL_DOM is the domain that it starts: the boot domain,
    /// whatever its domid and its other functions. Elsewhere the bit is a legacy dom0's.
    @Test(arguments: [0x8000_0000, 0xC000_0004, 0x8000_0001] as [UInt32])
    func theInitialDomainIsTheBootDomain(functions: UInt32) throws {
        var boot = TestLaunch.domain("boot", domid: 0)
        boot.set("functions", cells(functions))
        boot.set("mode", cells(13))
        var launch = TestLaunch.launch(boot, TestLaunch.broker)
        launch.set("compatible", string("hypervisor,xen") + string("xen,x86"))
        let lcm = try TestLaunch.parse(launch)
        #expect(lcm.domains.map { $0.name } == [bytes("broker")])
        guard functions & 1 == 0 else { return }
        boot.remove("mode")
        let other = try TestLaunch.parse(TestLaunch.launch(boot, TestLaunch.broker))
        #expect(other.domains.count == 2 && other.domains[0].roles.contains(.legacyDom0))
    }

    /// A hypervisor that takes every node of a domain for a module finds no vcpus there.
    @Test func affinitiesMayBePropertiesOfTheDomain() throws {
        let listed = try domain {
            $0.set("cpus", cells(2))
            $0.set("domb,hard-affinity", string("0:0-1") + string("1:1"))
            $0.set("domb,soft-affinity", string("1:0"))
        }
        let nodes = try domain {
            $0.set("cpus", cells(2))
            for (id, hard, soft) in [(0, "0-1", nil), (1, "1", "0")] as [(UInt32, String, String?)] {
                var vcpu = TestNode(
                    "v\(id)", [("compatible", string("xen,vcpu")), ("id", cells(id)), ("hard-affinity", string(hard))])
                if let soft { vcpu.set("domb,soft-affinity", string(soft)) }
                $0.children.append(vcpu)
            }
        }
        #expect(listed == nodes && listed.affinities.count == 2)
    }

    @Test(arguments: [
        (["1:0", "0:0"], ParseError.Code.notAscending), (["0:0", "0:1"], .notAscending), (["0"], .badCPUList),
        (["2:0"], .limitExceeded), ([""], .badCPUList),
    ])
    func wrongAffinitiesOfTheDomainAreRefused(items: [String], code: ParseError.Code) {
        var broker = TestLaunch.broker
        broker.set("cpus", cells(2))
        broker.set("domb,hard-affinity", items.flatMap { string($0) })
        #expect(refusal(of: TestLaunch.launch(broker))?.code == code)
    }

    @Test func affinitiesAreSaidInOnePlace() {
        var broker = TestLaunch.broker
        broker.set("domb,soft-affinity", string("0:0"))
        broker.children.append(
            TestNode("v", [("compatible", string("xen,vcpu")), ("id", cells(0)), ("hard-affinity", string("0"))]))
        #expect(refusal(of: TestLaunch.launch(broker))?.code == .conflictingProperties)
    }

    @Test func withoutAWordTheBootDomainShutsDown() throws {
        var launch = TestLaunch.launch(TestLaunch.broker)
        launch.remove("domb,handoff")
        #expect(try TestLaunch.parse(launch).settings.handoff == .shutdown)
    }

    /// One launch of two domains in the words of each year, and of two years mixed in one tree.
    @Test func theSameLaunchInEveryDialectIsTheSame() throws {
        func guest(_ name: String, _ roles: [(String, [UInt8])], _ memory: [UInt8], kernel: String) -> TestNode {
            TestNode(
                name, [("compatible", string("xen,domain")), ("cpus", cells(2)), ("memory", memory)] + roles,
                children: [
                    TestNode(
                        "module",
                        [("compatible", string(kernel)), ("module-index", cells(3)), ("bootargs", string("a b"))])
                ])
        }
        let design = guest("d", [("permissions", cells(3))], longs(65536), kernel: "module,kernel")
        let series2022 = guest("d", [("permissions", cells(3))], string("64M"), kernel: "module,kernel")
        let series2025 = guest("d", [("capabilities", cells(3))], longs(65536), kernel: "multiboot,kernel")
        let dom0less = guest("d", [("capabilities", cells(3))], cells(65536), kernel: "xen,linux-zimage")
        let expected = try TestLaunch.parse(TestLaunch.launch(design)).domains
        for dialect in [series2022, series2025, dom0less] {
            #expect(try TestLaunch.parse(TestLaunch.launch(dialect)).domains == expected)
        }
        let chosen = TestNode("", children: [TestNode("chosen", children: [dom0less])])
        let straight = try LCM(
            parsing: DeviceTreeWriter().blob(chosen), hashing: SwiftCryptoHash.self)
        #expect(straight.domains == expected)
        var other = series2025
        other.name = "e"
        let mixed = try TestLaunch.parse(TestLaunch.launch(series2022, other)).domains
        #expect(mixed[0] == expected[0])
        #expect(mixed[1].roles == expected[0].roles && mixed[1].kernel == expected[0].kernel)
    }
}
