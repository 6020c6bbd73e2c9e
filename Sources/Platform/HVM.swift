// SPDX-License-Identifier: Apache-2.0

/// The HVM parameters that a launch reads or sets (xen/public/hvm/params.h), by their numbers.
public enum HVMParameter: UInt32, Named, Sendable {
    /// HVM_PARAM_STORE_PFN: the frame of the ring to xenstore; 0 for none.
    case xenstoreFrame = 1
    /// HVM_PARAM_STORE_EVTCHN: the domain's own port of that ring; 0 for none.
    case xenstoreChannel = 2
    /// HVM_PARAM_TIMER_MODE: what becomes of missed ticks.
    case timerMode = 10
    /// HVM_PARAM_IDENT_PT: the guest-physical address of the identity page table.
    case identityPageTable = 12
    /// HVM_PARAM_VPT_ALIGN: virtual timers of one domain expire together.
    case timerAlignment = 16
    /// HVM_PARAM_CONSOLE_PFN: the frame of the PV console's ring; 0 for none.
    case consoleFrame = 17
    /// HVM_PARAM_CONSOLE_EVTCHN: the domain's own port of that ring; 0 for none.
    case consoleChannel = 18
    /// HVM_PARAM_TRIPLE_FAULT_REASON: the SHUTDOWN_* that a triple fault counts as.
    case tripleFaultReason = 31
    /// HVM_PARAM_X87_FIP_WIDTH: bytes of the x87 instruction pointer that Xen saves; 0 leaves it to Xen.
    case x87PointerWidth = 36

    /// The word for it in texts: docs/lcm.md.
    public var name: StaticString {
        switch self {
        case .xenstoreFrame: "store-frame"
        case .xenstoreChannel: "store-channel"
        case .timerMode: "timer-mode"
        case .identityPageTable: "identity-page-table"
        case .timerAlignment: "timer-alignment"
        case .consoleFrame: "console-frame"
        case .consoleChannel: "console-channel"
        case .tripleFaultReason: "triple-fault-reason"
        case .x87PointerWidth: "x87-pointer-width"
        }
    }

    /// Whether an LCM may set it to this. Every parameter that it may set is plain data to Xen (hvm_set_param stores it
    /// in `params[]`, or in `x87_fip_width`): no page is mapped or written, no vcpu changes, no event channel is made, and
    /// it can be set again. All others name pages or channels of a builder's, can be set once, act at once
    /// (ACPI_S_STATE, IDENT_PT, MCA_CAP), are the guest's own, or belong to devices that a PVH domain has not.
    public func mayBe(_ value: UInt64) -> Bool {
        switch self {
        case .identityPageTable, .xenstoreFrame, .xenstoreChannel, .consoleFrame, .consoleChannel: false
        // HVMPTM_one_missed_tick_pending.
        case .timerMode: value <= 3
        case .timerAlignment: value <= 1
        // SHUTDOWN_MAX (xen/public/sched.h).
        case .tripleFaultReason: value <= 5
        case .x87PointerWidth: value == 0 || value == 4 || value == 8
        }
    }
}

/// An HVM parameter and the value that an LCM gives it.
public struct HVMSetting: Equatable, Sendable {
    /// Which one.
    public let parameter: HVMParameter
    /// What it is set to.
    public let value: UInt64

    /// `nil` for a value that the parameter cannot have, and for a parameter that is not an LCM's to set.
    public init?(_ parameter: HVMParameter, _ value: UInt64) {
        guard parameter.mayBe(value) else { return nil }
        self.parameter = parameter
        self.value = value
    }

    /// The domain's own port of a ring.
    public init(port: UInt32, of ring: ReservedGrant.Reference) {
        parameter = ring.channelParameter
        value = UInt64(port)
    }
}

/// How a domain's time stamp counter works: XEN_CPUID_TSC_MODE_* (xen/public/arch-x86/cpuid.h), by their numbers.
public enum TSCMode: UInt32, Named, Sendable {
    /// The host's where it is safe, otherwise emulated.
    case standard = 0
    case alwaysEmulate = 1
    case neverEmulate = 2

    /// The LCM's word.
    public var name: StaticString {
        switch self {
        case .standard: "default"
        case .alwaysEmulate: "always-emulate"
        case .neverEmulate: "never-emulate"
        }
    }
}
