// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension LaunchPlan {
    /// What the log says of settings, order and operations.
    var configurationRecord: LaunchEvent.Configuration {
        LaunchEvent.Configuration(
            tpmPolicy: module.settings.tpmPolicy, coverage: module.settings.coverage, handoff: module.settings.handoff,
            handoffTarget: module.settings.handoffTarget ?? [],
            domains: zip(module.domains, configurations).map { domain, configuration in
                LaunchEvent.Configuration.Domain(
                    domid: domain.domid, memory: domain.memory,
                    dependencies: domain.dependencies.sorted().map { module.domains[$0].domid },
                    items: configuration.operations.flatMap { $0.items })
            })
    }
}

extension ConfigOperation {
    /// The operation as the log has it.
    fileprivate var items: [ConfigurationItem] {
        switch self {
        case .vcpus(let count): return [ConfigurationItem(.vcpus, [UInt64(count)])]
        case .maxMemory(let kibibytes): return [ConfigurationItem(.maxMemory, [kibibytes])]
        case .affinity(let affinity):
            let vcpu = UInt64(affinity.vcpu)
            return (affinity.hard.map { [ConfigurationItem(.hardAffinity, [vcpu] + $0.words)] } ?? [])
                + (affinity.soft.map { [ConfigurationItem(.softAffinity, [vcpu] + $0.words)] } ?? [])
        case .credit2(let weight, let cap):
            return (weight.map { [ConfigurationItem(.weight, [UInt64($0)])] } ?? [])
                + (cap.map { [ConfigurationItem(.cap, [UInt64($0)])] } ?? [])
        case .handle(let handle): return [ConfigurationItem(.handle, [handle.high, handle.low])]
        }
    }
}
