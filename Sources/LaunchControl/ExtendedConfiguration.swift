// SPDX-License-Identifier: Apache-2.0

import Platform

/// What a domain is given besides memory, vcpus and its share of them: docs/lcm.md.
public struct ExtendedConfiguration: Equatable, Sendable {
    /// `domb,cpupool`: the name of one of the launch's; `nil` for pool 0.
    public var cpupool: [UInt8]?
    /// `domb,rtds-period` and `domb,rtds-budget`.
    public var rtds: RTDSParameters?
    /// `domb,node-affinity`: NUMA nodes.
    public var nodeAffinity: CPUSet?
    /// `domb,ioports`, ascending, no two overlapping.
    public var ports: [IOPortRange] = []
    /// `domb,iomem`, ascending by machine frame, no two overlapping, in the host or in the domain.
    public var memory: [IOMemoryRange] = []
    /// `domb,irqs`: GSIs, ascending.
    public var interrupts: [UInt32] = []
    /// `domb,tsc-mode`.
    public var tscMode: TSCMode?
    /// `domb,hvm-params`, ascending by number.
    public var parameters: [HVMSetting] = []
    /// `domb,event-channels`, ascending by port.
    public var channels: [EventChannel] = []
    /// `domb,cpuid-clear`, ascending by name: what CPUID does not tell the domain.
    public var clearedFeatures: [CPUFeature] = []
    /// `domb,label`: a FLASK security context.
    public var label: [UInt8]?
    /// `domb,pci`, ascending.
    public var devices: [PCIAddress] = []
    /// `xen,enhanced`: the domain has a ring to xenstore, its nodes there, and whatever PV devices it is given.
    public var usesStore = false
    /// `domb,console`: who serves the domain's first PV console.
    public var console: Backend?
    /// `domb,disks`, ascending by number.
    public var disks: [VirtualDisk] = []
    /// `domb,vifs`, in the order of their handles.
    public var interfaces: [VirtualInterface] = []

    public init() {}

    /// Who serves its devices, in a fixed order.
    public var backends: [Backend] {
        (console.map { [$0] } ?? []) + disks.map { $0.backend } + interfaces.map { $0.backend }
    }

    /// Every other domain that it names.
    public var partners: [Backend] { backends + channels.map { $0.remote } }

    /// Whether it takes something from the hardware domain's own permissions.
    public var needsHardware: Bool { !ports.isEmpty || !memory.isEmpty || !interrupts.isEmpty }
}
