// SPDX-License-Identifier: Apache-2.0

/// Every operation that DomB issues, by its field name. The list is closed: nothing else reaches Xen, the TPM or the
/// kernel while a launch runs, and the trace names each use.
public enum Operation: UInt8, CaseIterable, Sendable {
    case version, buildID, commandLine, features, flaskEnforcing, physinfo, schedulerID, machineMemoryMap, getCPUPool
    case getInfoList, getInfo, getVCPUContext, getVCPUInfo, getParameter
    case maximumFrame, pageTypes, foreignMap, foreignWrite
    case maxVCPUs, setMaxMemory, setAffinity, getAffinity, credit2Set, credit2Get, setHandle
    case creditSet, creditGet, rtdsSet, rtdsGet, setNodeAffinity, getNodeAffinity
    case getCPUPolicy, setCPUPolicy
    case createCPUPool, addPoolCPU, removePoolCPU, moveToPool
    case permitPorts, mapPorts, permitMemory, mapMemory, permitInterrupt, setTSCInfo, getTSCInfo, setParameter
    case contextToSID, relabelDomain, testAssignDevice, assignDevice
    case allocUnbound, channelStatus, grantRead, grantWrite
    case storeOpen, storeRead, transactionStart, storeWrite, transactionEnd, introduce, isIntroduced
    case storeWatch, storeWait
    case unpause, setVIRQHandler, bindVIRQ, waitForEvent
    case getCapability, readClock, pcrExtend, pcrRead, getTestResult, setLocality
    case unpauseAtHandoff, shutdown, execute, park, remoteShutdown

    /// The name of the C function, hypercall or TPM command behind the operation.
    public var name: StaticString {
        switch self {
        case .version: "XENVER_extraversion2"
        case .buildID: "XENVER_build_id"
        case .commandLine: "XENVER_commandline2"
        case .features: "XENVER_get_features"
        case .flaskEnforcing: "xc_flask_getenforce"
        case .physinfo: "xc_physinfo"
        case .schedulerID: "xc_sched_id"
        case .machineMemoryMap: "xc_get_machine_memory_map"
        case .getInfoList: "xc_domain_getinfolist"
        case .getInfo: "xc_domain_getinfo_single"
        case .getVCPUContext: "xc_domain_hvm_getcontext_partial"
        case .getVCPUInfo: "xc_vcpu_getinfo"
        case .getParameter: "xc_hvm_param_get"
        case .maximumFrame: "xc_domain_maximum_gpfn"
        case .pageTypes: "xc_get_pfn_type_batch"
        case .foreignMap: "xenforeignmemory_map"
        case .foreignWrite: "xenforeignmemory_map (writable)"
        case .maxVCPUs: "xc_domain_max_vcpus"
        case .setMaxMemory: "xc_domain_setmaxmem"
        case .setAffinity: "xc_vcpu_setaffinity"
        case .getAffinity: "xc_vcpu_getaffinity"
        case .credit2Set: "xc_sched_credit2_domain_set"
        case .credit2Get: "xc_sched_credit2_domain_get"
        case .creditSet: "xc_sched_credit_domain_set"
        case .creditGet: "xc_sched_credit_domain_get"
        case .rtdsSet: "xc_sched_rtds_domain_set"
        case .rtdsGet: "xc_sched_rtds_vcpu_get"
        case .setNodeAffinity: "xc_domain_node_setaffinity"
        case .getNodeAffinity: "xc_domain_node_getaffinity"
        case .getCPUPolicy: "XEN_DOMCTL_get_cpu_policy"
        case .setCPUPolicy: "XEN_DOMCTL_set_cpu_policy"
        case .getCPUPool: "xc_cpupool_getinfo"
        case .createCPUPool: "xc_cpupool_create"
        case .addPoolCPU: "xc_cpupool_addcpu"
        case .removePoolCPU: "xc_cpupool_removecpu"
        case .moveToPool: "xc_cpupool_movedomain"
        case .permitPorts: "xc_domain_ioport_permission"
        case .mapPorts: "xc_domain_ioport_mapping"
        case .permitMemory: "xc_domain_iomem_permission"
        case .mapMemory: "xc_domain_memory_mapping"
        case .permitInterrupt: "xc_domain_gsi_permission"
        case .setTSCInfo: "xc_domain_set_tsc_info"
        case .getTSCInfo: "xc_domain_get_tsc_info"
        case .setParameter: "xc_hvm_param_set"
        case .contextToSID: "xc_flask_context_to_sid"
        case .relabelDomain: "xc_flask_relabel_domain"
        case .testAssignDevice: "xc_test_assign_device"
        case .assignDevice: "xc_assign_device"
        case .setHandle: "xc_domain_sethandle"
        case .allocUnbound: "xc_evtchn_alloc_unbound"
        case .channelStatus: "xc_evtchn_status"
        case .grantRead: "xenforeignmemory_map_resource"
        case .grantWrite: "xenforeignmemory_map_resource (writable)"
        case .storeOpen: "xs_open"
        case .storeRead: "xs_read"
        case .transactionStart: "xs_transaction_start"
        case .storeWrite: "xs_write"
        case .transactionEnd: "xs_transaction_end"
        case .introduce: "xs_introduce_domain"
        case .isIntroduced: "xs_is_domain_introduced"
        case .storeWatch: "xs_watch"
        case .storeWait: "xs_check_watch"
        case .unpause: "xc_domain_unpause"
        case .setVIRQHandler: "xc_domain_set_virq_handler"
        case .bindVIRQ: "xenevtchn_bind_virq"
        case .waitForEvent: "xenevtchn_pending"
        case .getCapability: "TPM2_GetCapability"
        case .readClock: "TPM2_ReadClock"
        case .pcrExtend: "TPM2_PCR_Extend"
        case .pcrRead: "TPM2_PCR_Read"
        case .getTestResult: "TPM2_GetTestResult"
        case .setLocality: "Tss2_Tcti_SetLocality"
        case .unpauseAtHandoff: "XEN_DOMCTL_unpausedomain"
        case .shutdown: "SCHEDOP_shutdown"
        case .execute: "execveat"
        case .park: "park"
        case .remoteShutdown: "xc_domain_shutdown"
        }
    }
}
