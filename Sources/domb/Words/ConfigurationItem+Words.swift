// SPDX-License-Identifier: Apache-2.0

import Platform

extension ConfigurationItem.Kind {
    /// The LCM's word.
    var name: StaticString {
        switch self {
        case .vcpus: "cpus"
        case .maxMemory: "mem-max"
        case .hardAffinity: "hard-affinity"
        case .softAffinity: "soft-affinity"
        case .weight: "weight"
        case .cap: "cap"
        case .handle: "domain-uuid"
        case .rtds: "rtds"
        case .nodeAffinity: "node-affinity"
        case .ports: "ioports"
        case .memory: "iomem"
        case .interrupt: "irq"
        case .tscMode: "tsc-mode"
        case .parameter: "hvm-param"
        case .label: "label"
        case .device: "pci"
        case .ready: "ready"
        case .readyNode: "ready-node"
        case .readyValue: "ready-value"
        case .onFailure: "on-failure"
        case .xenstore: "enhanced"
        case .console: "console"
        case .disk: "disk"
        case .interface: "vif"
        case .cpupool: "cpupool"
        case .channel: "event-channel"
        case .clearedFeatures: "cpuid-clear"
        }
    }
}
