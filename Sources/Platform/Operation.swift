// SPDX-License-Identifier: Apache-2.0

/// Every operation that DomB issues, by its field name. The list is closed: nothing else reaches Xen, the TPM or the
/// kernel while a launch runs, and the trace names each use.
public enum Operation: UInt8, CaseIterable, Sendable {
    case version, buildID, commandLine, features, physinfo, schedulerID
    case getInfoList, getInfo, getVCPUContext
    case foreignMap
    case maxVCPUs, setMaxMemory, setAffinity, getAffinity, creditSet, creditGet, setHandle
    case unpause
    case getCapability, pcrExtend, pcrRead
    case shutdown, execute, park, remoteShutdown

    /// The name of the C function, hypercall or TPM command behind the operation.
    public var name: StaticString {
        switch self {
        case .version: "XENVER_extraversion2"
        case .buildID: "XENVER_build_id"
        case .commandLine: "XENVER_commandline2"
        case .features: "XENVER_get_features"
        case .physinfo: "xc_physinfo"
        case .schedulerID: "xc_sched_id"
        case .getInfoList: "xc_domain_getinfolist"
        case .getInfo: "xc_domain_getinfo_single"
        case .getVCPUContext: "xc_domain_hvm_getcontext_partial"
        case .foreignMap: "xenforeignmemory_map"
        case .maxVCPUs: "xc_domain_max_vcpus"
        case .setMaxMemory: "xc_domain_setmaxmem"
        case .setAffinity: "xc_vcpu_setaffinity"
        case .getAffinity: "xc_vcpu_getaffinity"
        case .creditSet: "xc_sched_credit2_domain_set"
        case .creditGet: "xc_sched_credit2_domain_get"
        case .setHandle: "xc_domain_sethandle"
        case .unpause: "xc_domain_unpause"
        case .getCapability: "TPM2_GetCapability"
        case .pcrExtend: "TPM2_PCR_Extend"
        case .pcrRead: "TPM2_PCR_Read"
        case .shutdown: "SCHEDOP_shutdown"
        case .execute: "execveat"
        case .park: "park"
        case .remoteShutdown: "xc_domain_shutdown"
        }
    }
}
