// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A domain of the simulated Xen: built, with memory and one vcpu's registers, paused.
public struct SimulatedDomain: Sendable {
    /// XEN_DOMCTL_max_vcpus accepts no other count.
    public var maxVCPUs: UInt32
    public var info: DomainInfo
    /// xen/common/domctl.c: a toolstack's pauses count; a domain is created with one.
    public var pauseCount: Int
    public var state: VCPUState
    public var weight: UInt16 = 256
    public var cap: UInt16 = 0
    public var affinities: [(hard: CPUSet, soft: CPUSet)]
    public var memory: SimulatedMemory
    /// Vcpus besides the first that would run.
    public var onlineVCPUs: Set<UInt32> = [0]
    /// hvm_domain_initialise: a triple fault is a SHUTDOWN_reboot.
    public var parameters: [HVMParameter: UInt64] = [.tripleFaultReason: 1]
    /// Of each vcpu: RTDS_DEFAULT_PERIOD and RTDS_DEFAULT_BUDGET.
    public var rtds: [RTDSParameters]
    public var nodeAffinity = CPUSet(words: [1])
    public var permittedPorts: [IOPortRange] = []
    public var mappedPorts: [IOPortRange] = []
    public var permittedMemory: [IOMemoryRange] = []
    public var mappedMemory: [IOMemoryRange] = []
    public var interrupts: [UInt32] = []
    public var tscMode = TSCMode.standard
    /// Ports, and who may bind each; `nil` inside for one that is bound.
    public var channels: [UInt32: DomainID?] = [:]
    public var grants: [ReservedGrant.Reference: ReservedGrant] = [:]
    /// A cpu with every feature.
    public var cpuid: [CPUIDLeaf: CPUIDRegisters] = {
        let all = CPUIDRegisters(eax: .max, ebx: .max, ecx: .max, edx: .max)
        return [.basic: all, .structured: all, .extended: all]
    }()
    public var behaviour = DomainBehaviour()
    /// `nil` of a PVH domain.
    public var pv: SimulatedPV?
    /// What its builder told XEN_DOMCTL_createdomain, where no later call can make up for it.
    public var created: [Setting] = []

    /// With its RAM from address 0 on, and nothing in it.
    public init(domid: DomainID, kibibytes: UInt64, vcpus: UInt32 = 1, handle: DomainHandle = .unset, cpus: UInt32 = 1)
    {
        maxVCPUs = vcpus
        memory = SimulatedMemory(frames: 0..<(kibibytes / 4))
        let pageCount = memory.pageCount
        info = DomainInfo(
            domid: domid, isPaused: true, isShutDown: false, isDying: false, isHVM: true, totalPages: pageCount,
            maxPages: pageCount + 512, cpuTime: 0, vcpus: 1, handle: handle)
        pauseCount = 1
        rtds = [RTDSParameters](repeating: RTDSParameters(period: 10000, budget: 4000), count: Int(vcpus))
        state = VCPUState(
            instructionPointer: 0x10_0000, startInfo: 0x1_0000,
            registers: [UInt8](repeating: 0, count: VCPUState.byteCount))
        let all = CPUSet(words: [cpus >= 64 ? .max : (1 << UInt64(cpus)) - 1])
        affinities = [(hard: CPUSet, soft: CPUSet)](repeating: (all, all), count: Int(vcpus))
    }
}
