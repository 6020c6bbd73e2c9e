// SPDX-License-Identifier: Apache-2.0

/// What Xen says of a domain: the parts of `xc_domaininfo_t` (xen/public/domctl.h) that a launch looks at.
public struct DomainInfo: Equatable, Sendable {
    /// Whose information it is.
    public var domid: DomainID
    /// `XEN_DOMINF_paused`: the toolstack's pause count is above zero.
    public var isPaused: Bool
    /// `XEN_DOMINF_shutdown`.
    public var isShutDown: Bool
    /// Why it is shut down: `SHUTDOWN_*` in `XEN_DOMINF_shutdownmask`. `nil` for one that is not.
    public var shutdownReason: ShutdownReason?
    /// `XEN_DOMINF_dying`.
    public var isDying: Bool
    /// `XEN_DOMINF_hvm_guest`: HVM or PVH, not PV.
    public var isHVM: Bool
    /// `tot_pages`: the 4 KiB pages that the domain owns.
    public var totalPages: UInt64
    /// `max_pages`: the most that it may own.
    public var maxPages: UInt64
    /// `cpu_time` in nanoseconds; zero for a domain that never ran.
    public var cpuTime: UInt64
    /// Vcpus that exist: `max_vcpu_id` + 1, zero where there is none.
    public var vcpus: UInt32
    /// As the builder set it; zeros where it did not.
    public var handle: DomainHandle
    /// `ssidref`: FLASK's number for the domain's label; 0 without FLASK.
    public var securityID: UInt32
    /// The number of its cpupool.
    public var cpupool: UInt32

    public init(
        domid: DomainID, isPaused: Bool, isShutDown: Bool, isDying: Bool, isHVM: Bool, totalPages: UInt64,
        maxPages: UInt64, cpuTime: UInt64, vcpus: UInt32, handle: DomainHandle, securityID: UInt32 = 0,
        cpupool: UInt32 = 0, shutdownReason: ShutdownReason? = nil
    ) {
        self.domid = domid
        self.isPaused = isPaused
        self.isShutDown = isShutDown
        self.isDying = isDying
        self.isHVM = isHVM
        self.totalPages = totalPages
        self.maxPages = maxPages
        self.cpuTime = cpuTime
        self.vcpus = vcpus
        self.handle = handle
        self.securityID = securityID
        self.cpupool = cpupool
        self.shutdownReason = shutdownReason
    }
}
