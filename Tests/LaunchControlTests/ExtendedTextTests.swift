// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import TestSupport
import Testing

/// The same as keys of DomB's text in an xLCM.
@Suite struct ExtendedTextTests {
    private static func lcm(_ text: String) -> [UInt8] {
        var writer = XLCMWriter()
        writer.add(moduleTypes: [2, 2, 3])
        writer.add(XLCMWriter.Domain(text: text))
        writer.add(XLCMWriter.Domain(handle: "guest2"))
        return writer.bytes()
    }

    private func extended(_ text: String) throws -> [Setting] {
        let lcm = try LCM(parsing: Self.lcm("domb: \(text)"), hashing: SwiftCryptoHash.self)
        return try #require(lcm.domains.first).settings
    }

    /// The pools stand in the boot domain's text, as the launch's other settings do.
    @Test func cpupoolsAreRead() throws {
        func parse(_ pools: String, _ pool: String) throws -> LCM {
            var writer = XLCMWriter()
            writer.add(moduleTypes: [2, 2, 3])
            writer.add(XLCMWriter.Domain(functions: 1, text: "domb: cpupools=\(pools)"))
            writer.add(XLCMWriter.Domain(text: "domb: cpupool=\(pool)"))
            return try LCM(parsing: writer.bytes(), hashing: SwiftCryptoHash.self)
        }
        let lcm = try parse("a:credit2:1,3-4/b:null:2", "b")
        #expect(lcm.settings.cpupools.map { $0.name } == [bytes("a"), bytes("b")])
        #expect(lcm.settings.cpupools.map { $0.scheduler } == [.credit2, .null])
        #expect(lcm.settings.cpupools.map { $0.cpus } == [CPUSet(words: [0b11010]), CPUSet(words: [4])])
        #expect(lcm.domains.first?.settings.cpupool == bytes("b"))
        for (pools, pool, code) in [
            ("a:credit2:1", "b", ParseError.Code.unknownCPUPool), ("a:credit2", "a", .badPropertyValue),
            ("a:arinc653:1", "a", .badPropertyValue), (":null:1", "a", .badPropertyValue),
            ("a:null:", "a", .badPropertyValue), ("a:null:1/", "a", .badPropertyValue),
            ("a:null:1/a:null:2", "a", .duplicateName),
        ] {
            do {
                _ = try parse(pools, pool)
                Issue.record("\(pools) passed")
            } catch let error as ParseError {
                #expect(error.code == code, "\(pools)")
            }
        }
    }

    @Test func everyKeyIsRead() throws {
        let extended = try extended(
            "rtds-period=10000 rtds-budget=4000 node-affinity=0-1 ioports=0x3f8+8,1024+0x10 iomem=0xd0000+16@0xe0000 "
                + "irqs=4,0x9 tsc-mode=never-emulate hvm-params=timer-mode:2,x87-pointer-width:8 "
                + "event-channels=1:Domain-0,4095:guest2 cpuid-clear=avx,svm label=system_u:system_r:domU_t pci=0000:03:00.0,0000:03:00.1"
        )
        var expected = [Setting]()
        expected.periodAndBudget = RTDSParameters(period: 10000, budget: 4000)
        expected.nodeAffinity = CPUSet(words: [3])
        expected.ioports = [(0x3F8, 8), (0x400, 16)].compactMap { IOPortRange(first: $0.0, count: $0.1) }
        expected.iomem = [IOMemoryRange(host: 0xD0000, count: 16, guest: 0xE0000)].compactMap { $0 }
        expected.irqs = [4, 9]
        expected.tscMode = .neverEmulate
        expected.hvmParams = [HVMSetting(.timerMode, 2), HVMSetting(.x87PointerWidth, 8)].compactMap { $0 }
        expected.eventChannels = [(1, ""), (4095, "guest2")].map {
            EventChannel(port: $0.0, remote: Backend(name: bytes($0.1)))
        }
        expected.cpuidClear = [.avx, .svm]
        expected.label = bytes("system_u:system_r:domU_t")
        expected.pci = [PCIAddress(rawValue: 0x300), PCIAddress(rawValue: 0x301)]
        // The entry itself has a handle.
        #expect(extended.filter { $0.key != .uuid } == expected)
        #expect(extended.ioports.count == 2 && extended.iomem.count == 1 && extended.hvmParams.count == 2)
    }

