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
        let module = try TestLaunch.parse(TestLaunch.launch(boot, TestLaunch.broker))
        #expect(module.domains.map { $0.name } == [bytes("broker")])
    }

    @Test func withoutAWordTheBootDomainShutsDown() throws {
        var launch = TestLaunch.launch(TestLaunch.broker)
        launch.remove("domb,handoff")
        #expect(try TestLaunch.parse(launch).settings.handoff == .shutdown)
    }
}
