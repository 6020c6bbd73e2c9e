// SPDX-License-Identifier: Apache-2.0

/// What a launch asks of Xen. One method for one permitted operation; each fails with the errno that libxenctrl gave.
public protocol Hypervisor: ~Copyable {
    /// "MAJOR.MINOR" and the extra version. Xen: XENVER_version, XENVER_extraversion2.
    mutating func version() throws(HypercallError) -> [UInt8]
    /// Xen: XENVER_build_id. Empty where Xen has none.
    mutating func buildID() throws(HypercallError) -> [UInt8]
    /// Xen: XENVER_commandline2.
    mutating func commandLine() throws(HypercallError) -> [UInt8]
    /// Xen: XENVER_get_features, XENFEAT_dom0.
    mutating func callerIsHardwareDomain() throws(HypercallError) -> Bool
    /// The corresponding C function is `xc_flask_getenforce`; a Xen without FLASK gives ENOSYS, which is `none`.
    mutating func securityMode() throws(HypercallError) -> SecurityMode
    /// The count of online physical cpus. The corresponding C function is `xc_physinfo`.
    mutating func cpuCount() throws(HypercallError) -> UInt32
    /// The corresponding C function is `xc_sched_id`.
    mutating func scheduler() throws(HypercallError) -> HypervisorFacts.Scheduler
    /// Every domain of the host, in domid order. The corresponding C function is `xc_domain_getinfolist`.
    mutating func domains() throws(HypercallError) -> [DomainInfo]
    /// The corresponding C function is `xc_domain_getinfo_single`.
    mutating func domainInfo(_ domid: DomainID) throws(HypercallError) -> DomainInfo
    /// Registers of vcpu 0. The corresponding C function is `xc_domain_hvm_getcontext_partial`.
    mutating func vcpuState(_ domid: DomainID) throws(HypercallError) -> VCPUState
    /// Whether a vcpu that exists would run once its domain is unpaused. The corresponding C function is
    /// `xc_vcpu_getinfo`.
    mutating func isVCPUOnline(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> Bool
    /// An HVM parameter. The corresponding C function is `xc_hvm_param_get`.
    mutating func parameter(_ domid: DomainID, _ parameter: HVMParameter) throws(HypercallError) -> UInt64

    /// Creates the vcpus that do not exist yet. The corresponding C function is `xc_domain_max_vcpus`; it wants the
    /// count that the domain was created with, and fails with EINVAL for any other.
    mutating func setMaxVCPUs(_ domid: DomainID, count: UInt32) throws(HypercallError)
    /// The corresponding C function is `xc_domain_setmaxmem`.
    mutating func setMaxMemory(_ domid: DomainID, kibibytes: UInt64) throws(HypercallError)
    /// Sets the affinities that are given. The corresponding C function is `xc_vcpu_setaffinity`.
    mutating func setAffinity(_ domid: DomainID, vcpu: UInt32, hard: CPUSet?, soft: CPUSet?) throws(HypercallError)
    /// The corresponding C function is `xc_vcpu_getaffinity`.
    mutating func affinity(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> (hard: CPUSet, soft: CPUSet)
    /// The corresponding C function is `xc_sched_credit2_domain_set`; `nil` leaves a value as it is.
    mutating func setCredit2(_ domid: DomainID, weight: UInt16?, cap: UInt16?) throws(HypercallError)
    /// The corresponding C function is `xc_sched_credit2_domain_get`.
    mutating func credit2(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16)
    /// The corresponding C function is `xc_domain_sethandle`.
    mutating func setHandle(_ domid: DomainID, _ handle: DomainHandle) throws(HypercallError)

    /// Takes one from the domain's pause count. The corresponding C function is `xc_domain_unpause`; a domain that
    /// is not paused gives EINVAL.
    mutating func unpause(_ domid: DomainID) throws(HypercallError)

    /// Shuts the hardware domain down, and with it the host: Xen restarts or halts the machine (hwdom_shutdown). It need
    /// not have run. The corresponding C function is `xc_domain_shutdown`.
    mutating func shutDownHost(hardwareDomain: DomainID, reboot: Bool) throws(HypercallError)
}
