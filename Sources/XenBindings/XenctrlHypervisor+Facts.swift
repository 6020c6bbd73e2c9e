// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor {
    /// Xen's command line is at most 1,024 bytes, its other texts are shorter.
    private static let textLimit = 4096
    /// Domains asked for by one hypercall: more than a statically partitioned host has.
    private static let listLimit = 64
    /// Ranges of RAM: Xen keeps at most 1,024 (E820MAX).
    private static let memoryRangeLimit = 1024

    public mutating func version() throws(HypercallError) -> [UInt8] {
        // Safety: the handle is open.
        let number = try value(.version, nil, unsafe domb_xen_version(handle))
        let text: Line = "\(number >> 16).\(number & 0xFFFF)"
        return text.bytes + (try self.text(.version, DOMB_EXTRA_VERSION))
    }

    public mutating func buildID() throws(HypercallError) -> [UInt8] {
        do throws(HypercallError) {
            return try text(.buildID, DOMB_BUILD_ID)
        } catch {
            // ENODATA: this Xen was linked without a build id.
            if error.code == 61 { return [] }
            throw error
        }
    }

    public mutating func commandLine() throws(HypercallError) -> [UInt8] { try text(.commandLine, DOMB_COMMAND_LINE) }

    public mutating func callerIsHardwareDomain() throws(HypercallError) -> Bool {
        // Safety: the handle is open.
        let result = unsafe domb_xen_is_hardware_domain(handle)
        try check(.features, nil, result)
        return result == 1
    }

    public mutating func securityMode() throws(HypercallError) -> SecurityMode {
        // Safety: the handle is open.
        let result = unsafe domb_xc_flask_getenforce(handle)
        // ENOSYS: no FLASK behind XSM, or no XSM.
        if result == -38 { return .none }
        try check(.flaskEnforcing, nil, result)
        return result == 1 ? .enforcing : .permissive
    }

    public mutating func hostResources() throws(HypercallError) -> HostResources {
        var host = domb_host()
        // Safety: the structure is ours and lives through the call.
        try check(.physinfo, nil, unsafe domb_xc_physinfo(handle, &host))
        return HostResources(
            cpus: host.cpus, nodes: host.nodes, totalPages: host.total_pages, freePages: host.free_pages,
            hasIOMMU: host.iommu != 0)
    }

    public mutating func scheduler() throws(HypercallError) -> HypervisorFacts.Scheduler {
        // Safety: the handle is open.
        let id = try value(.schedulerID, nil, unsafe domb_xc_sched_id(handle))
        return HypervisorFacts.Scheduler(number: UInt32(truncatingIfNeeded: id))
    }

    public mutating func machineRAM() throws(HypercallError) -> [Range<UInt64>] {
        var frames = [UInt64](repeating: 0, count: 2 * Self.memoryRangeLimit)
        // Safety: the array has room for the count of pairs given and lives through the call.
        let result = unsafe frames.withUnsafeMutableBufferPointer {
            unsafe domb_xc_machine_ram(handle, $0.baseAddress, Self.memoryRangeLimit)
        }
        let count = Int(truncatingIfNeeded: try value(.machineMemoryMap, nil, result))
        var ranges: [Range<UInt64>] = []
        for index in 0..<min(count, Self.memoryRangeLimit) where frames[2 * index] < frames[2 * index + 1] {
            ranges.append(frames[2 * index]..<frames[2 * index + 1])
        }
        return ranges
    }

    public mutating func domains() throws(HypercallError) -> [DomainInfo] {
        var all: [DomainInfo] = []
        var next: UInt32 = 0
        while true {
            var status: Int64 = 0
            let batch = unsafe [domb_domain_info](unsafeUninitializedCapacity: Self.listLimit) { buffer, count in
                // Safety: the shim fills at most as many entries as the buffer has, and says how many.
                status = unsafe domb_xc_domain_getinfolist(handle, next, UInt32(Self.listLimit), buffer.baseAddress)
                count = max(0, Int(status))
            }
            _ = try value(.getInfoList, nil, status)
            for entry in batch {
                guard let info = DomainInfo(entry) else { continue }
                all.append(info)
                next = UInt32(info.domid.rawValue) + 1
            }
            if batch.count < Self.listLimit { return all }
        }
    }

    public mutating func domainInfo(_ domid: DomainID) throws(HypercallError) -> DomainInfo {
        var entry = domb_domain_info()
        // Safety: the structure is ours and lives through the call.
        try check(.getInfo, domid, unsafe domb_xc_domain_getinfo_single(handle, UInt32(domid.rawValue), &entry))
        // Xen 4.17 answers for the next domain where one is missing.
        guard let info = DomainInfo(entry), info.domid == domid else { throw HypercallError(.getInfo, domid, code: 3) }
        return info
    }

    public mutating func vcpuState(_ domid: DomainID) throws(HypercallError) -> VCPUState {
        var instructionPointer: UInt64 = 0
        var startInfo: UInt64 = 0
        var registers = [UInt8](repeating: 0, count: VCPUState.byteCount)
        // Safety: array and words are ours and live through the call, which writes no more than the count given.
        let result = unsafe registers.withUnsafeMutableBytes {
            unsafe domb_xc_vcpu_registers(
                handle, UInt32(domid.rawValue), $0.baseAddress, $0.count, &instructionPointer, &startInfo)
        }
        try check(.getVCPUContext, domid, result)
        return VCPUState(instructionPointer: instructionPointer, startInfo: startInfo, registers: registers)
    }

    public mutating func isVCPUOnline(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> Bool {
        // Safety: the handle is open.
        let result = unsafe domb_xc_vcpu_online(handle, UInt32(domid.rawValue), vcpu)
        try check(.getVCPUInfo, domid, result)
        return result == 1
    }

    public mutating func parameter(_ domid: DomainID, _ parameter: HVMParameter) throws(HypercallError) -> UInt64 {
        var value: UInt64 = 0
        // Safety: the word is ours and lives through the call.
        let result = unsafe domb_xc_hvm_param_get(handle, UInt32(domid.rawValue), parameter.rawValue, &value)
        try check(.getParameter, domid, result)
        return value
    }

    private func text(_ operation: Operation, _ which: domb_version_text) throws(HypercallError) -> [UInt8] {
        var status: Int64 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.textLimit) { buffer, count in
            // Safety: the shim writes at most the capacity, and says how much.
            status = unsafe domb_xen_version_text(handle, which, buffer.baseAddress, Self.textLimit)
            count = max(0, Int(status))
        }
        _ = try value(operation, nil, status)
        return bytes
    }
}

extension DomainInfo {
    /// `nil` for a domid in the reserved range.
    init?(_ entry: domb_domain_info) {
        guard let domid = DomainID(rawValue: entry.domid) else { return nil }
        let h = entry.handle
        let bytes = [
            h.0, h.1, h.2, h.3, h.4, h.5, h.6, h.7, h.8, h.9, h.10, h.11, h.12, h.13, h.14, h.15,
        ]
        self.init(
            domid: domid, isPaused: entry.paused != 0, isShutDown: entry.shut_down != 0, isDying: entry.dying != 0,
            isHVM: entry.hvm != 0, totalPages: entry.total_pages, maxPages: entry.max_pages, cpuTime: entry.cpu_time,
            vcpus: entry.vcpus, handle: DomainHandle(bytes: bytes) ?? .unset, securityID: entry.ssidref,
            cpupool: entry.cpupool,
            shutdownReason: entry.shut_down != 0 ? ShutdownReason(rawValue: entry.shutdown_reason) : nil)
    }
}
