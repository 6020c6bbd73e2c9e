// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Testing

/// Every maximum of the form, one below and one above.
@Suite struct FormLimitTests {
    private func refused(_ root: TestNode) -> ParseError.Code? { refusal(of: DeviceTreeWriter().blob(root))?.code }

    private func named(_ name: String) -> TestNode {
        TestLaunch.root(TestLaunch.launch(TestLaunch.broker, TestLaunch.domain(name)))
    }

    private func withProperty(_ name: String) -> TestNode {
        var broker = TestLaunch.broker
        broker.set(name, [])
        return TestLaunch.root(TestLaunch.launch(broker))
    }

    @Test func nodeNameMayHaveSixtyThreeCharacters() {
        #expect(refused(named(String(repeating: "n", count: Limits.nameBytes))) == nil)
        #expect(refused(named(String(repeating: "n", count: Limits.nameBytes + 1))) == .nameTooLong)
    }

    @Test func propertyNameMayBeLongerThanTheSpecifications() {
        for count in [Limits.nameBytes, Limits.nameBytes + 1, 200] {
            #expect(refused(withProperty(String(repeating: "p", count: count))) == nil)
        }
    }

    @Test(arguments: ["", "two words", "slash/", "@1", "quote\"", "tab\t", "höhe", "a?", "#a"])
    func forbiddenCharactersInANodeNameAreRefused(_ name: String) { #expect(refused(named(name)) == .badName) }

    @Test(arguments: ["", "two words", "a@1", "slash/", "\u{1B}[2J"])
    func forbiddenCharactersInAPropertyNameAreRefused(_ name: String) {
        #expect(refused(withProperty(name)) == .badName)
    }

    @Test func reservedMemoryIsPassedOver() {
        for count in 0..<20 {
            var writer = DeviceTreeWriter()
            let entries = (0..<count).map { [UInt8](repeating: UInt8($0 + 1), count: 16) }
            writer.reserveEntries = entries + [[UInt8](repeating: 0, count: 16)]
            #expect(refusal(of: writer.blob(TestLaunch.root(TestLaunch.launch(TestLaunch.broker)))) == nil, "\(count)")
        }
    }

    @Test func rootHasNoName() {
        var root = TestLaunch.root(TestLaunch.launch(TestLaunch.broker))
        root.name = "root"
        #expect(refused(root) == .badName)
    }

    /// A good tree with nodes nested in one another beside /chosen, the root counted.
    private func nested(_ depth: Int) -> TestNode {
        var innermost = TestNode("n")
        for _ in 0..<(depth - 2) { innermost = TestNode("n", children: [innermost]) }
        var root = TestLaunch.root(TestLaunch.launch(TestLaunch.broker))
        root.children.append(innermost)
        return root
    }

    @Test func nodesMayNestSixteenDeep() {
        #expect(refused(nested(Limits.depth)) == nil)
        #expect(refused(nested(Limits.depth + 1)) == .tooDeep)
    }

    @Test func nodeMayHave256Properties() {
        var broker = TestLaunch.broker
        while broker.properties.count < Limits.propertiesPerNode { broker.set("p\(broker.properties.count)", []) }
        #expect(refused(TestLaunch.root(TestLaunch.launch(broker))) == nil)
        broker.set("p", [])
        #expect(refused(TestLaunch.root(TestLaunch.launch(broker))) == .tooManyProperties)
    }

    @Test func nodesAreCounted() {
        // Siblings of one name: those that are not too many are refused for that instead.
        let node = cells(1, 0x6100_0000, 2)
        func blob(_ count: Int) -> [UInt8] {
            var structure = cells(1, 0)
            for _ in 1..<count { structure += node }
            return DeviceTreeWriter().assemble(structure: structure + cells(2, 9), strings: [])
        }
        #expect(refusal(of: blob(Limits.nodes))?.code == .duplicateName)
        #expect(refusal(of: blob(Limits.nodes + 1))?.code == .tooManyNodes)
    }

    @Test func moduleMayHaveFourMebibytes() {
        var broker = TestLaunch.broker
        broker.set("pad", [])
        // Values are padded to words: what is left over goes into the property's name.
        let room = Limits.moduleBytes - TestLaunch.blob(TestLaunch.launch(broker)).count
        broker.remove("pad")
        broker.set("pad" + String(repeating: "x", count: room % 4), [UInt8](repeating: 0, count: room - room % 4))
        let largest = TestLaunch.blob(TestLaunch.launch(broker))
        #expect(largest.count == Limits.moduleBytes)
        #expect(refusal(of: largest) == nil)
        #expect(refusal(of: largest + [0]) == ParseError(.tooLarge, at: Limits.moduleBytes))
    }

    @Test func twoPropertiesOfOneNameAreRefused() {
        var broker = TestLaunch.broker
        broker.properties.append((name: "memory", value: longs(4096)))
        #expect(refused(TestLaunch.root(TestLaunch.launch(broker))) == .duplicateName)
    }

    @Test func twoNodesOfOneNameAreRefused() throws {
        let twice = TestLaunch.launch(TestLaunch.domain("same"), TestLaunch.domain("same"))
        let refused = try #require(refusal(of: twice))
        #expect(refused.code == .duplicateName)
        #expect(refused.placeText == "/chosen/hypervisor/same")
    }
}
