// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

/// What Xen says of itself and of the host.
extension XenctrlHypervisor {
    public mutating func version() throws(HypercallError) -> [UInt8] {
        try call(.version, detail: { Line($0[...]) }) { (xen) throws(HypercallError) in
            var unused: UInt8 = 0
            // Safety: the byte is ours and lives through the call.
            let number = unsafe domb_xen_version(xen.call, XENVER_version, &unused, 1)
            try xen.check(.version, nil, number)
            let text: Line = "\(UInt64(number >> 16)).\(UInt64(number & 0xFFFF))"
            return text.bytes + (try xen.text(.version, XENVER_extraversion2))
        }
    }

    public mutating func buildID() throws(HypercallError) -> [UInt8] {
        try call(.buildID) { (xen) throws(HypercallError) in
            do throws(HypercallError) {
                return try xen.text(.buildID, XENVER_build_id, hasSize: true)
            } catch {
                // ENODATA: this Xen was linked without a build id.
                if error.code == 61 { return [] }
                throw error
            }
        }
    }

    public mutating func commandLine() throws(HypercallError) -> [UInt8] {
        try call(.commandLine) { (xen) throws(HypercallError) in try xen.text(.commandLine, XENVER_commandline2) }
    }

    public mutating func callerIsHardwareDomain() throws(HypercallError) -> Bool {
        try call(.features, detail: { .hardwareRole($0) }) { (xen) throws(HypercallError) in
            try xen.isHardwareDomain()
        }
    }

    public mutating func securityMode() throws(HypercallError) -> SecurityMode {
        try call(.flaskEnforcing, detail: { Line($0.name) }) { (xen) throws(HypercallError) in
            // Safety: the handle is open.
            let result = unsafe xc_flask_getenforce(xen.control)
            // ENOSYS: no FLASK behind XSM, or no XSM.
            if result < 0, domb_errno() == 38 { return .none }
            try xen.check(.flaskEnforcing, nil, result)
            return result == 1 ? .enforcing : .permissive
        }
    }

    public mutating func hostResources() throws(HypercallError) -> HostResources {
        try call(.physinfo, detail: { $0.line }) { (xen) throws(HypercallError) in
            var info = xc_physinfo_t()
            // Safety: the structure is ours and lives through the call.
            try xen.check(.physinfo, nil, unsafe xc_physinfo(xen.control, &info))
            let (freePages, isClaimed) = info.free_pages.subtractingReportingOverflow(info.outstanding_pages)
            return HostResources(
                cpus: info.nr_cpus, nodes: info.nr_nodes, totalPages: info.total_pages,
                freePages: isClaimed ? 0 : freePages,
                hasIOMMU: info.capabilities & XEN_SYSCTL_PHYSCAP_directio != 0)
        }
    }

    public mutating func scheduler() throws(HypercallError) -> HypervisorFacts.Scheduler {
        try call(.schedulerID, detail: { Line($0.name) }) { (xen) throws(HypercallError) in
            var number: Int32 = 0
            // Safety: the word is ours and lives through the call.
            try xen.check(.schedulerID, nil, unsafe xc_sched_id(xen.control, &number))
            return HypervisorFacts.Scheduler(number: UInt32(bitPattern: number))
        }
    }

    public mutating func machineMemory() throws(HypercallError) -> [Range<UInt64>] {
        try call(.machineMemoryMap) { (xen) throws(HypercallError) in
            var map = [e820entry](repeating: e820entry(), count: XenHandles.memoryMapLimit)
            // Safety: the array has the count given and lives through the call.
            let count = unsafe xc_get_machine_memory_map(xen.control, &map, UInt32(map.count))
            try xen.check(.machineMemoryMap, nil, count)
            return MachineMemory.framesInUse(
                map.prefix(Int(count)).map {
                    MachineMemory.Entry(type: $0.type, address: $0.addr, byteCount: $0.size)
                })
        }
    }

