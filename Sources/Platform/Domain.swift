// SPDX-License-Identifier: Apache-2.0

/// A Xen domain identifier, `domid_t` (xen/public/xen.h): 16 bits, below the reserved range.
///
/// Reserved values (`DOMID_FIRST_RESERVED`, 0x7FF0, and above, `DOMID_SELF` among them) name no initial domain and
/// cannot be made.
public struct DomainID: Equatable, Comparable, Sendable {
    /// `DOMID_FIRST_RESERVED`.
    public static let firstReserved: UInt16 = 0x7FF0

    /// Xen's number; libxenctrl takes it as 32 bits.
    public let rawValue: UInt16

    public init?(rawValue: UInt16) {
        guard rawValue < Self.firstReserved else { return nil }
        self.rawValue = rawValue
    }

    public static func < (left: DomainID, right: DomainID) -> Bool { left.rawValue < right.rawValue }
}

/// A domain's UUID, `xen_domain_handle_t`: 16 bytes, kept as two big-endian halves so that it needs no allocation.
public struct DomainHandle: Equatable, Sendable {
    /// Bytes 0 to 7, big-endian.
    public let high: UInt64
    /// Bytes 8 to 15, big-endian.
    public let low: UInt64

    /// Of every handle.
    public static let byteCount = 16
    /// What a builder that sets no handle leaves.
    public static let unset = DomainHandle(high: 0, low: 0)

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes a handle of exactly 16 bytes; `nil` for any other count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// As Xen and the log have them.
    public var bytes: [UInt8] {
        [high, low].flatMap { half in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> UInt64($0)) }
        }
    }
}

extension DomainHandle {
    /// RFC 9562's text: "01234567-89ab-cdef-0123-456789abcdef".
    public var text: Line {
        let bytes = bytes
        return Line([0..<4, 4..<6, 6..<8, 8..<10, 10..<16], separator: "-") { "\(hexBytes: bytes[$0])" }
    }
}

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
    /// `shared_info_frame`: the machine frame of what Xen shares with it.
    public var sharedInfoFrame: UInt64

    public init(
        domid: DomainID, isPaused: Bool, isShutDown: Bool, isDying: Bool, isHVM: Bool, totalPages: UInt64,
        maxPages: UInt64, cpuTime: UInt64, vcpus: UInt32, handle: DomainHandle, securityID: UInt32 = 0,
        cpupool: UInt32 = 0, sharedInfoFrame: UInt64 = 0, shutdownReason: ShutdownReason? = nil
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
        self.sharedInfoFrame = sharedInfoFrame
        self.shutdownReason = shutdownReason
    }
}

/// Why a domain shut down: `SHUTDOWN_*` (xen/public/sched.h).
public struct ShutdownReason: Equatable, Sendable {
    /// SHUTDOWN_poweroff
    public static let powerOff = ShutdownReason(rawValue: 0)

    /// The number of SHUTDOWN_* (xen/public/sched.h).
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// In words; `unknown reason` for a number that Xen 4.20 does not have.
    public var name: StaticString {
        let names: [StaticString] = ["poweroff", "reboot", "suspend", "crash", "watchdog", "soft reset"]
        return rawValue < names.count ? names[Int(rawValue)] : "unknown reason"
    }
}

/// The registers with which a PVH domain's first vcpu will start (xen/public/arch-x86/hvm/start_info.h, "boot ABI").
public struct VCPUState: Equatable, Sendable {
    /// `struct hvm_hw_cpu` of xen/public/arch-x86/hvm/save.h.
    public static let byteCount = 1032

    /// rip: the kernel's XEN_ELFNOTE_PHYS32_ENTRY.
    public let instructionPointer: UInt64
    /// rbx: the guest-physical address of `struct hvm_start_info`.
    public let startInfo: UInt64
    /// Every register of `struct hvm_hw_cpu`, in its layout, with a time stamp counter of zero: that one runs on while
    /// the domain is paused.
    public let registers: [UInt8]

    public init(instructionPointer: UInt64, startInfo: UInt64, registers: [UInt8]) {
        self.instructionPointer = instructionPointer
        self.startInfo = startInfo
        self.registers = registers
    }
}
