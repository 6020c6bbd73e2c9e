// SPDX-License-Identifier: Apache-2.0

import Foundation
import LaunchControl
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import domb

/// `SettingKey`'s table: what it says holds in every format, and every document has it.
@Suite struct SettingTableTests {
    /// One possible item of a key; `turn` makes the items of a list ascend.
    private static func sample(
        _ key: SettingKey, turn: UInt64, _ random: inout some RandomNumberGenerator
    ) throws -> Setting? {
        /// The least and the most as often as any other.
        func number(_ range: Range<UInt64>) -> UInt64 {
            switch UInt8.random(in: 0..<4, using: &random) {
            case 0: range.lowerBound
            case 1: range.upperBound - 1
            default: UInt64.random(in: range, using: &random)
            }
        }
        func pick<Value>(_ values: [Value]) throws -> Value { try #require(values.randomElement(using: &random)) }
        let backend = Backend(name: Array(try pick(["Domain-0", "server"]).utf8))
        let cpus = CPUSet(words: [number(1..<1 << 40)])
        switch key {
        case .tscMode: return .tscMode(try pick(TSCMode.allCases))
        case .enhanced: return .enhanced
        case .console: return .console(backend)
        case .cpuidClear:
            let names = CPUFeature.allCases.sorted { "\($0.name)" < "\($1.name)" }
            return .cpuidClear(names[Int(turn) * 3 + Int(number(0..<3))])
        case .iomem:
            let place = 0x10_0000 + turn * 0x1000
            return IOMemoryRange(host: place + number(0..<16), count: number(1..<16), guest: place).map { .iomem($0) }
        case .pci: return .pci(PCIAddress(rawValue: UInt32(turn << 8 | number(0..<256))))
        case .memMax: return .memMax(8192 + 4 * number(0..<1000))
        case .maxGrantFrames: return .number(.maxGrantFrames, UInt32(number(1..<65536)))
        case .cpupool: return .cpupool(Array("rt".utf8))
        case .hardAffinity: return .hardAffinity(vcpu: UInt32(turn), cpus)
        case .softAffinity: return .softAffinity(vcpu: UInt32(turn), cpus)
        case .nodeAffinity: return .nodeAffinity(cpus)
        case .weight: return .weight(UInt16(number(1..<65536)))
        case .cap: return .cap(UInt16(number(0..<65536)))
        case .rtdsPeriod: return .number(.rtdsPeriod, UInt32(number(1000..<2000)))
        case .rtdsBudget: return .number(.rtdsBudget, UInt32(number(10..<1000)))
        case .ioports: return IOPortRange(first: turn * 16 + number(0..<8), count: number(1..<8)).map { .ioports($0) }
        case .irqs: return .number(.irqs, UInt32(turn * 100 + number(0..<100)))
        case .hvmParams:
            let parameters = HVMParameter.allCases.filter { $0.mayBe(0) }
            guard turn < parameters.count else { return nil }
            return HVMSetting(parameters[Int(turn)], parameters[Int(turn)].mayBe(4) ? 4 : 0).map { .hvmParam($0) }
        case .eventChannels: return .eventChannel(EventChannel(port: UInt32(1 + turn * 9), remote: backend))
        case .uuid: return .uuid(DomainHandle(high: number(1..<UInt64.max), low: number(0..<UInt64.max)))
        case .label: return .label(Array("system_u:r\(number(0..<99)):t".utf8))
        case .disks:
            let letter = Unicode.Scalar(UInt8(ascii: "a") + UInt8(turn))
            return VirtualDisk(text: Array("vdev=xvd\(letter),target=/dev/x,backend=server".utf8)[...]).map {
                .disk($0)
            }
        case .vifs:
            return VirtualInterface(text: Array("mac=00:16:3e:00:00:0\(turn),bridge=b".utf8)[...]).map { .vif($0) }
        default:
            Issue.record("\(key) has no sample")
            return nil
        }
    }

    /// Each key or not, each list with one item or several.
    private static func settings(_ random: inout some RandomNumberGenerator) throws -> [Setting] {
        var settings: [Setting] = []
        let devices: [SettingKey] = [.console, .disks, .vifs]
        let isEnhanced = Bool.random(using: &random)
        let hasRTDS = Bool.random(using: &random)
        for key in SettingKey.ofSettings {
            let isThere =
                switch key {
                case .enhanced: isEnhanced
                case .rtdsPeriod, .rtdsBudget: hasRTDS
                default: Bool.random(using: &random) && (isEnhanced || !devices.contains(key))
                }
            guard isThere else { continue }
            let count = key.schema.between == nil ? 1 : UInt64.random(in: 1...4, using: &random)
            for turn in 0..<count { if let item = try sample(key, turn: turn, &random) { settings.append(item) } }
        }
        return settings
    }

    private static func launch(_ random: inout some RandomNumberGenerator) throws -> Launch {
        let kernel = ImageReference(moduleIndex: 3, segments: [Segment(address: 0x10_0000, byteCount: 8)])
        let server = DomainDescription(
            domid: try #require(DomainID(rawValue: 1)), name: Array("server".utf8), memory: 8192, kernel: kernel)
        var guest = DomainDescription(
            domid: try #require(DomainID(rawValue: 2)), name: Array("guest".utf8), memory: 8192, vcpus: 4,
            settings: try settings(&random), kernel: kernel)
        if guest.settings.usesXenstore {
            // Words of a text, and what ends or opens one.
            let values = ["yes", "a\"b", "a b", "\\", "\"", "a=b"].map { Array($0.utf8) }
            guest.conduct = DomainConduct(
                readiness: .node(path: Array("data/ready".utf8), value: values.randomElement(using: &random)))
        }
        let pool = CPUPoolDescription(name: Array("rt".utf8), scheduler: .rtds, cpus: CPUSet(words: [2]))
        return Launch(
            lcm: LCM(
                domains: [server, guest], settings: LaunchSettings(handoff: .park, cpupools: [pool])),
            bootDomain: BootDomain(kernelIndex: 1, ramdiskIndex: 2))
    }

    /// Through every format and back the launch is the same one, byte for byte.
    @Test func everySettingIsTheSameInEveryFormat() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var seen: Set<String> = []
        for round in 0..<60 {
            let launch = try Self.launch(&random)
            seen.formUnion(launch.lcm.domains[1].settings.map { "\($0.key)" })
            try Sandbox.run { sandbox in
                try sandbox.write(FlatTree(launch).blob, to: "0.dtb")
                #expect(
                    try LaunchControlFile(reading: sandbox.path("0.dtb")).lcm == launch.lcm,
                    "seed \(seed), round \(round)")
                for (from, format, to) in [
                    ("0.dtb", "yaml", "1.yaml"), ("1.yaml", "xlcm", "2.lcm"), ("2.lcm", "dtb", "3.dtb"),
                    ("0.dtb", "xlcm", "4.lcm"), ("4.lcm", "yaml", "5.yaml"), ("5.yaml", "dtb", "6.dtb"),
                ] {
                    let arguments = ["convert", sandbox.path(from), "--format", format, "-o", sandbox.path(to)]
                    #expect(sandbox.failure(arguments)?.message == nil, "seed \(seed), round \(round)")
                }
                // What is not there is not written.
                for (name, part) in [("1.yaml", "[]"), ("0.dtb", "depends-on")] {
                    let written = String(decoding: try sandbox.read(name), as: UTF8.self)
                    #expect(!written.contains(part), "seed \(seed), round \(round)")
                }
                for name in ["3.dtb", "6.dtb"] {
                    #expect(try sandbox.read(name) == sandbox.read("0.dtb"), "seed \(seed), round \(round)")
                }
            }
        }
        #expect(seen == Set(SettingKey.ofSettings.map { "\($0)" }), "seed \(seed)")
    }

