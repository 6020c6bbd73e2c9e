// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl

/// One for each thing that is applied by itself: a new operation, or a new setting, does not compile here before the tests
/// have it.
enum OperationKind: CaseIterable {
    case vcpus, tscMode, iomem, pci, cpupool, clearedFeatures, channel, memMax, maxGrantFrames, affinity, nodeAffinity,
        share,
        rtds, ioports, irq, hvmParam, uuid, label, ring, home, console, disk, interface, partOfAnother

    init(_ operation: ConfigOperation) {
        switch operation {
        case .vcpus: self = .vcpus
        case .setting(let setting): self.init(setting)
        case .cpupool: self = .cpupool
        case .clearedFeatures: self = .clearedFeatures
        case .channel: self = .channel
        case .affinity: self = .affinity
        case .share: self = .share
        case .rtds: self = .rtds
        case .ring: self = .ring
        case .home: self = .home
        case .console: self = .console
        case .disk: self = .disk
        case .interface: self = .interface
        }
    }

    private init(_ setting: Setting) {
        switch setting {
        case .tscMode: self = .tscMode
        case .iomem: self = .iomem
        case .pci: self = .pci
        case .memMax: self = .memMax
        case .number(.maxGrantFrames, _): self = .maxGrantFrames
        case .nodeAffinity: self = .nodeAffinity
        case .ioports: self = .ioports
        case .number(.irqs, _): self = .irq
        case .hvmParam: self = .hvmParam
        case .uuid: self = .uuid
        case .label: self = .label
        case .enhanced, .console, .cpuidClear, .cpupool, .hardAffinity, .softAffinity, .weight, .cap,
            .number(.rtdsPeriod, _), .number(.rtdsBudget, _), .eventChannel, .disk, .vif:
            self = .partOfAnother
        }
    }

    /// Xen tells nobody of permissions, and xenstore's nodes are read back by the launch (StoreLaunchTests).
    var isReadBack: Bool {
        switch self {
        case .iomem, .ioports, .irq, .home, .console, .disk, .interface, .partOfAnother: false
        case .vcpus, .tscMode, .pci, .cpupool, .clearedFeatures, .channel, .memMax, .maxGrantFrames, .affinity,
            .nodeAffinity,
            .share, .rtds, .hvmParam, .uuid, .label, .ring:
            true
        }
    }
}
