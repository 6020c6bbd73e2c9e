// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension ConfigOperation {
    /// The LCM's word for it.
    public var name: StaticString { words.name }

    /// What it sets, in the words of the LCM's text: "0x3f8+8", "weight 512, cap 50".
    public var value: Line { words.value }

    /// The operation as the log has it.
    public var items: [ConfigurationItem] { words.items }

    private typealias Item = ConfigurationItem
    private typealias Words = (name: StaticString, value: Line, items: [Item])

    private var words: Words {
        switch self {
        case .vcpus(let count): ("cpus", "\(count)", [Item(.vcpus, [UInt64(count)])])
        case .tscMode(let mode): ("tsc-mode", "\(mode.name)", [Item(.tscMode, [UInt64(mode.rawValue)])])
        case .memory(let range):
            (
                "iomem", "\(hex: range.host)+\(range.count)@\(hex: range.guest)",
                [Item(.memory, [range.host, range.count, range.guest])]
            )
        case .device(let device): ("pci", device.text, [Item(.device, [UInt64(device.rawValue)])])
        case .clearedFeatures(let features):
            (
                "cpuid-clear", Line(features) { Line($0.name) },
                [Item(.clearedFeatures, features.map { UInt64($0.rawValue) })]
            )
        case .channel(let port, let remote):
            (
                "event-channels", "port \(port) for domain \(remote)",
                [Item(.channel, [UInt64(port), UInt64(remote.rawValue)])]
            )
        case .cpupool(let pool, _):
            (
                "cpupool", "\(escaped: pool.name):\(pool.scheduler.name):\(Line(pool.cpus))",
                [Item(.cpupool, [UInt64(pool.number), UInt64(pool.scheduler.number)] + pool.cpus.words)]
            )
        case .maxMemory(let kibibytes): ("mem-max", "\(kibibytes) KiB", [Item(.maxMemory, [kibibytes])])
        case .affinity(let affinity): Self.words(affinity)
        case .nodeAffinity(let nodes): ("node-affinity", Line(nodes), [Item(.nodeAffinity, nodes.words)])
        case .credit2(let weight, let cap), .credit(let weight, let cap): Self.words(weight, cap)
        case .rtds(let parameters):
            (
                "rtds-period and rtds-budget", "\(parameters.budget) of \(parameters.period) microseconds",
                [Item(.rtds, [UInt64(parameters.period), UInt64(parameters.budget)])]
            )
        case .ports(let range):
            (
                "ioports", "\(hex: range.first)+\(range.count)",
                [Item(.ports, [UInt64(range.first), UInt64(range.count)])]
            )
        case .interrupt(let gsi): ("irqs", "\(gsi)", [Item(.interrupt, [UInt64(gsi)])])
        case .parameter(let setting):
            (
                "hvm-params", "\(setting.parameter.name):\(setting.value)",
                [Item(.parameter, [UInt64(setting.parameter.rawValue), setting.value])]
            )
        case .handle(let handle):
            ("domain-uuid", "\(hexBytes: handle.bytes)", [Item(.handle, [handle.high, handle.low])])
        case .label(let label): Self.words("label", .label, label)
        case .ring(let ring, let remote):
            (ring == .store ? "enhanced: ring" : "console: ring", "to domain \(remote)", [])
        case .home: ("enhanced", "in xenstore", [Item(.store, [1])])
        case .console(let backend, _): Self.words("console", .console, backend.text.bytes)
        case .disk(let disk, _): Self.words("disks", .disk, disk.text.bytes)
        case .interface(let interface, _, _): Self.words("vifs", .interface, interface.text.bytes)
        }
    }

    private static func words(_ name: StaticString, _ kind: Item.Kind, _ text: [UInt8]) -> Words {
        (name, "\(escaped: text)", [Item(kind, text: text)])
    }

    private static func words(_ affinity: VCPUAffinity) -> Words {
        var words: Words = ("affinity", "vcpu \(affinity.vcpu)", [])
        let sets: [(Item.Kind, StaticString, CPUSet?)] = [
            (.hardAffinity, "hard", affinity.hard), (.softAffinity, "soft", affinity.soft),
        ]
        for case (let kind, let word, let set?) in sets {
            words.value.append(": \(word) \(Line(set))")
            words.items.append(Item(kind, [UInt64(affinity.vcpu)] + set.words))
        }
        return words
    }

    private static func words(_ weight: UInt16?, _ cap: UInt16?) -> Words {
        let weight = weight.map { (word: "weight" as StaticString, item: Item(.weight, [UInt64($0)])) }
        let cap = cap.map { (word: "cap" as StaticString, item: Item(.cap, [UInt64($0)])) }
        let parts = [weight, cap].compactMap { $0 }
        let value = Line(parts, separator: ", ") { "\($0.word) \($0.item.values[0])" }
        return ("weight and cap", value, parts.map { $0.item })
    }
}
