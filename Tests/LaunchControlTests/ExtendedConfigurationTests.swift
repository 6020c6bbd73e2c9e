// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import TestSupport
import Testing

/// What a domain is given besides memory and vcpus: the properties, and the edges of every limit.
@Suite struct ExtendedConfigurationTests {
    private func extended(_ name: String, _ value: [UInt8]) throws -> [Setting] {
        var broker = TestLaunch.broker
        broker.set(name, value)
        return try #require(try TestLaunch.parse(TestLaunch.launch(broker)).domains.first).settings
    }

    private static func strings(_ texts: String...) -> [UInt8] { texts.flatMap { string($0) } }

    @Test func aPlainDomainHasNone() throws {
        #expect(try extended("memory", longs(8192)) == [Setting]())
    }

    @Test(arguments: [(UInt32(10), UInt32(10)), (10000, 4000), (.max, .max), (.max, 10)])
    func periodsAndBudgetsAreRead(period: UInt32, budget: UInt32) throws {
        var broker = TestLaunch.broker
        broker.set("domb,rtds-period", cells(period))
        broker.set("domb,rtds-budget", cells(budget))
        let domain = try #require(try TestLaunch.parse(TestLaunch.launch(broker)).domains.first)
        #expect(domain.settings.periodAndBudget == RTDSParameters(period: period, budget: budget))
    }

    @Test func aCpupoolIsOneOfTheLaunchs() throws {
        var broker = TestLaunch.broker
        broker.set("domb,cpupool", string("rt"))
        var launch = TestLaunch.launch(broker)
        #expect(refusal(of: launch)?.code == .unknownCPUPool)
        launch.set("domb,cpupools", string("rt:rtds:1"))
        #expect(try TestLaunch.parse(launch).domains.first?.settings.cpupool == bytes("rt"))
    }

