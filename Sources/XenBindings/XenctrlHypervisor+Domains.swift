// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

/// What Xen tells of a domain, and the ports that it gives one.
extension XenctrlHypervisor {
    public mutating func domainInfo(_ domid: DomainID) throws(HypercallError) -> DomainInfo {
        try call(.getInfo, domid) { (xen) throws(HypercallError) in
            var entry = xc_domaininfo_t()
            // Safety: the structure is ours and lives through the call.
            try xen.check(.getInfo, domid, unsafe xc_domain_getinfo_single(xen.control, domid.number, &entry))
            guard let info = DomainInfo(entry) else { throw HypercallError(.getInfo, domid, code: 3) }
            return info
        }
    }

    public mutating func vcpuState(_ domid: DomainID) throws(HypercallError) -> VCPUState {
        var cpu = hvm_hw_cpu()
        let size = UInt32(MemoryLayout<hvm_hw_cpu>.size)
        // Safety: the structure is ours, has the size given and lives through the call.
        try issue(.getVCPUContext, domid) {
            unsafe xc_domain_hvm_getcontext_partial($0.control, domid.number, UInt16(DOMB_SAVE_CPU), 0, &cpu, size)
        }
        cpu.tsc = 0
        // Safety: the structure has no padding, and is read in full.
        let registers = unsafe withUnsafeBytes(of: cpu) { unsafe [UInt8]($0) }
        return VCPUState(instructionPointer: cpu.rip, startInfo: cpu.rbx, registers: registers)
    }

    public mutating func pvContext(_ domid: DomainID) throws(HypercallError) -> [UInt8] {
        var context = vcpu_guest_context_any_t()
        // Safety: the union is ours and lives through the call, which fills the part for a 64-bit domain; that part is read in
        // full.
        try issue(.getPVContext, domid) { unsafe xc_vcpu_getcontext($0.control, domid.number, 0, &context) }
        return unsafe withUnsafeBytes(of: context.x64) { unsafe [UInt8]($0) }
    }

