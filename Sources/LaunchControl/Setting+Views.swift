// SPDX-License-Identifier: Apache-2.0

import Platform

/// What a domain's settings say, by what is asked.
extension [Setting] {
    /// In place of what stands there of the key; the settings stay in the order of their keys.
    public mutating func set(_ key: SettingKey, _ items: [Setting]) {
        removeAll { $0.key == key }
        guard !items.isEmpty else { return }
        let before = SettingKey.ofSettings.prefix { $0 != key }
        let place = firstIndex { !before.contains($0.key) } ?? count
        insert(contentsOf: items, at: place)
    }

    /// Ascending by vcpu; those that say nothing are not among them.
    public var affinities: [VCPUAffinity] {
        var affinities: [VCPUAffinity] = []
        func place(_ vcpu: UInt32) -> Int {
            if let index = affinities.firstIndex(where: { $0.vcpu == vcpu }) { return index }
            affinities.append(VCPUAffinity(vcpu: vcpu, hard: nil, soft: nil))
            return affinities.count - 1
        }
        for setting in self {
            if case .hardAffinity(let vcpu, let cpus) = setting { affinities[place(vcpu)].hard = cpus }
            if case .softAffinity(let vcpu, let cpus) = setting { affinities[place(vcpu)].soft = cpus }
        }
        return affinities.inOrder { $0.vcpu < $1.vcpu }
    }

    /// `nil` unless both are there.
    public var rtds: RTDSParameters? {
        var times: (period: UInt32?, budget: UInt32?) = (nil, nil)
        for setting in self {
            if case .number(.rtdsPeriod, let period) = setting { times.period = period }
            if case .number(.rtdsBudget, let budget) = setting { times.budget = budget }
        }
        guard let period = times.period, let budget = times.budget else { return nil }
        return RTDSParameters(period: period, budget: budget)
    }

    /// `nil` leaves what the builder set.
    public var share: (weight: UInt16?, cap: UInt16?) {
        var share: (weight: UInt16?, cap: UInt16?) = (nil, nil)
        for setting in self {
            if case .weight(let weight) = setting { share.weight = weight }
            if case .cap(let cap) = setting { share.cap = cap }
        }
        return share
    }

    /// What CPUID does not tell, ascending by name.
    public var clearedFeatures: [CPUFeature] {
        var features: [CPUFeature] = []
        for case .cpuidClear(let feature) in self { features.append(feature) }
        return features
    }

    /// Whether anything stands there of the key.
    public func has(_ key: SettingKey) -> Bool { contains { $0.key == key } }

    /// Whether it has a ring to xenstore.
    public var usesXenstore: Bool { contains(.enhanced) }

    /// Who serves its devices, in a fixed order.
    public var backends: [Backend] { compactMap { $0.key == .eventChannels ? nil : $0.partner } }

    /// Every other domain that it names.
    public var peers: [Backend] { compactMap { $0.partner } }
}

extension DomainDescription {
    /// `domain-uuid`; `nil` where the LCM gives none.
    public var handle: DomainHandle? {
        get {
            for case .uuid(let handle) in settings { return handle }
            return nil
        }
        set { settings.set(.uuid, newValue.map { [.uuid($0)] } ?? []) }
    }

    /// The most that the domain may own, in KiB (`mem-max`); `nil` leaves what the builder set.
    public var maxMemory: UInt64? {
        get {
            for case .memMax(let kibibytes) in settings { return kibibytes }
            return nil
        }
        set { settings.set(.memMax, newValue.map { [.memMax($0)] } ?? []) }
    }

    /// The name of one of the launch's; `nil` for pool 0.
    public var cpupool: [UInt8]? {
        for case .cpupool(let name) in settings { return name }
        return nil
    }

    /// Where its vcpus run, ascending by vcpu.
    public var affinities: [VCPUAffinity] {
        get { settings.affinities }
        set {
            settings.set(
                .hardAffinity, newValue.compactMap { one in one.hard.map { .hardAffinity(vcpu: one.vcpu, $0) } })
            settings.set(
                .softAffinity, newValue.compactMap { one in one.soft.map { .softAffinity(vcpu: one.vcpu, $0) } })
        }
    }
}
