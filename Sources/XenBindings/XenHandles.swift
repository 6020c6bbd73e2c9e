// SPDX-License-Identifier: Apache-2.0

import CXenShim
import CryptoBindings
import Platform
import XenAgreement

/// The handles of libxenctrl, libxencall, libxenforeignmemory, libxenevtchn and libxenstore. Nobody gets at them but by
/// `XenctrlHypervisor.call`, which writes the trace.
@safe public struct XenHandles: ~Copyable {
    // Safety: opened by this value, closed in deinit, never handed out. A library's functions get that library's handle, and
    // each takes NULL for a failure or for nothing to do.
    var control: OpaquePointer?
    var call: OpaquePointer?
    /// libxenforeignmemory's, with the lists of machine frames of PV domains.
    var memory: OpaquePointer?
    /// While domains are watched.
    var events: OpaquePointer?
    /// Opened when it is first needed: most launches have no xenstore.
    var xenstore: OpaquePointer?
    /// The static library has no thread that reads, and takes an event that comes before a reply for a broken reply:
    /// watches have a connection of their own.
    var watches: OpaquePointer?
    /// The sockets of the two, which libxenstore closes once a reply could not be read; -1 where there is none.
    var xenstoreSocket: Int32 = -1
    var watchSocket: Int32 = -1
    /// In microseconds.
    var xenstorePatience: UInt64 = 0
    /// XBT_NULL outside of a transaction.
    var transaction: UInt32 = 0
    /// While images are measured.
    var hashWorkers: HashWorkers?
    /// The positive errno value for which there is no way to Xen; 0 where there is one.
    let openCode: Int32
    /// Made before any other call.
    let agreement = XenAgreement()

    init() {
        // Safety: the logger is static.
        let logger = unsafe domb_quiet_logger()
        unsafe control = xc_interface_open(logger, logger, 0)
        unsafe call = xencall_open(logger, 0)
        unsafe memory = domb_memory_open(logger)
        // All open the same device, and so fail for the same reason.
        let isOpen = unsafe control != nil && call != nil && memory != nil
        openCode = isOpen ? 0 : domb_errno()
    }

    deinit {
        // Safety: the handles are this value's alone, and this is its end.
        if let watches = unsafe watches { unsafe xs_close(watches) }
        if let xenstore = unsafe xenstore { unsafe xs_close(xenstore) }
        unsafe xenevtchn_close(events)
        unsafe domb_memory_close(memory)
        unsafe xencall_close(call)
        unsafe xc_interface_close(control)
    }

    /// Throws errno for a negative result. Nothing that happens between a call and this changes it: at most an array is
    /// freed, and the C library's `free` keeps errno.
    func check(_ operation: Operation, _ domid: DomainID?, _ result: Int32) throws(HypercallError) {
        guard result >= 0 else { throw HypercallError(operation, domid, code: domb_errno()) }
    }
}