    public mutating func isVCPUOnline(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> Bool {
        var info = xc_vcpuinfo_t()
        // Safety: the structure is ours and lives through the call.
        try issue(.getVCPUInfo, domid) { unsafe xc_vcpu_getinfo($0.control, domid.number, vcpu, &info) }
        return info.online != 0
    }

    public mutating func parameter(_ domid: DomainID, _ parameter: HVMParameter) throws(HypercallError) -> UInt64 {
        var value: UInt64 = 0
        // Safety: the word is ours and lives through the call.
        try issue(.getParameter, domid) {
            unsafe xc_hvm_param_get($0.control, domid.number, parameter.rawValue, &value)
        }
        return value
    }

    public mutating func affinity(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> (
        hard: CPUSet, soft: CPUSet
    ) {
        try call(.getAffinity, domid) { (xen) throws(HypercallError) in
            // Safety: the handle is open.
            let byteCount = unsafe xc_get_cpumap_size(xen.control)
            try xen.check(.getAffinity, domid, byteCount)
            var hard = [UInt8](repeating: 0, count: Int(byteCount))
            var soft = hard
            // Safety: both arrays have the size that libxenctrl named and live through the call.
            let result = unsafe xc_vcpu_getaffinity(
                xen.control, domid.number, Int32(vcpu), &hard, &soft, XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)
            try xen.check(.getAffinity, domid, result)
            return (CPUSet(map: hard), CPUSet(map: soft))
        }
    }

    public mutating func nodeAffinity(_ domid: DomainID) throws(HypercallError) -> CPUSet {
        try call(.getNodeAffinity, domid) { (xen) throws(HypercallError) in
            // Safety: the handle is open.
            let byteCount = unsafe xc_get_nodemap_size(xen.control)
            try xen.check(.getNodeAffinity, domid, byteCount)
            var nodes = [UInt8](repeating: 0, count: Int(byteCount))
            // Safety: the array has the size that libxenctrl named and lives through the call.
            let result = unsafe xc_domain_node_getaffinity(xen.control, domid.number, &nodes)
            try xen.check(.getNodeAffinity, domid, result)
            return CPUSet(map: nodes)
        }
    }

    public mutating func maxGrantFrames(_ domid: DomainID) throws(HypercallError) -> UInt32 {
        try call(.queryGrantSize, domid) { (xen) throws(HypercallError) in
            var query = gnttab_query_size()
            query.dom = domid.rawValue
            // Safety: the structure is ours and lives through the call.
            try xen.check(.queryGrantSize, domid, unsafe xc_gnttab_query_size(xen.control, &query))
            // The call succeeds where the question is not answered.
            switch Int32(query.status) {
            case GNTST_okay: return query.max_nr_frames
            // ESRCH, EACCES, EIO
            case GNTST_bad_domain: throw HypercallError(.queryGrantSize, domid, code: 3)
            case GNTST_permission_denied: throw HypercallError(.queryGrantSize, domid, code: 13)
            default: throw HypercallError(.queryGrantSize, domid, code: 5)
            }
        }
    }

    public mutating func credit2(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        let values = try call(.credit2Get, domid) { (xen) throws(HypercallError) in try xen.credit2(domid) }
        return (values.weight, values.cap)
    }

    public mutating func credit(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        let values = try call(.creditGet, domid) { (xen) throws(HypercallError) in try xen.credit(domid) }
        return (values.weight, values.cap)
    }

    public mutating func rtds(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> RTDSParameters {
        var values = xen_domctl_schedparam_vcpu()
        values.vcpuid = vcpu
        // Safety: the structure is ours and lives through the call, which fills the union's part for this scheduler.
        try issue(.rtdsGet, domid) { unsafe xc_sched_rtds_vcpu_get($0.control, domid.number, &values, 1) }
        let rtds = unsafe values.u.rtds
        return RTDSParameters(period: rtds.period, budget: rtds.budget)
    }

    public mutating func tscMode(_ domid: DomainID) throws(HypercallError) -> TSCMode? {
        var mode: UInt32 = 0
        var elapsed: UInt64 = 0
        var kilohertz: UInt32 = 0
        var incarnation: UInt32 = 0
        // Safety: all words are ours and live through the call.
        try issue(.getTSCInfo, domid) {
            unsafe xc_domain_get_tsc_info($0.control, domid.number, &mode, &elapsed, &kilohertz, &incarnation)
        }
        return TSCMode(rawValue: mode)
    }

    public mutating func securityID(of context: [UInt8]) throws(HypercallError) -> UInt32 {
        // libxenctrl writes its bounce buffer back.
        var text = context + [0]
        var number: UInt32 = 0
        // Safety: the array has one byte more than the count given, and lives through the call.
        try issue(.contextToSID) { unsafe domb_context_to_sid($0.control, &text, UInt32(context.count), &number) }
        return number
    }

    public mutating func allocateChannel(_ domid: DomainID, remote: DomainID) throws(HypercallError) -> UInt32 {
        var port: Int32 = 0
        try issue(.allocUnbound, domid) {
            // Safety: the handle is open.
            port = unsafe xc_evtchn_alloc_unbound($0.control, domid.number, remote.number)
            return port
        }
        return UInt32(port)
    }

    public mutating func unboundChannel(_ domid: DomainID, port: UInt32) throws(HypercallError) -> DomainID? {
        var status = xc_evtchn_status_t()
        status.dom = domid.rawValue
        status.port = port
        // Safety: the structure is ours and lives through the call, which fills the union's part for this state.
        try issue(.channelStatus, domid) { unsafe xc_evtchn_status($0.control, &status) }
        return status.status == UInt32(EVTCHNSTAT_unbound) ? DomainID(rawValue: unsafe status.u.unbound.dom) : nil
    }

    public mutating func cpuid(_ domid: DomainID, _ leaf: CPUIDLeaf) throws(HypercallError) -> CPUIDRegisters {
        // More leaves than any policy has.
        var leaves = [xen_cpuid_leaf_t](repeating: xen_cpuid_leaf_t(), count: 512)
        var count = UInt32(leaves.count)
        // Safety: the array has the count given and lives through the call.
        try issue(.getCPUPolicy, domid) {
            unsafe domb_cpu_policy($0.call, UInt32(XEN_DOMCTL_get_cpu_policy), domid.number, &leaves, &count)
        }
        let entry = leaves.prefix(Int(count)).first { $0.leaf == leaf.rawValue && $0.subleaf == leaf.subleaf }
        guard let entry else { return CPUIDRegisters(eax: 0, ebx: 0, ecx: 0, edx: 0) }
        return CPUIDRegisters(eax: entry.a, ebx: entry.b, ecx: entry.c, edx: entry.d)
    }

    public mutating func seededGrant(
        _ domid: DomainID, _ reference: ReservedGrant.Reference
    ) throws(HypercallError) -> ReservedGrant? {
        var entry = grant_entry_v1_t()
        // Safety: the structure is ours and lives through the call.
        try issue(.grantRead, domid) {
            unsafe domb_grant($0.memory, domid.number, reference.rawValue, &entry, false)
        }
        guard entry.flags == UInt16(GTF_permit_access), let grantee = DomainID(rawValue: entry.domid) else {
            return nil
        }
        return ReservedGrant(reference, frame: entry.frame, grantee: grantee)
    }
}

extension XenHandles {
    func credit2(_ domid: DomainID?) throws(HypercallError) -> xen_domctl_sched_credit2 {
        var values = xen_domctl_sched_credit2()
        // Safety: the structure is ours and lives through the call.
        try check(.credit2Get, domid, unsafe xc_sched_credit2_domain_get(control, domid.number, &values))
        return values
    }

    func credit(_ domid: DomainID?) throws(HypercallError) -> xen_domctl_sched_credit {
        var values = xen_domctl_sched_credit()
        // Safety: the structure is ours and lives through the call.
        try check(.creditGet, domid, unsafe xc_sched_credit_domain_get(control, domid.number, &values))
        return values
    }
}

extension DomainID {
    /// As libxenctrl takes it.
    var number: UInt32 { UInt32(rawValue) }
}

extension DomainID? {
    /// DOMID_INVALID for none: no domain has it.
    var number: UInt32 { self?.number ?? 0x7FF4 }
}

extension CPUSet {
    /// From libxenctrl's map.
    init(map: [UInt8]) {
        var words = [UInt64](repeating: 0, count: (map.count + 7) / 8)
        for (index, byte) in map.enumerated() { words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8)) }
        self.init(words: words)
    }
}

extension DomainInfo {
    /// `nil` for a domid in the reserved range.
    init?(_ entry: xc_domaininfo_t) {
        guard let domid = DomainID(rawValue: entry.domain) else { return nil }
        let isShutDown = entry.flags & XEN_DOMINF_shutdown != 0
        let reason = UInt8(truncatingIfNeeded: entry.flags >> UInt32(XEN_DOMINF_shutdownshift))
        // Safety: the handle is an array of bytes, and is read in full.
        let handle = unsafe withUnsafeBytes(of: entry.handle) { unsafe [UInt8]($0) }
        self.init(
            domid: domid, isPaused: entry.flags & XEN_DOMINF_paused != 0, isShutDown: isShutDown,
            isDying: entry.flags & XEN_DOMINF_dying != 0, isHVM: entry.flags & XEN_DOMINF_hvm_guest != 0,
            totalPages: entry.tot_pages, maxPages: entry.max_pages, cpuTime: entry.cpu_time,
            // XEN_INVALID_MAX_VCPU_ID, which is all ones: none.
            vcpus: entry.max_vcpu_id &+ 1, handle: DomainHandle(bytes: handle) ?? .unset, securityID: entry.ssidref,
            cpupool: entry.cpupool, sharedInfoFrame: entry.shared_info_frame,
            shutdownReason: isShutDown ? ShutdownReason(rawValue: reason) : nil)
    }
}
