// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A domain's settings by their keys, to be read and written in one line of a test.
extension [Setting] {
    public var tscMode: TSCMode? {
        get { lone { if case .tscMode(let mode) = $0 { mode } else { nil } } }
        set { set(.tscMode, newValue.map { [.tscMode($0)] } ?? []) }
    }

    public var enhanced: Bool {
        get { usesXenstore }
        set { set(.enhanced, newValue ? [.enhanced] : []) }
    }

    public var console: Backend? {
        get { lone { if case .console(let backend) = $0 { backend } else { nil } } }
        set { set(.console, newValue.map { [.console($0)] } ?? []) }
    }

    public var cpuidClear: [CPUFeature] {
        get { clearedFeatures }
        set { set(.cpuidClear, newValue.map { .cpuidClear($0) }) }
    }

    public var iomem: [IOMemoryRange] {
        get { compactMap { if case .iomem(let range) = $0 { range } else { nil } } }
        set { set(.iomem, newValue.map { .iomem($0) }) }
    }

    public var pci: [PCIAddress] {
        get { compactMap { if case .pci(let device) = $0 { device } else { nil } } }
        set { set(.pci, newValue.map { .pci($0) }) }
    }

    public var cpupool: [UInt8]? {
        get { lone { if case .cpupool(let name) = $0 { name } else { nil } } }
        set { set(.cpupool, newValue.map { [.cpupool($0)] } ?? []) }
    }

    public var nodeAffinity: CPUSet? {
        get { lone { if case .nodeAffinity(let nodes) = $0 { nodes } else { nil } } }
        set { set(.nodeAffinity, newValue.map { [.nodeAffinity($0)] } ?? []) }
    }

    public var periodAndBudget: RTDSParameters? {
        get { rtds }
        set {
            set(.rtdsPeriod, newValue.map { [.number(.rtdsPeriod, $0.period)] } ?? [])
            set(.rtdsBudget, newValue.map { [.number(.rtdsBudget, $0.budget)] } ?? [])
        }
    }

    public var ioports: [IOPortRange] {
        get { compactMap { if case .ioports(let range) = $0 { range } else { nil } } }
        set { set(.ioports, newValue.map { .ioports($0) }) }
    }

    public var irqs: [UInt32] {
        get { compactMap { if case .number(.irqs, let gsi) = $0 { gsi } else { nil } } }
        set { set(.irqs, newValue.map { .number(.irqs, $0) }) }
    }

    public var hvmParams: [HVMSetting] {
        get { compactMap { if case .hvmParam(let setting) = $0 { setting } else { nil } } }
        set { set(.hvmParams, newValue.map { .hvmParam($0) }) }
    }

    public var eventChannels: [EventChannel] {
        get { compactMap { if case .eventChannel(let channel) = $0 { channel } else { nil } } }
        set { set(.eventChannels, newValue.map { .eventChannel($0) }) }
    }

    public var label: [UInt8]? {
        get { lone { if case .label(let label) = $0 { label } else { nil } } }
        set { set(.label, newValue.map { [.label($0)] } ?? []) }
    }

    public var disks: [VirtualDisk] {
        get { compactMap { if case .disk(let disk) = $0 { disk } else { nil } } }
        set { set(.disks, newValue.map { .disk($0) }) }
    }

    public var vifs: [VirtualInterface] {
        get { compactMap { if case .vif(let interface) = $0 { interface } else { nil } } }
        set { set(.vifs, newValue.map { .vif($0) }) }
    }

    private func lone<Value>(_ value: (Setting) -> Value?) -> Value? { lazy.compactMap(value).first }
}

extension DomainDescription {
    public var weight: UInt16? {
        get { settings.share.weight }
        set { settings.set(.weight, newValue.map { [.weight($0)] } ?? []) }
    }

    public var cap: UInt16? {
        get { settings.share.cap }
        set { settings.set(.cap, newValue.map { [.cap($0)] } ?? []) }
    }
}
