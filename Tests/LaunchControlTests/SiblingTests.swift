// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

/// What may be there once is there once, wherever the second one stands.
@Suite struct SiblingTests {
    private func domain(_ index: Int) -> TestNode { TestLaunch.domain("d\(index)") }

    /// Readers differ in which of two nodes of one name they take; that others stand between them changes nothing.
    @Test(arguments: 2...7) func twoNodesOfOneNameAreRefusedWhereverTheyStand(count: Int) {
        #expect(refusal(of: TestLaunch.launch((0..<count).map { domain($0) })) == nil)
        for first in 0..<count {
            for second in (first + 1)..<count where second < count {
                // In ascending order, in descending, and with the pair's name the least and the greatest.
                for (up, name) in [(true, "d\(first)"), (false, "d\(first)"), (true, "a"), (true, "z")] {
                    var domains = (0..<count).map { domain(up ? $0 : count - 1 - $0) }
                    domains[first].name = name
                    domains[second].name = name
                    let refused = refusal(of: TestLaunch.launch(domains))
                    #expect(refused?.code == .duplicateName, "\(first) and \(second) of \(count)")
                    #expect(refused?.placeText == "/chosen/hypervisor/\(name)")
                }
            }
        }
    }

    /// At every depth.
    @Test func twoModulesOfOneNameAreRefused() {
        let kernel = TestNode("kernel", [("compatible", string("module,kernel")), ("module-index", cells(1))])
        let ramdisk = TestNode("ramdisk", [("compatible", string("module,ramdisk")), ("module-index", cells(2))])
        var domain = TestLaunch.domain("d")
        domain.children = [kernel, ramdisk]
        #expect(refusal(of: TestLaunch.launch(domain)) == nil)
        domain.children = [kernel, ramdisk, kernel]
        #expect(refusal(of: TestLaunch.launch(domain))?.code == .duplicateName)
        var root = TestLaunch.root(TestLaunch.launch(domain))
        root.children = [TestNode("chosen"), TestNode("cpus"), root.children[0]]
        #expect(refusal(of: DeviceTreeWriter().blob(root))?.code == .duplicateName)
    }

    /// A name twice, near or far, counts once, and where it stood first.
    @Test func aDependencyCountsOnceHoweverOftenItIsNamed() throws {
        let domains = (1...3).map { TestLaunch.domain("d\($0)", phandle: UInt32($0)) }
        for (named, expected) in [
            ([1, 1], [0]), ([1, 2, 1], [0, 1]), ([3, 1, 2, 3, 1], [2, 0, 1]), ([2, 2, 3, 3, 2], [1, 2]),
        ] as [([UInt32], [Int])] {
            var last = TestLaunch.domain("last")
            last.set("domb,depends-on", named.flatMap { cells($0) })
            let found = try TestLaunch.parse(TestLaunch.launch(domains + [last])).domains[3].dependencies
            #expect(found == expected)
        }
    }

    /// The reader itself is one domain.
    @Test(arguments: 1...4) func thereIsOneBootDomainAtMost(count: Int) throws {
        var bytes = [XLCMWriter.Domain(handle: "guest")]
        bytes += (0..<count).map { XLCMWriter.Domain(functions: 1, handle: "boot \($0)") }
        for place in 0...count {
            var domains = bytes
            domains.swapAt(0, place)
            var writer = XLCMWriter()
            writer.add(moduleTypes: [2, 2, 3])
            for domain in domains { writer.add(domain) }
            let refused = refusal(of: writer.bytes())
            #expect(refused?.code == (count > 1 ? .conflictingProperties : nil), "\(count) boot domains")
        }
        var nodes = (0..<count).map { TestLaunch.domain("boot\($0)") } + [TestLaunch.domain("guest")]
        for index in 0..<count { nodes[index].set("functions", cells(1)) }
        #expect((refusal(of: TestLaunch.launch(nodes)) != nil) == (count > 1))
    }

    /// Of two checksums of one module neither may win: an LCM could say one thing to its reader and another to Xen.
    @Test(arguments: [(0, 1), (0, 2), (1, 2)] as [(Int, Int)]) func aModuleHasOneChecksum(first: Int, second: Int)
        throws
    {
        for isSame in [true, false] {
            var indices: [UInt8] = [1, 2, 3]
            indices[second] = indices[first]
            var writer = XLCMWriter()
            writer.add(moduleTypes: [2, 2, 3])
            for (place, index) in indices.enumerated() {
                let byte: UInt8 = isSame ? 0xAB : UInt8(place)
                writer.add(checksum: [UInt8](repeating: byte, count: 32), of: index)
            }
            writer.add(XLCMWriter.Domain())
            #expect(refusal(of: writer.bytes())?.code == .duplicateName)
        }
    }

    @Test func eachModuleHasItsOwnChecksum() throws {
        var writer = XLCMWriter()
        writer.add(moduleTypes: [2, 2, 3])
        for index in [3, 1, 2] as [UInt8] {
            writer.add(checksum: [UInt8](repeating: index, count: 32), of: index)
        }
        writer.add(XLCMWriter.Domain(ramdisk: 3))
        let domain = try LCM(parsing: writer.bytes(), hashing: SwiftCryptoHash.self).domains[0]
        #expect(domain.kernel.expectedDigest?.bytes == [UInt8](repeating: 2, count: 32))
        #expect(domain.ramdisk?.expectedDigest?.bytes == [UInt8](repeating: 3, count: 32))
    }
}
