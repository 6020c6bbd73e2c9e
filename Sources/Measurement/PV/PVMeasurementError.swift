// SPDX-License-Identifier: Apache-2.0

import Platform

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

    /// A virtual address that leads to no page of 4 KiB.
    case unmapped(address: UInt64)
    /// A word of the shared info page, by its offset, that a domain which has not run does not have.
    case staleSharedInfo(offset: Int)

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

extension PVMeasurementError {
    /// What the console says of it.
    var message: Line {
        switch self {
        case .frameCount(let owned, let listed):
            "its list of machine frames has \(listed) pages, and Xen says that it owns \(owned)"
        case .unknownMachineFrame(let frame):
            "its list names for frame \(hex: frame) a machine frame that the host does not have"
        case .machineFrameTwice(let frame): "its list names the machine frame of frame \(hex: frame) twice"
        case .hostTooLarge: "the host has more than 64 TiB of memory"
        case .badStartInfo: "no start info of a 64-bit PV domain where vcpu 0's rsi points"
        case .startInfoPage(let offset):
            "its start info's word at \(UInt64(offset)) names a page that is not the one it has to be"
        case .badContext: "vcpu 0 has no 64-bit PV context"
        case .staleContext(let offset): "vcpu 0 is not as a builder leaves it: its context's byte \(UInt64(offset))"
        case .staleSharedInfo(let offset):
            "its shared info page is not that of a domain which has not run: its byte \(UInt64(offset))"
        case .foreignRoot: "vcpu 0's page table is not a page of its own"
        case .unmapped(let address): "its page tables lead from \(hex: address) to no page of 4 KiB"
        case .badTable(let frame): "the page table in frame \(hex: frame) has not 512 entries"
        case .entryFlags(let table, let index):
            "entry \(UInt64(index)) of the page table in frame \(hex: table) has bits that no fresh domain's has"
        case .foreignPage(let table, let index):
            "entry \(UInt64(index)) of the page table in frame \(hex: table) leads to a page that is not its own"
        case .tableTwice(let frame): "the page table in frame \(hex: frame) is reached twice"
        case .notLinear(let address):
            "its pages at \(hex: address) do not lie as a builder maps them, straight and each once"
        case .writableTable(let frame): "it could write its page table in frame \(hex: frame)"
        case .readOnlyPage(let frame): "frame \(hex: frame) is mapped read-only, and is no page table"
        }
    }
}
