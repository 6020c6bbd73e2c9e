// SPDX-License-Identifier: Apache-2.0

import Platform

/// One setting of a domain: what its part of an LCM says, what a launch applies, and what the event log has of it. Of a
/// key that has a list each item is a setting.
public enum Setting: Equatable, Sendable {
    /// How its time stamp counter works.
    case tscMode(TSCMode)
    /// It has a ring to xenstore, its nodes there, and whatever PV devices it is given.
    case enhanced
    /// Who serves its first PV console.
    case console(Backend)
    /// What CPUID does not tell it.
    case cpuidClear(CPUFeature)
    case iomem(IOMemoryRange)
    case pci(PCIAddress)
    /// The most that it may own, in KiB.
    case memMax(UInt64)
    /// The name of one of the launch's; pool 0 has none.
    case cpupool([UInt8])
    /// It runs only there.
    case hardAffinity(vcpu: UInt32, CPUSet)
    /// It runs there if it can.
    case softAffinity(vcpu: UInt32, CPUSet)
    /// NUMA nodes.
    case nodeAffinity(CPUSet)
    /// 1 to 65535, under credit or credit2.
    case weight(UInt16)
    /// Percent of one cpu under credit or credit2, 0 for none.
    case cap(UInt16)
    case ioports(IOPortRange)
    /// Of a key that needs nothing but a number.
    case number(SettingKey.Number, UInt32)
    case hvmParam(HVMSetting)
    case eventChannel(EventChannel)
    case uuid(DomainHandle)
    /// A FLASK security context: printable, without spaces.
    case label([UInt8])
    case disk(VirtualDisk)
    /// Its handle is its place among the domain's interfaces.
    case vif(VirtualInterface)

    /// The key that has it.
    public var key: SettingKey {
        switch self {
        case .tscMode: .tscMode
        case .enhanced: .enhanced
        case .console: .console
        case .cpuidClear: .cpuidClear
        case .iomem: .iomem
        case .pci: .pci
        case .memMax: .memMax
        case .cpupool: .cpupool
        case .hardAffinity: .hardAffinity
        case .softAffinity: .softAffinity
        case .nodeAffinity: .nodeAffinity
        case .weight: .weight
        case .cap: .cap
        case .ioports: .ioports
        case .number(let number, _): number.key
        case .hvmParam: .hvmParams
        case .eventChannel: .eventChannels
        case .uuid: .uuid
        case .label: .label
        case .disk: .disks
        case .vif: .vifs
        }
    }

    /// The other domain that it names: who serves a device, or the remote end of a channel.
    public var partner: Backend? {
        switch self {
        case .console(let backend): backend
        case .disk(let disk): disk.backend
        case .vif(let interface): interface.backend
        case .eventChannel(let channel): channel.remote
        case .tscMode, .enhanced, .cpuidClear, .iomem, .pci, .memMax, .cpupool, .hardAffinity, .softAffinity,
            .nodeAffinity, .weight, .cap, .number, .ioports, .hvmParam, .uuid, .label:
            nil
        }
    }

    /// What it takes of its kind: the items of a list ascend by it, and no two of them overlap. `nil` where any order is
    /// good.
    public var span: Range<UInt64>? {
        switch self {
        case .cpuidClear(let feature): .only(feature.rank)
        case .iomem(let range): range.hostFrames
        case .pci(let device): .only(UInt64(device.rawValue))
        case .ioports(let range): UInt64(range.first)..<(UInt64(range.first) + UInt64(range.count))
        case .number(_, let number): .only(UInt64(number))
        case .hvmParam(let setting): .only(UInt64(setting.parameter.rawValue))
        case .eventChannel(let channel): .only(UInt64(channel.port))
        case .disk(let disk): .only(UInt64(disk.number))
        case .hardAffinity(let vcpu, _), .softAffinity(let vcpu, _): .only(UInt64(vcpu))
        case .tscMode, .enhanced, .console, .memMax, .cpupool, .nodeAffinity, .weight, .cap, .uuid, .label, .vif:
            nil
        }
    }
}

extension Range<UInt64> {
    fileprivate static func only(_ number: UInt64) -> Range<UInt64> { number..<(number + 1) }
}

extension CPUFeature {
    /// Its place in alphabetical order.
    fileprivate var rank: UInt64 {
        let name = Line(name).bytes
        return UInt64(Self.allCases.count { Line($0.name).bytes.lexicographicallyPrecedes(name) })
    }
}
