// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension ConfigOperation {
    private typealias Item = ConfigurationItem
    private typealias Words = (name: StaticString, value: Line)

    /// The LCM's word for it.
    public var name: StaticString { words.name }

    /// What it sets, in the words of the LCM's text: "0x3f8+8", "weight 512, cap 50".
    public var value: Line { words.value }

    private var words: Words {
        switch self {
        case .vcpus(let count): ("cpus", "\(count)")
        case .setting(.memMax(let kibibytes)): ("mem-max", "\(kibibytes) KiB")
        case .setting(.uuid(let handle)): ("domain-uuid", "\(hexBytes: handle.bytes)")
        case .setting(let setting): (setting.key.schema.word, "\(escaped: setting.text.bytes)")
        case .clearedFeatures(let features): ("cpuid-clear", Line(features) { Line($0.name) })
        case .channel(let port, let remote): ("event-channels", "port \(port) for domain \(remote)")
        case .cpupool(let pool, _): ("cpupool", "\(escaped: pool.name):\(pool.scheduler.name):\(Line(pool.cpus))")
        case .affinity(let affinity):
            (
                "affinity",
                "vcpu \(affinity.vcpu)\(Self.part(": hard ", affinity.hard))\(Self.part(": soft ", affinity.soft))"
            )
        case .share(_, let weight, let cap):
            ("weight and cap", Line(Self.shares(weight, cap), separator: ", ") { "\($0.word) \($0.number)" })
        case .rtds(let parameters):
            ("rtds-period and rtds-budget", "\(parameters.budget) of \(parameters.period) microseconds")
        case .ring(let ring, let remote):
            (ring == .xenstore ? "enhanced: ring" : "console: ring", "to domain \(remote)")
        case .home: ("enhanced", "in xenstore")
        case .console(let backend, _): ("console", "\(escaped: backend.text.bytes)")
        case .disk(let disk, _): ("disks", "\(escaped: disk.text.bytes)")
        case .interface(let interface, _, _): ("vifs", "\(escaped: interface.text.bytes)")
        }
    }

    private static func part(_ word: StaticString, _ cpus: CPUSet?) -> Line { cpus.map { "\(word)\(Line($0))" } ?? "" }

    private static func shares(
        _ weight: UInt16?, _ cap: UInt16?
    ) -> [(word: StaticString, kind: Item.Kind, number: UInt16)] {
        var shares: [(word: StaticString, kind: Item.Kind, number: UInt16)] = []
        if let weight { shares.append(("weight", .weight, weight)) }
        if let cap { shares.append(("cap", .cap, cap)) }
        return shares
    }

    /// The operation as the log has it.
    public var items: [ConfigurationItem] {
        switch self {
        case .vcpus(let count): [Item(.vcpus, [UInt64(count)])]
        case .setting(let setting): Self.items(setting)
        case .clearedFeatures(let features): [Item(.clearedFeatures, features.map { UInt64($0.rawValue) })]
        case .cpupool(let pool, _):
            [Item(.cpupool, [UInt64(pool.number), UInt64(pool.scheduler.number)] + pool.cpus.words)]
        case .affinity(let affinity):
            (affinity.hard.map { [Item(.hardAffinity, [UInt64(affinity.vcpu)] + $0.words)] } ?? [])
                + (affinity.soft.map { [Item(.softAffinity, [UInt64(affinity.vcpu)] + $0.words)] } ?? [])
        case .share(_, let weight, let cap): Self.shares(weight, cap).map { Item($0.kind, [UInt64($0.number)]) }
        case .rtds(let parameters): [Item(.rtds, [UInt64(parameters.period), UInt64(parameters.budget)])]
        case .channel(let port, let remote): [Item(.channel, [UInt64(port), UInt64(remote.rawValue)])]
        case .ring: []
        case .home: Self.items(.enhanced)
        case .console(let backend, _): Self.items(.console(backend))
        case .disk(let disk, _): Self.items(.disk(disk))
        case .interface(let interface, _, _): Self.items(.vif(interface))
        }
    }

    /// As the log has a setting.
    private static func items(_ setting: Setting) -> [Item] {
        setting.key.schema.logged.map { [Item($0, setting.numbers)] } ?? []
    }
}
