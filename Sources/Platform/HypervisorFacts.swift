// SPDX-License-Identifier: Apache-2.0

/// What only Xen can say about the host, asked once and without effect.
public struct HypervisorFacts: Equatable, Sendable {
    /// "4.20.4-pre": major, minor and XENVER_extraversion2 as Xen prints them.
    public var version: [UInt8]
    /// XENVER_build_id; empty where Xen was linked without one.
    public var buildID: [UInt8]
    /// XENVER_commandline2.
    public var commandLine: [UInt8]
    /// XENVER_get_features: XENFEAT_dom0 is set for the hardware domain alone (Xen, common/kernel.c), so it tells
    /// also whether `hardware_dom=` has moved the role away from the caller.
    public var callerIsHardwareDomain: Bool
    /// Whether FLASK is there, and enforces.
    public var securityMode: SecurityMode
    /// Of pool 0.
    public var scheduler: Scheduler
    /// xc_physinfo.
    public var host: HostResources
    /// Machine frames where no device lies (`MachineMemory`); asked only where a domain is to get frames of the host's.
    public var ram: [Range<UInt64>]
    /// Guest frames that domains have pages in already, of those where the LCM wants frames of the host's.
    public var taken: [TakenFrames]
    /// Every domain of the host, in domid order.
    public var domains: [DomainInfo]
    /// Asked only where the LCM has pools.
    public var cpupools: [CPUPool]

    /// A run of a domain's guest frames.
    public struct TakenFrames: Equatable, Sendable {
        let domid: DomainID
        let frames: Range<UInt64>

        public init(_ domid: DomainID, _ frames: Range<UInt64>) {
            self.domid = domid
            self.frames = frames
        }
    }

    /// The first frame of the range in which the domain has a page.
    public func firstTaken(_ domid: DomainID, in range: Range<UInt64>) -> UInt64? {
        taken.first { $0.domid == domid && $0.frames.overlaps(range) }.map {
            max($0.frames.lowerBound, range.lowerBound)
        }
    }

    /// Physical cpus that are online.
    public var cpus: UInt32 { host.cpus }

    public init(
        version: [UInt8], buildID: [UInt8], commandLine: [UInt8], callerIsHardwareDomain: Bool,
        securityMode: SecurityMode = .none, scheduler: Scheduler, host: HostResources,
        ram: [Range<UInt64>] = [], taken: [TakenFrames] = [], domains: [DomainInfo], cpupools: [CPUPool] = []
    ) {
        self.version = version
        self.buildID = buildID
        self.commandLine = commandLine
        self.callerIsHardwareDomain = callerIsHardwareDomain
        self.securityMode = securityMode
        self.scheduler = scheduler
        self.host = host
        self.ram = ram
        self.taken = taken
        self.domains = domains
        self.cpupools = cpupools
    }
}

/// What the host has: the parts of `xc_physinfo_t` (xen/public/sysctl.h) that a plan looks at.
public struct HostResources: Equatable, Sendable {
    /// Physical cpus that are online (`nr_cpus`).
    public var cpus: UInt32
    /// NUMA nodes that are online (`nr_nodes`). Xen numbers them from 0 without gaps; `max_node_id` is what it could have.
    public var nodes: UInt32
    /// Pages of 4 KiB (`total_pages`).
    public var totalPages: UInt64
    /// Pages that nobody owns and nobody has claimed (`free_pages` less `outstanding_pages`).
    public var freePages: UInt64
    /// `XEN_SYSCTL_PHYSCAP_directio`: Xen uses an IOMMU, and devices can be given away.
    public var hasIOMMU: Bool

    public init(cpus: UInt32, nodes: UInt32 = 1, totalPages: UInt64, freePages: UInt64, hasIOMMU: Bool = false) {
        self.cpus = cpus
        self.nodes = nodes
        self.totalPages = totalPages
        self.freePages = freePages
        self.hasIOMMU = hasIOMMU
    }
}

/// What Xen's XSM module says of itself. The numbers stand in the event log.
public enum SecurityMode: UInt32, CaseIterable, Sendable {
    /// No FLASK: the default policy, or SILO, which Xen's command line tells.
    case none = 0
    case permissive = 1
    case enforcing = 2

    /// In words, for people.
    public var name: StaticString {
        switch self {
        case .none: "none"
        case .permissive: "flask permissive"
        case .enforcing: "flask enforcing"
        }
    }
}