    /// The codec reads back what it writes, and keys are each setting's own.
    @Test func everyTextAndEveryNumberIsReadBack() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for key in SettingKey.ofSettings {
            for _ in 0..<50 {
                guard let setting = try Self.sample(key, turn: 0, &random) else { continue }
                #expect(setting.key == key)
                let source = SettingSource {
                    $0 == key ? setting.text.bytes : nil
                } report: { _, _ in
                }
                #expect(source.settings() == [setting], "seed \(seed), \(setting)")
            }
        }
    }

    /// Whoever wrote another value is told what one looks like; a number's range is the table's.
    @Test func everyKeyHasAHint() {
        for key in SettingKey.allCases { #expect(!key.hint.isEmpty, "\(key)") }
        #expect(SettingKey.maxGrantFrames.hint == "1 to 65535")
        #expect(SettingKey.weight.hint == "1 to 65535")
    }

    /// The least and the most of a row's range, and the numbers beside them.
    @Test func aNumberIsWithinItsRange() throws {
        for key in SettingKey.ofSettings {
            guard let range = key.schema.range else { continue }
            let numbers =
                [
                    (range.lowerBound, true), (range.upperBound, true), (range.upperBound + 1, false),
                    (.max, false),
                ] + (range.lowerBound > 0 ? [(range.lowerBound - 1, false)] : [])
            for (number, isGood) in numbers {
                var problems: [ParseError.Code] = []
                let source = SettingSource {
                    $0 == key ? Array("\(number)".utf8) : nil
                } report: { _, code in
                    problems.append(code)
                }
                let settings = source.settings()
                #expect(settings.map { $0.numbers } == (isGood ? [[number]] : []), "\(key) \(number)")
                #expect(problems == (isGood ? [] : [.badPropertyValue]), "\(key) \(number)")
            }
        }
    }

    private func document(_ name: String) throws -> String {
        try String(contentsOfFile: Sandbox.examples + "/../" + name, encoding: .utf8)
    }

    /// Of a key that is added no document knows nothing.
    @Test func everyKeyIsInTheDocuments() throws {
        let lcm = try document("docs/lcm.md")
        let yaml = try document("docs/lcm-yaml.md")
        let dictionary = try document("Fuzz/lcm.dict")
        for key in SettingKey.allCases {
            let property = text(key.schema.property.bytes)
            if key.schema.place != .text { #expect(lcm.contains("`\(property)`"), "\(property)") }
            if key.schema.place != .moduleNode { #expect(lcm.contains("`\(key.word)`"), "\(key.word)") }
            if [.domain, .launch].contains(key.schema.place) { #expect(yaml.contains("`\(key.yaml)`"), "\(key.yaml)") }
            let words = [key.word, property].map { "\"\($0)\"" }
            #expect(words.contains { dictionary.contains($0) }, "\(key.word)")
        }
    }
}
