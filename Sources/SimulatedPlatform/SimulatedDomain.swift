// SPDX-License-Identifier: Apache-2.0

import Platform

/// A domain of the simulated Xen: built, with memory and one vcpu's registers, paused.
public struct SimulatedDomain: Sendable {
    /// XEN_DOMCTL_max_vcpus accepts no other count.
    public var maxVCPUs: UInt32
    public var info: DomainInfo
    /// xen/common/domctl.c: a toolstack's pauses count; a domain is created with one.
    public var pauseCount: Int
    public var entry: VCPUEntry
    public var weight: UInt16 = 256
    public var cap: UInt16 = 0
    public var affinities: [(hard: CPUSet, soft: CPUSet)]
    /// Pages that exist, by frame number; a frame that is not here cannot be mapped.
    public var pages: [UInt64: [UInt8]] = [:]

    public init(domid: DomainID, kibibytes: UInt64, vcpus: UInt32 = 1, handle: DomainHandle = .unset, cpus: UInt32 = 1)
    {
        maxVCPUs = vcpus
        let pageCount = kibibytes / 4 + 10
        info = DomainInfo(
            domid: domid, isPaused: true, isShutDown: false, isDying: false, isHVM: true, totalPages: pageCount,
            maxPages: pageCount + 512, cpuTime: 0, vcpus: 1, handle: handle)
        pauseCount = 1
        entry = VCPUEntry(instructionPointer: 0x10_0000, startInfo: 0x1_0000)
        let all = CPUSet(words: [cpus >= 64 ? .max : (1 << UInt64(cpus)) - 1])
        affinities = [(hard: CPUSet, soft: CPUSet)](repeating: (all, all), count: Int(vcpus))
    }

    /// Writes bytes into memory, making the pages that they need.
    public mutating func write(_ bytes: [UInt8], at address: UInt64) {
        for (index, byte) in bytes.enumerated() {
            let place = address + UInt64(index)
            pages[place / 4096, default: [UInt8](repeating: 0, count: 4096)][Int(place % 4096)] = byte
        }
    }

    /// What lies there; `nil` if a page of it does not exist.
    func bytes(at address: UInt64, count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var place = address
        while bytes.count < count {
            guard let page = pages[place / 4096] else { return nil }
            let start = Int(place % 4096)
            let end = min(4096, start + count - bytes.count)
            bytes.append(contentsOf: page[start..<end])
            place += UInt64(end - start)
        }
        return bytes
    }
}
