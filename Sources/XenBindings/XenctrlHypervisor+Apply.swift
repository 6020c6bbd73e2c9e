// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor: Hypervisor {
    public mutating func apply(_ change: HypervisorChange, to domid: DomainID?) throws(HypercallError) {
        try call(change.operation, domid) { (xen) throws(HypercallError) in
            try xen.check(change.operation, domid, try xen.result(of: change, domid))
        }
    }
}

extension XenHandles {
    /// Everything that DomB can change, and how. -1 with errno where it fails.
    fileprivate func result(of change: HypervisorChange, _ domid: DomainID?) throws(HypercallError) -> Int32 {
        let domain = domid.number
        // Safety: of all: handles are open, structures and arrays live through the call, and have the size it wants.
        switch change {
        case .maxVCPUs(let count): return unsafe xc_domain_max_vcpus(control, domain, count)
        case .maxMemory(let kibibytes): return unsafe xc_domain_setmaxmem(control, domain, kibibytes)
        case .handle(let handle):
            var bytes = handle.bytes
            return unsafe xc_domain_sethandle(control, domain, &bytes)
        case .affinity(let vcpu, let hard, let soft):
            let flags = (hard == nil ? 0 : XEN_VCPUAFFINITY_HARD) | (soft == nil ? 0 : XEN_VCPUAFFINITY_SOFT)
            let byteCount = unsafe xc_get_cpumap_size(control)
            var hardMap = try map(of: hard ?? CPUSet(), byteCount, change, domid)
            var softMap = try map(of: soft ?? CPUSet(), byteCount, change, domid)
            return unsafe xc_vcpu_setaffinity(control, domain, Int32(vcpu), &hardMap, &softMap, flags)
        case .nodeAffinity(let nodes):
            var map = try map(of: nodes, unsafe xc_get_nodemap_size(control), change, domid)
            return unsafe xc_domain_node_setaffinity(control, domain, &map)
        case .credit2(let weight, let cap):
            // Sets both values: one that is not given is read first and written back.
            var values = try credit2(domid)
            values.weight = weight ?? values.weight
            values.cap = cap ?? values.cap
            return unsafe xc_sched_credit2_domain_set(control, domain, &values)
        case .credit(let weight, let cap):
            var values = try credit(domid)
            values.weight = weight ?? values.weight
            values.cap = cap ?? values.cap
            return unsafe xc_sched_credit_domain_set(control, domain, &values)
        case .rtds(let parameters):
            var values = xen_domctl_sched_rtds()
            values.period = parameters.period
            values.budget = parameters.budget
            return unsafe xc_sched_rtds_domain_set(control, domain, &values)
        // Each permits, maps or assigns; DomB takes nothing back.
        case .permitPorts(let ports):
            return unsafe xc_domain_ioport_permission(control, domain, ports.first, ports.count, 1)
        case .mapPorts(let ports):
            return unsafe xc_domain_ioport_mapping(
                control, domain, ports.first, ports.first, ports.count, UInt32(DPCI_ADD_MAPPING))
        case .permitMemory(let memory):
            return unsafe xc_domain_iomem_permission(control, domain, UInt(memory.host), UInt(memory.count), 1)
        case .mapMemory(let memory):
            return unsafe xc_domain_memory_mapping(
                control, domain, UInt(memory.guest), UInt(memory.host), UInt(memory.count), UInt32(DPCI_ADD_MAPPING))
        case .permitInterrupt(let gsi):
            return unsafe xc_domain_gsi_permission(control, domain, gsi, UInt32(XEN_DOMCTL_GSI_GRANT))
        case .testAssign(let device): return unsafe xc_test_assign_device(control, domain, device.rawValue)
        case .assign(let device): return unsafe xc_assign_device(control, domain, device.rawValue, 0)
        // With no time elapsed, the host's frequency and the first incarnation, as a toolstack does for a new domain.
        case .tscMode(let mode): return unsafe xc_domain_set_tsc_info(control, domain, mode.rawValue, 0, 0, 0)
        case .parameter(let setting):
            return unsafe xc_hvm_param_set(control, domain, setting.parameter.rawValue, setting.value)
        case .cpuid(let leaf, let registers):
            var entry = xen_cpuid_leaf_t(
                leaf: leaf.rawValue, subleaf: leaf.subleaf, a: registers.eax, b: registers.ebx, c: registers.ecx,
                d: registers.edx)
            var count: UInt32 = 1
            return unsafe domb_cpu_policy(call, UInt32(XEN_DOMCTL_set_cpu_policy), domain, &entry, &count)
        case .relabel(let securityID): return unsafe xc_flask_relabel_domain(control, domain, securityID)
        case .seedGrant(let grant):
            var entry = grant_entry_v1_t(
                flags: UInt16(GTF_permit_access), domid: grant.grantee.rawValue, frame: grant.frame)
            return unsafe domb_grant(memory, domain, grant.reference.rawValue, &entry, true)
        case .shutDownHost(let reboot):
            return unsafe xc_domain_shutdown(control, domain, reboot ? SHUTDOWN_reboot : SHUTDOWN_poweroff)
        case .createPool(let number, let scheduler):
            var made = number
            let result = unsafe xc_cpupool_create(control, &made, scheduler.number)
            // EIO
            guard result < 0 || made == number else { throw HypercallError(change.operation, domid, code: 5) }
            return result
        case .addCPU(let cpu, let pool): return unsafe xc_cpupool_addcpu(control, pool, Int32(cpu))
        case .removeCPU(let cpu, let pool): return unsafe xc_cpupool_removecpu(control, pool, Int32(cpu))
        case .moveToPool(let pool): return unsafe xc_cpupool_movedomain(control, pool, domain)
        }
    }

    /// libxenctrl's map, which is as long as the host's highest cpu or node asks; bits beyond are refused, not dropped.
    private func map(
        of set: CPUSet, _ byteCount: Int32, _ change: HypervisorChange, _ domid: DomainID?
    ) throws(HypercallError) -> [UInt8] {
        try check(change.operation, domid, byteCount)
        guard Int32(set.highest ?? 0) / 8 < byteCount else { throw HypercallError(change.operation, domid, code: 22) }
        return (0..<UInt32(byteCount)).map { byte in
            (0..<8).reduce(0) { set.contains(8 * byte + $1) ? $0 | 1 << $1 : $0 }
        }
    }
}