    @Test(arguments: [
        ("rtds-period=100", ParseError.Code.conflictingProperties, "rtds-period"),
        ("rtds-budget=100", .conflictingProperties, "rtds-budget"),
        ("rtds-period=100 rtds-budget=101", .badPropertyValue, "rtds-budget"),
        ("rtds-period=4294967296 rtds-budget=100", .badPropertyValue, "rtds-period"),
        ("rtds-period= rtds-budget=100", .badPropertyValue, "rtds-period"),
        ("node-affinity=0-", .badCPUList, "node-affinity"),
        ("ioports=0x3f8", .badPropertyValue, "ioports"), ("ioports=0x3f8+8,", .badPropertyValue, "ioports"),
        ("ioports=0x3f8+8+1", .badPropertyValue, "ioports"), ("ioports=+8", .badPropertyValue, "ioports"),
        ("ioports=0x3f8-8", .badPropertyValue, "ioports"), ("ioports=0xffff+2", .badPropertyValue, "ioports"),
        ("ioports=1+1,1+1", .notAscending, "ioports"), ("ioports=1+1 ioports=2+1", .duplicateName, ""),
        ("iomem=0xd0000+16", .badPropertyValue, "iomem"), ("iomem=0xd0000@16+1", .badPropertyValue, "iomem"),
        ("iomem=1+0@1", .badPropertyValue, "iomem"), ("iomem=1+1@1,2+1@1", .notAscending, "iomem"),
        ("event-channels=1", .badPropertyValue, "event-channels"),
        ("event-channels=4096:guest2", .badPropertyValue, "event-channels"),
        ("event-channels=1:", .badPropertyValue, "event-channels"),
        ("event-channels=2:guest2,2:guest2", .notAscending, "event-channels"),
        ("event-channels=1:nobody", .unknownBackend, ""), ("event-channels=1:guest", .selfDependency, ""),
        ("cpuid-clear=", .badPropertyValue, "cpuid-clear"), ("cpuid-clear=fpu", .badPropertyValue, "cpuid-clear"),
        ("cpuid-clear=svm,avx", .notAscending, "cpuid-clear"), ("cpuid-clear=avx,avx", .notAscending, "cpuid-clear"),
        ("irqs=x", .badPropertyValue, "irqs"), ("irqs=9,4", .notAscending, "irqs"),
        ("irqs=", .badPropertyValue, "irqs"),
        ("tsc-mode=native", .badPropertyValue, "tsc-mode"),
        ("hvm-params=10:2", .badPropertyValue, "hvm-params"),
        ("hvm-params=timer-mode", .badPropertyValue, "hvm-params"),
        ("hvm-params=timer-mode:4", .badPropertyValue, "hvm-params"),
        ("hvm-params=identity-page-table:0", .badPropertyValue, "hvm-params"),
        ("label=\"a b\"", .badPropertyValue, "label"), ("label=", .badPropertyValue, "label"),
        ("pci=03:00.0", .badPropertyValue, "pci"), ("pci=0000:03:00.0,0000:02:00.0", .notAscending, "pci"),
        ("iommem=1+1@1", .unknownDombProperty, "iommem"),
        ("tsc-mode=\(String(repeating: "x", count: 33))", .limitExceeded, "tsc-mode"),
        // Whose devices would be found by nobody.
        ("disks=vdev=xvda,target=x", .conflictingProperties, ""), ("console=Domain-0", .conflictingProperties, ""),
        ("vifs=mac=00:16:3e:00:00:01 enhanced=disabled", .conflictingProperties, "enhanced"),
    ])
    func aWrongTextIsToldWithItsKey(text: String, code: ParseError.Code, key: String) {
        let problem = refusal(of: Self.lcm("domb: \(text)"))
        #expect(problem?.code == code)
        #expect(problem?.placeText.hasSuffix(key) ?? false)
        // Behind whose text it is.
        #expect(key.isEmpty || (problem?.placeText.count ?? 0) > key.count + 1)
    }

    /// Bytes at random in place of each value: read or refused, never a trap.
    @Test func noTextTraps() {
        let seed = UInt64.random(in: .min ... .max)
        var state = seed
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let letters = Array("0123456789abcdefx,+@:-. ".utf8)
        for _ in 0..<2000 {
            let key = SettingKey.ofSettings[next(SettingKey.ofSettings.count)]
            let value = (0..<next(24)).map { _ in letters[next(letters.count)] }
            var problems = 0
            let source = SettingSource {
                $0 == key ? value : nil
            } report: { _, _ in
                problems += 1
            }
            let settings = source.settings()
            #expect(problems > 0 || !settings.isEmpty, "seed \(seed), \(key)=\(value)")
        }
    }

    /// The boot domain's text may say what is the launch's, and nothing that nobody knows.
    @Test func anUnknownWordOfTheBootDomainsTextIsRefused() throws {
        func problem(boot: String, domain: String) -> ParseError.Code? {
            var writer = XLCMWriter()
            writer.add(moduleTypes: [2, 2, 3])
            writer.add(XLCMWriter.Domain(functions: 1, text: "domb: \(boot)"))
            writer.add(XLCMWriter.Domain(text: "domb: \(domain)"))
            do throws(ParseError) {
                _ = try LCM(parsing: writer.bytes(), hashing: SwiftCryptoHash.self)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(problem(boot: "tpm=warn", domain: "weight=5") == nil)
        #expect(problem(boot: "tmp=warn", domain: "weight=5") == .unknownDombProperty)
        #expect(problem(boot: "tpm=warn", domain: "wieght=5") == .unknownDombProperty)
        #expect(problem(boot: "tpm=warn", domain: "tpm=warn") == .conflictingProperties)
    }
}
