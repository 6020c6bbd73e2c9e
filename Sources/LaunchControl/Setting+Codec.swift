// SPDX-License-Identifier: Apache-2.0

import Platform

/// The one place that ties values to types: nothing else makes a setting of what came from outside.
extension Setting {
    /// From the cells of a tree; `nil` for what the key cannot have.
    init?(_ key: SettingKey, numbers: [UInt64]) {
        let schema = key.schema
        guard numbers.count == schema.cellCount, let first = numbers.first else { return nil }
        if let range = schema.range, !range.contains(first) { return nil }
        let setting: Setting? =
            switch schema.item {
            case .number(let number): UInt32(exactly: first).map { .number(number, $0) }
            case .numbers(let make): make(numbers)
            case .text, .other: nil
            }
        guard let setting else { return nil }
        self = setting
    }

    /// From one item of a text; `nil` for what the key cannot have.
    init?(_ key: SettingKey, text: ArraySlice<UInt8>) {
        let setting: Setting? =
            switch key.schema.item {
            case .number, .numbers: Self.numbers(key, text).flatMap { Setting(key, numbers: $0) }
            case .text(let make): make(text)
            case .other: nil
            }
        guard let setting else { return nil }
        self = setting
    }

    static func handle(_ text: ArraySlice<UInt8>) -> DomainHandle? {
        Hexadecimal.bytes([UInt8](text)).flatMap { DomainHandle(bytes: $0) }
    }

    static func parameter(_ number: UInt64, _ value: UInt64) -> HVMSetting? {
        UInt32(exactly: number).flatMap { HVMParameter(rawValue: $0) }.flatMap { HVMSetting($0, value) }
    }

    /// Printable, without spaces.
    static func isLabel(_ text: ArraySlice<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy { $0 > 0x20 && $0 <= 0x7E }
    }

    static func affinity(_ text: ArraySlice<UInt8>) -> (vcpu: UInt32, cpus: CPUSet)? {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), let vcpu = Decimal.parse(text[..<colon]),
            vcpu < UInt64(Limits.vcpus), let cpus = CPUList.parse([UInt8](text[(colon + 1)...]))
        else { return nil }
        return (UInt32(vcpu), cpus)
    }

    /// "0x3f8+8" as two numbers; an HVM parameter's first is a name.
    private static func numbers(_ key: SettingKey, _ text: ArraySlice<UInt8>) -> [UInt64]? {
        var numbers: [UInt64] = []
        var rest = text
        for separator in key.schema.separators.bytes {
            guard let end = rest.firstIndex(of: separator) else { return nil }
            let number =
                key == .hvmParams
                ? HVMParameter(named: rest[..<end]).map { UInt64($0.rawValue) } : SettingSource.number(rest[..<end])
            guard let number else { return nil }
            numbers.append(number)
            rest = rest[(end + 1)...]
        }
        return SettingSource.number(rest).map { numbers + [$0] }
    }

    /// Its numbers: the cells of a tree, and what the event log has.
    public var numbers: [UInt64] {
        switch self {
        case .tscMode(let mode): [UInt64(mode.rawValue)]
        case .enhanced: [1]
        case .cpuidClear(let feature): [UInt64(feature.rawValue)]
        case .iomem(let range): [range.host, range.count, range.guest]
        case .pci(let device): [UInt64(device.rawValue)]
        case .memMax(let kibibytes): [kibibytes]
        case .hardAffinity(let vcpu, let cpus), .softAffinity(let vcpu, let cpus): [UInt64(vcpu)] + cpus.words
        case .nodeAffinity(let nodes): nodes.words
        case .weight(let number), .cap(let number): [UInt64(number)]
        case .number(_, let number): [UInt64(number)]
        case .ioports(let range): [UInt64(range.first), UInt64(range.count)]
        case .hvmParam(let setting): [UInt64(setting.parameter.rawValue), setting.value]
        case .uuid(let handle): [handle.high, handle.low]
        case .console, .cpupool, .eventChannel, .label, .disk, .vif: ConfigurationItem.numbers(text: text.bytes)
        }
    }

    /// As texts have it: `init(_:text:)` reads it back.
    public var text: Line {
        switch self {
        case .tscMode(let mode): Line(mode.name)
        case .enhanced: "enabled"
        case .console(let backend): backend.text
        case .cpuidClear(let feature): Line(feature.name)
        case .iomem(let range): "\(hex: range.host)+\(range.count)@\(hex: range.guest)"
        case .pci(let device): device.text
        case .memMax(let kibibytes): "\(kibibytes)"
        case .cpupool(let name), .label(let name): Line(name[...])
        case .hardAffinity(let vcpu, let cpus), .softAffinity(let vcpu, let cpus): "\(vcpu):\(Line(cpus))"
        case .nodeAffinity(let nodes): Line(nodes)
        case .weight(let number), .cap(let number): "\(number)"
        case .number(_, let number): "\(number)"
        case .ioports(let range): "\(hex: range.first)+\(range.count)"
        case .hvmParam(let setting): "\(setting.parameter.name):\(setting.value)"
        case .eventChannel(let channel): "\(channel.port):\(channel.remote.text)"
        case .uuid(let handle): "\(hexBytes: handle.bytes)"
        case .disk(let disk): disk.text
        case .vif(let interface): interface.text
        }
    }
}