    @Test func nodeAffinitiesAreReadAsHardAffinitiesAre() throws {
        #expect(
            try extended("domb,node-affinity", string("0-1,3")).nodeAffinity == CPUSet(words: [0b1011]))
    }

    @Test func portsAreReadUpToTheLast() throws {
        let ports = try extended("domb,ioports", cells(0, 1, 0x3F8, 8, 0xFFFF, 1)).ioports
        #expect(ports.map { $0.first } == [0, 0x3F8, 0xFFFF])
        #expect(ports.map { $0.count } == [1, 8, 1])
        #expect(try extended("domb,ioports", cells(0, 0x10000)).ioports.map { $0.count } == [0x10000])
        // Ranges may touch.
        #expect(try extended("domb,ioports", cells(0x60, 1, 0x61, 4)).ioports.count == 2)
    }

    @Test func memoryIsReadUpToTheLastFrame() throws {
        let last = IOMemoryRange.frameLimit - 1
        let memory = try extended("domb,iomem", longs(0xD0000, 16, 0xD1000, last, 1, last)).iomem
        #expect(memory.map { $0.hostFrames } == [0xD0000..<0xD0010, last..<(last + 1)])
        #expect(memory.map { $0.guest } == [0xD1000, last])
    }

    @Test func interruptsAreRead() throws {
        #expect(try extended("domb,irqs", cells(0, 4, 65535)).irqs == [0, 4, 65535])
    }

    @Test(arguments: [
        ("default", TSCMode.standard), ("always-emulate", .alwaysEmulate), ("never-emulate", .neverEmulate),
    ])
    func tscModesAreRead(word: String, mode: TSCMode) throws {
        #expect(try extended("domb,tsc-mode", string(word)).tscMode == mode)
    }

    @Test(
        arguments: [
            (10, 0), (10, 3), (16, 0), (16, 1), (31, 0), (31, 5), (36, 0), (36, 4), (36, 8),
        ] as [(UInt64, UInt64)])
    func parametersThatDoNoHarmAreRead(number: UInt64, value: UInt64) throws {
        let parameters = try extended("domb,hvm-params", longs(number, value)).hvmParams
        #expect(parameters.map { UInt64($0.parameter.rawValue) } == [number])
        #expect(parameters.map { $0.value } == [value])
    }

    @Test func labelsAreRead() throws {
        let longest = String(repeating: "x", count: Limits.labelBytes)
        for text in ["system_u:system_r:domU_t", longest] {
            #expect(try extended("domb,label", string(text)).label == bytes(text))
        }
    }

    @Test func devicesAreSegmentBusDeviceAndFunction() throws {
        let devices = try extended("domb,pci", Self.strings("0000:03:00.1", "0000:ff:1f.7", "ffff:00:00.0")).pci
        #expect(devices.map { $0.rawValue } == [0x0301, 0xFFFF, 0xFFFF_0000])
        #expect(
            devices.map { String(decoding: $0.text.bytes, as: UTF8.self) }
                == ["0000:03:00.1", "0000:ff:1f.7", "ffff:00:00.0"])
    }

    @Test(arguments: refusals + lists) func isRefused(_ example: Refusal) throws {
        let found = refusal(of: example.launch)
        let error = try #require(found)
        #expect(error.code == example.code)
        #expect(error.placeText.hasSuffix(example.place), "\(error.placeText)")
    }

    private static func wrong(
        _ rule: String, _ code: ParseError.Code, _ property: String, _ value: [UInt8]
    ) -> Refusal {
        Refusal(rule, code, at: "/broker:\(property)") { $0["broker"].set(property, value) }
    }

    private static func rtds(
        _ rule: String, _ code: ParseError.Code, at property: String, _ period: [UInt8]?, _ budget: [UInt8]?
    ) -> Refusal {
        Refusal(rule, code, at: "/broker:\(property)") {
            if let period { $0["broker"].set("domb,rtds-period", period) }
            if let budget { $0["broker"].set("domb,rtds-budget", budget) }
        }
    }

    static let refusals: [Refusal] = [
        rtds("a period alone", .missingProperty, at: "domb,rtds-budget", cells(100), nil),
        rtds("a budget alone", .missingProperty, at: "domb,rtds-period", nil, cells(100)),
        rtds("a budget beyond the period", .badPropertyValue, at: "domb,rtds-budget", cells(100), cells(101)),
        rtds("a budget of 9", .badPropertyValue, at: "domb,rtds-budget", cells(100), cells(9)),
        rtds("a period of 9", .badPropertyValue, at: "domb,rtds-budget", cells(9), cells(9)),
        rtds("a period of two cells", .badPropertyLength, at: "domb,rtds-period", cells(0, 100), cells(10)),
        wrong("nodes in words", .badCPUList, "domb,node-affinity", string("all")),
        wrong("no node", .badCPUList, "domb,node-affinity", string("")),
        wrong("nodes in cells", .badPropertyValue, "domb,node-affinity", cells(1)),
        wrong("an unknown TSC mode", .badPropertyValue, "domb,tsc-mode", string("native")),
        wrong("a TSC mode in a cell", .badPropertyValue, "domb,tsc-mode", cells(1)),
        wrong("an empty label", .badPropertyValue, "domb,label", string("")),
        wrong("a label of two words", .badPropertyValue, "domb,label", string("a b")),
        wrong("a label that rings a bell", .badPropertyValue, "domb,label", string("a\u{7}")),
        wrong(
            "a label too long", .limitExceeded, "domb,label",
            string(String(repeating: "x", count: Limits.labelBytes + 1))),
        wrong("two labels", .badPropertyValue, "domb,label", strings("a", "b")),
        wrong("a misspelt property", .unknownDombProperty, "domb,ioport", cells(1, 1)),
    ]

    static let lists: [Refusal] = [
        wrong("no ports", .badPropertyLength, "domb,ioports", []),
        wrong("half a pair of ports", .badPropertyLength, "domb,ioports", cells(1)),
        wrong("broken cells of ports", .badPropertyLength, "domb,ioports", [0, 0, 1]),
        wrong("a range of no ports", .badPropertyValue, "domb,ioports", cells(1, 0)),
        wrong("port 65536", .badPropertyValue, "domb,ioports", cells(0x10000, 1)),
        wrong("ports beyond the last", .badPropertyValue, "domb,ioports", cells(0xFFFF, 2)),
        wrong("ports that wrap", .badPropertyValue, "domb,ioports", cells(2, .max)),
        wrong("ports twice", .notAscending, "domb,ioports", cells(1, 1, 1, 1)),
        wrong("ports that overlap", .notAscending, "domb,ioports", cells(1, 2, 2, 1)),
        wrong("ports in descending order", .notAscending, "domb,ioports", cells(2, 1, 1, 1)),
        wrong("65 port ranges", .limitExceeded, "domb,ioports", (UInt32(0)..<65).flatMap { cells($0, 1) }),
        wrong("no memory", .badPropertyLength, "domb,iomem", []),
        wrong("memory in pairs", .badPropertyLength, "domb,iomem", longs(1, 1)),
        wrong("no frames", .badPropertyValue, "domb,iomem", longs(1, 0, 1)),
        wrong("frames that wrap", .badPropertyValue, "domb,iomem", longs(1, .max, 1)),
        wrong("a machine frame too high", .badPropertyValue, "domb,iomem", longs(1 << 40, 1, 1)),
        wrong("a guest frame too high", .badPropertyValue, "domb,iomem", longs(1, 1, 1 << 40)),
        wrong("frames that overlap", .notAscending, "domb,iomem", longs(1, 2, 1, 2, 1, 9)),
        wrong("guest frames that overlap", .notAscending, "domb,iomem", longs(1, 2, 1, 3, 1, 2)),
        wrong("no interrupt", .badPropertyLength, "domb,irqs", []),
        wrong("interrupt 65536", .badPropertyValue, "domb,irqs", cells(65536)),
        wrong("an interrupt twice", .notAscending, "domb,irqs", cells(4, 4)),
        wrong("a parameter without a value", .badPropertyLength, "domb,hvm-params", longs(10)),
        wrong("a parameter in cells", .badPropertyLength, "domb,hvm-params", cells(10)),
        wrong("a parameter twice", .notAscending, "domb,hvm-params", longs(10, 1, 10, 1)),
        wrong("a parameter of the builder's", .badPropertyValue, "domb,hvm-params", longs(1, 1)),
        wrong("the identity page table", .badPropertyValue, "domb,hvm-params", longs(12, 0)),
        wrong("a parameter that Xen does not have", .badPropertyValue, "domb,hvm-params", longs(1 << 32 | 10, 0)),
        wrong("timer mode 4", .badPropertyValue, "domb,hvm-params", longs(10, 4)),
        wrong("timer alignment 2", .badPropertyValue, "domb,hvm-params", longs(16, 2)),
        wrong("shutdown reason 6", .badPropertyValue, "domb,hvm-params", longs(31, 6)),
        wrong("an x87 pointer of 2 bytes", .badPropertyValue, "domb,hvm-params", longs(36, 2)),
        wrong("a device without a segment", .badPropertyValue, "domb,pci", string("03:00.0")),
        wrong("device 32", .badPropertyValue, "domb,pci", string("0000:03:20.0")),
        wrong("function 8", .badPropertyValue, "domb,pci", string("0000:03:00.8")),
        wrong("a device of other digits", .badPropertyValue, "domb,pci", string("0000:0g:00.0")),
        wrong("a device without its zero", .badPropertyValue, "domb,pci", bytes("0000:03:00.0")),
        wrong("no device", .badPropertyValue, "domb,pci", []),
        wrong("a device twice", .notAscending, "domb,pci", strings("0000:03:00.0", "0000:03:00.0")),
    ]
}
