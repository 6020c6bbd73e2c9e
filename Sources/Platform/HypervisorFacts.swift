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