    public mutating func domains(waiting: [DomainID]) throws(HypercallError) -> [DomainInfo] {
        try call(.getInfoList, detail: { Line(shutDown: $0, among: waiting) }) { (xen) throws(HypercallError) in
            try xen.domains()
        }
    }

    public mutating func cpupools() throws(HypercallError) -> [CPUPool] {
        try call(.getCPUPool) { (xen) throws(HypercallError) in try xen.cpupools() }
    }
}

extension XenHandles {
    /// Xen's command line is at most 1,024 bytes, its other texts are shorter.
    private static let textLimit = 4096
    /// Domains asked for by one hypercall: more than a statically partitioned host has.
    private static let listLimit = 64
    /// Xen keeps at most 1,024 ranges (E820MAX); this leaves room for what it puts between them.
    fileprivate static let memoryMapLimit = 4096

    /// `hasSize`: whether Xen says how long the text is, or ends it with a zero.
    fileprivate func text(
        _ operation: Operation, _ request: Int32, hasSize: Bool = DOMB_TEXTS_HAVE_SIZE != 0
    ) throws(HypercallError) -> [UInt8] {
        // struct xen_varbuf: the room for the text, and the text.
        var buffer: [UInt8] = []
        buffer.append(littleEndian: UInt64(Self.textLimit), byteCount: 4)
        buffer += [UInt8](repeating: 0, count: Self.textLimit)
        // Safety: the array has the count given and lives through the call.
        let length = unsafe domb_xen_version(call, request, &buffer, buffer.count)
        try check(operation, nil, length)
        return [UInt8](hasSize ? buffer.dropFirst(4).prefix(Int(length)) : buffer.prefix { $0 != 0 })
    }

    func isHardwareDomain() throws(HypercallError) -> Bool {
        // After any failure this is asked, also where there is no way to Xen.
        guard openCode == 0 else { throw HypercallError(.features, code: openCode) }
        var info = xen_feature_info_t(submap_idx: 0, submap: 0)
        // Safety: the structure is ours and lives through the call.
        let result = unsafe domb_xen_version(call, XENVER_get_features, &info, MemoryLayout<xen_feature_info_t>.size)
        try check(.features, nil, result)
        return info.submap >> UInt32(XENFEAT_dom0) & 1 == 1
    }

    fileprivate func domains() throws(HypercallError) -> [DomainInfo] {
        var all: [DomainInfo] = []
        var next: UInt32 = 0
        while true {
            var batch = [xc_domaininfo_t](repeating: xc_domaininfo_t(), count: Self.listLimit)
            // Safety: the array has the count given and lives through the call.
            let count = unsafe xc_domain_getinfolist(control, next, UInt32(batch.count), &batch)
            try check(.getInfoList, nil, count)
            for entry in batch.prefix(Int(count)) {
                guard let info = DomainInfo(entry) else { continue }
                all.append(info)
                next = info.domid.number + 1
            }
            if count < Self.listLimit { return all }
        }
    }

    fileprivate func cpupools() throws(HypercallError) -> [CPUPool] {
        var pools: [CPUPool] = []
        var next: UInt32 = 0
        // Safety: the handle is open.
        let byteCount = unsafe xc_get_cpumap_size(control)
        try check(.getCPUPool, nil, byteCount)
        while true {
            // Safety: what is given back is ours, and has a map of the size that libxenctrl named.
            guard let info = unsafe xc_cpupool_getinfo(control, next) else {
                // ENOENT: no pool has this number or a greater one.
                if domb_errno() == 2 { return pools }
                throw HypercallError(.getCPUPool, code: domb_errno())
            }
            let map = unsafe [UInt8](UnsafeBufferPointer(start: info.pointee.cpumap, count: Int(byteCount)))
            let (number, scheduler) = unsafe (info.pointee.cpupool_id, info.pointee.sched_id)
            unsafe xc_cpupool_infofree(control, info)
            pools.append(
                CPUPool(
                    number: number, scheduler: HypervisorFacts.Scheduler(number: scheduler), cpus: CPUSet(map: map)))
            guard number < .max else { return pools }
            next = number + 1
        }
    }
}
