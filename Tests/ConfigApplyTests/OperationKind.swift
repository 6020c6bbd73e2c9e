// SPDX-License-Identifier: Apache-2.0

import ConfigApply

/// One for each case of `ConfigOperation`: a new operation does not compile here before the tests have it.
enum OperationKind: CaseIterable {
    case vcpus, tscMode, memory, device, cpupool, clearedFeatures, channel, maxMemory, affinity, nodeAffinity, credit2,
        credit, rtds, ports, interrupt, parameter, handle, label, ring, home, console, disk, interface

    init(_ operation: ConfigOperation) {
        switch operation {
        case .vcpus: self = .vcpus
        case .tscMode: self = .tscMode
        case .memory: self = .memory
        case .device: self = .device
        case .cpupool: self = .cpupool
        case .clearedFeatures: self = .clearedFeatures
        case .channel: self = .channel
        case .maxMemory: self = .maxMemory
        case .affinity: self = .affinity
        case .nodeAffinity: self = .nodeAffinity
        case .credit2: self = .credit2
        case .credit: self = .credit
        case .rtds: self = .rtds
        case .ports: self = .ports
        case .interrupt: self = .interrupt
        case .parameter: self = .parameter
        case .handle: self = .handle
        case .label: self = .label
        case .ring: self = .ring
        case .home: self = .home
        case .console: self = .console
        case .disk: self = .disk
        case .interface: self = .interface
        }
    }

    /// Xen tells nobody of permissions, and xenstore's nodes are read back by the launch (StoreLaunchTests).
    var isReadBack: Bool {
        switch self {
        case .memory, .ports, .interrupt, .home, .console, .disk, .interface: false
        case .vcpus, .tscMode, .device, .cpupool, .clearedFeatures, .channel, .maxMemory, .affinity, .nodeAffinity,
            .credit2, .credit, .rtds, .parameter, .handle, .label, .ring:
            true
        }
    }
}
