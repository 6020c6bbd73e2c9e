// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension SettingKey {
    /// In which order a domain's settings are written. A key that is not named here comes last.
    private static let named: [SettingKey] = [
        .uuid, .memMax, .weight, .cap, .hardAffinity, .softAffinity, .cpupool, .rtdsPeriod, .rtdsBudget, .nodeAffinity,
        .ioports, .iomem, .irqs, .tscMode, .hvmParams, .eventChannels, .cpuidClear, .label, .pci, .enhanced, .console,
        .disks, .vifs,
    ]

    static let written = named + ofSettings.filter { !named.contains($0) }

    /// Those that the field has words of its own for: a description and `domb show` have their own forms of them.
    static let common: [SettingKey] = [.uuid, .memMax, .weight, .cap, .hardAffinity, .softAffinity]

    var word: String { schema.word.description }
}

extension [Setting] {
    func items(_ key: SettingKey) -> [Setting] { filter { $0.key == key } }

    /// What is set, by the keys of DomB's text and in its form: what `SettingSource.settings` reads.
    func words(but others: [SettingKey] = []) -> [(key: SettingKey, value: [UInt8])] {
        SettingKey.written.filter { !others.contains($0) }.compactMap { key -> (key: SettingKey, value: [UInt8])? in
            let items = items(key).map { $0.text.bytes }
            guard !items.isEmpty else { return nil }
            let separator = key.schema.between.map { [UInt8(ascii: $0)] } ?? []
            return (key, [UInt8](items.joined(separator: separator)))
        }
    }

    /// For JSON; `null` and empty lists where nothing is set.
    var json: JSON {
        let keys = SettingKey.written.filter { !SettingKey.common.contains($0) && $0 != .rtdsBudget }
        return .object(keys.map { key in key == .rtdsPeriod ? ("rtds", rtdsJSON) : (key.camelCase, json(key)) })
    }

    private func json(_ key: SettingKey) -> JSON {
        if key == .enhanced { return .boolean(usesXenstore) }
        let items = items(key)
        return key.schema.between == nil ? .optional(items.first) { $0.json } : .array(items.map { $0.json })
    }

    private var rtdsJSON: JSON {
        .optional(rtds) { .object([("period", .number($0.period)), ("budget", .number($0.budget))]) }
    }
}

extension SettingKey {
    /// "node-affinity" as JSON has it: "nodeAffinity".
    fileprivate var camelCase: String {
        let parts = word.split(separator: "-")
        return parts.dropFirst().reduce(String(parts.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }
}

extension Setting {
    /// One item.
    fileprivate var json: JSON {
        switch self {
        case .ioports(let range): .object([("first", .number(range.first)), ("count", .number(range.count))])
        case .iomem(let range):
            .object([
                ("host", .number(range.host)), ("count", .number(range.count)), ("guest", .number(range.guest)),
            ])
        case .hvmParam(let setting):
            .object([
                ("name", .string(setting.parameter.name.description)), ("value", .number(setting.value)),
            ])
        case .eventChannel(let channel):
            .object([("port", .number(channel.port)), ("remote", .string(domb.text(channel.remote.text.bytes)))])
        case .number(_, let number): .number(number)
        case .weight(let number), .cap(let number): .number(number)
        case .memMax(let number): .number(number)
        case .tscMode, .enhanced, .console, .cpuidClear, .pci, .cpupool, .hardAffinity, .softAffinity, .nodeAffinity,
            .uuid, .label, .disk, .vif:
            .string(domb.text(text.bytes))
        }
    }
}
