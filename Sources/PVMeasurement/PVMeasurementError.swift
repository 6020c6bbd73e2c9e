// SPDX-License-Identifier: Apache-2.0

/// What of a PV domain is not as a builder leaves it. Each is a refusal: nothing is passed over. Frames are the domain's own
/// (pseudo-physical) unless a name says machine.
public enum PVMeasurementError: Error, Equatable, Sendable {
    /// Xen says that the domain owns another number of pages than its list of frames has.
    case frameCount(owned: UInt64, listed: UInt64)
    /// The list has a machine frame that this host does not have, for this frame.
    case unknownMachineFrame(frame: UInt64)
    /// The list has the machine frame of this frame for an earlier one, too.
    case machineFrameTwice(frame: UInt64)
    /// A host with more machine frames than can be looked through.
    case hostTooLarge

    /// No `struct start_info` of a 64-bit PV domain.
    case badStartInfo
    /// A field of the start info, by its offset, names a page that is not what it has to be.
    case startInfoPage(offset: Int)

    /// Not the size of a 64-bit `struct vcpu_guest_context`.
    case badContext
    /// A field of the vcpu context, by its offset, that a fresh vcpu does not have.
    case staleContext(offset: Int)
    /// The root of the page tables is not a page of the domain's.
    case foreignRoot

    /// A page table that is not 512 entries long.
    case badTable(frame: UInt64)
    /// An entry with other bits than a fresh domain's.
    case entryFlags(table: UInt64, index: Int)
    /// An entry that leads to a page that is not the domain's own.
    case foreignPage(table: UInt64, index: Int)
    /// A page that is a page table twice, or at two levels.
    case tableTwice(frame: UInt64)
    /// The pages lie in more than two straight runs, or one page lies in two of them.
    case notLinear(address: UInt64)
    /// A page table that is mapped writable.
    case writableTable(frame: UInt64)
    /// A page that is mapped read-only, and is no page table.
    case readOnlyPage(frame: UInt64)
}
