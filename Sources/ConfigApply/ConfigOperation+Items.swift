// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension ConfigOperation {
    /// The operation as the log has it.
    public var items: [ConfigurationItem] {
        switch self {
        case .vcpus(let count): return [ConfigurationItem(.vcpus, [UInt64(count)])]
        case .maxMemory(let kibibytes): return [ConfigurationItem(.maxMemory, [kibibytes])]
        case .affinity(let affinity):
            let vcpu = UInt64(affinity.vcpu)
            return (affinity.hard.map { [ConfigurationItem(.hardAffinity, [vcpu] + $0.words)] } ?? [])
                + (affinity.soft.map { [ConfigurationItem(.softAffinity, [vcpu] + $0.words)] } ?? [])
        case .credit2(let weight, let cap), .credit(let weight, let cap):
            return (weight.map { [ConfigurationItem(.weight, [UInt64($0)])] } ?? [])
                + (cap.map { [ConfigurationItem(.cap, [UInt64($0)])] } ?? [])
        case .handle(let handle): return [ConfigurationItem(.handle, [handle.high, handle.low])]
        case .rtds(let parameters):
            return [ConfigurationItem(.rtds, [UInt64(parameters.period), UInt64(parameters.budget)])]
        case .nodeAffinity(let nodes): return [ConfigurationItem(.nodeAffinity, nodes.words)]
        case .ports(let range): return [ConfigurationItem(.ports, [UInt64(range.first), UInt64(range.count)])]
        case .memory(let range): return [ConfigurationItem(.memory, [range.host, range.count, range.guest])]
        case .interrupt(let gsi): return [ConfigurationItem(.interrupt, [UInt64(gsi)])]
        case .tscMode(let mode): return [ConfigurationItem(.tscMode, [UInt64(mode.rawValue)])]
        case .parameter(let setting):
            return [ConfigurationItem(.parameter, [UInt64(setting.parameter.rawValue), setting.value])]
        case .label(let label): return [ConfigurationItem(.label, text: label)]
        case .clearedFeatures(let features):
            return [ConfigurationItem(.clearedFeatures, features.map { UInt64($0.rawValue) })]
        case .channel(let port, let remote):
            return [ConfigurationItem(.channel, [UInt64(port), UInt64(remote.rawValue)])]
        case .cpupool(let pool, _):
            let numbers = [UInt64(pool.number), UInt64(pool.scheduler.number)]
            return [ConfigurationItem(.cpupool, numbers + pool.cpus.words)]
        case .device(let device): return [ConfigurationItem(.device, [UInt64(device.rawValue)])]
        case .ring: return []
        case .home: return [ConfigurationItem(.store, [1])]
        case .console(let backend, _): return [ConfigurationItem(.console, text: backend.text.bytes)]
        case .disk(let disk, _): return [ConfigurationItem(.disk, text: disk.text.bytes)]
        case .interface(let interface, _, _): return [ConfigurationItem(.interface, text: interface.text.bytes)]
        }
    }
}
