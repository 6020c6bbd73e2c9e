// SPDX-License-Identifier: Apache-2.0

import Platform

/// One initial domain.
public struct DomainDescription: Equatable, Sendable {
    /// Given by the LCM, or the next free one.
    public var domid: DomainID
    /// The node's name; without its unit address, unless another domain's is the same then.
    public var name: [UInt8]
    /// What it may be besides a guest; empty for most.
    public var roles: DomainRoles
    /// How its vcpus are virtualised.
    public var mode: DomainMode
    /// RAM in KiB.
    public var memory: UInt64
    /// How many it has: 1 to `Limits.vcpus`.
    public var vcpus: UInt32
    /// What it is given besides, in the order of their keys; each key's items as the LCM has them.
    public var settings: [Setting]
    /// Its kernel; every domain has one.
    public var kernel: ImageReference
    /// Its ramdisk, where it has one.
    public var ramdisk: ImageReference?
    /// Modules that are neither kernel nor ramdisk, in LCM order.
    public var otherModules: [OtherModule]
    /// The kernel's command line.
    public var commandLine: [UInt8]
    /// `domb,log-region`: where in the domain's memory DomB leaves the event log. Whole pages.
    public var logRegion: Segment?
    /// When it is ready, and what follows if it fails.
    public var conduct: DomainConduct
    /// Indices into `LCM.domains` of those that must be ready before this one runs.
    public var dependencies: [Int]

    public init(
        domid: DomainID, name: [UInt8], handle: DomainHandle? = nil, roles: DomainRoles = [], mode: DomainMode = .pvh,
        memory: UInt64, maxMemory: UInt64? = nil, vcpus: UInt32 = 1, affinities: [VCPUAffinity] = [],
        settings: [Setting] = [],
        kernel: ImageReference, ramdisk: ImageReference? = nil, otherModules: [OtherModule] = [],
        commandLine: [UInt8] = [], logRegion: Segment? = nil,
        conduct: DomainConduct = DomainConduct(), dependencies: [Int] = []
    ) {
        self.domid = domid
        self.name = name
        self.roles = roles
        self.mode = mode
        self.memory = memory
        self.vcpus = vcpus
        self.settings = settings
        self.kernel = kernel
        self.ramdisk = ramdisk
        self.otherModules = otherModules
        self.commandLine = commandLine
        self.logRegion = logRegion
        self.conduct = conduct
        self.dependencies = dependencies
        if let handle { self.handle = handle }
        if let maxMemory { self.maxMemory = maxMemory }
        if !affinities.isEmpty { self.affinities = affinities }
    }
}

/// Permissions, functions and capabilities of all dialects as one set.
public struct DomainRoles: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// May control other domains; Xen's `is_privileged`.
    public static let control = DomainRoles(rawValue: 1 << 0)
    /// Owns the host's devices; Xen's hardware domain.
    public static let hardware = DomainRoles(rawValue: 1 << 1)
    /// Serves xenstore.
    public static let xenstore = DomainRoles(rawValue: 1 << 2)
    /// Has the host's console.
    public static let console = DomainRoles(rawValue: 1 << 3)
    /// Where DomB itself runs: it is not launched.
    public static let boot = DomainRoles(rawValue: 1 << 4)
    /// Hyperlaunch's Recovery Domain (crash domain in the first drafts): never unpaused by a good launch.
    public static let recovery = DomainRoles(rawValue: 1 << 5)
    /// A classic dom0, which is all of them.
    public static let legacyDom0 = DomainRoles(rawValue: 1 << 6)
    /// A device model's domain.
    public static let stubDomain = DomainRoles(rawValue: 1 << 7)

    /// Every bit that means something.
    public static let known: UInt32 = 0xFF
}

/// `mode` of the Hyperlaunch bindings.
public enum DomainMode: UInt8, Sendable {
    case pvh = 0
    /// PARAVIRTUALIZED.
    case pv = 1
    /// ENABLE_DEVICE_MODEL: HVM.
    case hvm = 2

    /// In words, for people.
    public var name: StaticString {
        switch self {
        case .pvh: "PVH"
        case .pv: "PV"
        case .hvm: "HVM with a device model"
        }
    }
}

/// The affinity of one vcpu: a `xen,vcpu` child node.
public struct VCPUAffinity: Equatable, Sendable {
    /// Its number, below the domain's vcpus.
    public var vcpu: UInt32
    /// It runs only there; `nil` leaves what the builder set.
    public var hard: CPUSet?
    /// It runs there if it can; `nil` leaves what the builder set.
    public var soft: CPUSet?

    public init(vcpu: UInt32, hard: CPUSet?, soft: CPUSet?) {
        self.vcpu = vcpu
        self.hard = hard
        self.soft = soft
    }
}

extension DomainDescription {
    /// Bytes of a page.
    private static var pageSize: UInt64 { 4096 }

    /// Whether its memory can be given: in whole pages of 4 KiB.
    public var hasWholePages: Bool { memory % 4 == 0 }

    /// The first of the kernel's segments that does not end within its memory, which begins at 0.
    public var segmentOutsideMemory: Segment? {
        let end = memory.multipliedReportingOverflow(by: 1024)
        return kernel.segments.first { segment in
            let last = segment.address.addingReportingOverflow(segment.byteCount)
            return last.overflow || (!end.overflow && last.partialValue > end.partialValue)
        }
    }

    /// KiB that its kernel, its modules as far as their sizes are known, and a start info of a page need at least.
    public var neededMemory: UInt64 {
        let modules = ([ramdisk] + otherModules.filter { $0.isDomains }.map { $0.image }).compactMap { $0?.byteCount }
        var pages: UInt64 = 1
        for byteCount in kernel.segments.map({ $0.byteCount }) + modules {
            let whole = byteCount / Self.pageSize + (byteCount % Self.pageSize == 0 ? 0 : 1)
            pages = pages.addingReportingOverflow(whole).partialValue
        }
        return pages.multipliedReportingOverflow(by: 4).partialValue
    }
}
